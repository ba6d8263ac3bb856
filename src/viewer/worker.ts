// The one place with keys. A page that is locked ends this worker, and with it everything that was unlocked.

import { failureOf, fail, type Failure } from "./failure.ts";
import { Gate } from "./gate.ts";
import type { Link } from "./link.ts";
import type { Seen } from "./memory.ts";
import { Reader, type View } from "./reader.ts";
import type { Notes, Step } from "./writer.ts";

export type Request =
  | { readonly ask: "unlock"; readonly link: Link; readonly words: readonly string[]; readonly seen: Seen | undefined }
  | { readonly ask: "open"; readonly page: string }
  | { readonly ask: "attachment"; readonly page: string; readonly file: string }
  /** With what the browser keeps, sealed. */
  | { readonly ask: "write"; readonly kept: string | undefined; readonly step: Step }
  | { readonly ask: "older" }
  | { readonly ask: "refresh" };

export type Answer = View | Notes | string | Blob;

export type Reply = { readonly id: number } & ({ readonly done: Answer } | { readonly failure: Failure });

let reader: Reader | undefined;

async function answer(request: Request): Promise<Answer> {
  if (request.ask === "unlock") {
    reader = await Reader.unlock(new Gate(self.location.origin), request.link, request.words, request.seen);
    return reader.view();
  }
  if (reader === undefined) throw fail("unexpected");
  if (request.ask === "open") return reader.open(request.page);
  if (request.ask === "attachment") return reader.attachment(request.page, request.file);
  if (request.ask === "write") return reader.writer.write(request.kept, request.step);
  await reader[request.ask]();
  return reader.view();
}

addEventListener("message", async ({ data }: MessageEvent<Request & { id: number }>) => {
  let reply: Reply;
  try {
    reply = { id: data.id, done: await answer(data) };
  } catch (error) {
    reply = { id: data.id, failure: failureOf(error) };
  }
  self.postMessage(reply);
});
