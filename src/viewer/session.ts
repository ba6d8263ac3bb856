// The page's side of the worker: questions and answers, and the end of both.

import { Failed, fail } from "./failure.ts";
import type { Link } from "./link.ts";
import type { Seen } from "./memory.ts";
import { trusted } from "./trusted.ts";
import type { View } from "./reader.ts";
import type { Notes, Step } from "./writer.ts";
import type { Answer, Reply, Request } from "./worker.ts";

type Waiting = { done(value: Answer): void; failed(error: Error): void };

export class Session {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #last = 0;

  constructor(address: string) {
    this.#worker = new Worker(trusted.createScriptURL(address));
    this.#worker.onmessage = ({ data }: MessageEvent<Reply>) => {
      const waiting = this.#waiting.get(data.id);
      this.#waiting.delete(data.id);
      if ("done" in data) waiting?.done(data.done);
      else waiting?.failed(new Failed(data.failure));
    };
    // The worker itself catches what goes wrong in it: this is its script not having arrived.
    this.#worker.onerror = () => this.#waiting.forEach(({ failed }) => failed(fail("offline")));
  }

  unlock = (link: Link, words: readonly string[], seen: Seen | undefined) => this.#ask<View>({ ask: "unlock", link, words, seen });
  open = (page: string) => this.#ask<string>({ ask: "open", page });
  attachment = (page: string, file: string) => this.#ask<Blob>({ ask: "attachment", page, file });
  write = (kept: string | undefined, step: Step) => this.#ask<Notes>({ ask: "write", kept, step });
  older = () => this.#ask<View>({ ask: "older" });
  refresh = () => this.#ask<View>({ ask: "refresh" });

  /** Ends the worker. What was asked and not answered never will be. */
  close(): void {
    this.#worker.terminate();
    this.#waiting.clear();
  }

  #ask<T extends Answer>(request: Request): Promise<T> {
    const id = (this.#last += 1);
    return new Promise<Answer>((done, failed) => {
      this.#waiting.set(id, { done, failed });
      this.#worker.postMessage({ ...request, id });
    }) as Promise<T>;
  }
}
