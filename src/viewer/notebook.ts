// The screen's side of what a member writes: hands each step to the worker together with what the browser keeps, keeps
// what comes back, tells the forms, and tries again by itself what could not be sent.

import type { Order } from "./answer.ts";
import { ownCopy } from "./memory.ts";
import type { Session } from "./session.ts";
import type { Notes, Step } from "./writer.ts";

/** Milliseconds after the last letter until a draft is kept here, and until the host has it too. */
const PAUSE = 400;
const LONGER = 5000;
/** Until what waits is tried again, where nothing says how long; at least, and at most. */
const AGAIN = { usual: 60_000, least: 15_000, most: 600_000 };
/** For what was written last, when it is locked. */
const LAST = 1000;

export class Notebook {
  readonly #session: Session;
  /** Where the browser keeps it. */
  readonly #place: string;
  #notes: Notes;
  #at = performance.now();
  /** As this tab last kept it. */
  #kept: string | undefined;
  #isKept = true;
  readonly #drafts = new Map<string, unknown>();
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();
  readonly #heard = new Set<() => void>();
  #busy = 0;

  private constructor(session: Session, place: string, notes: Notes) {
    this.#session = session;
    this.#place = place;
    this.#notes = notes;
    this.#kept = notes.kept;
    addEventListener("online", this.#online);
    addEventListener("storage", this.#elsewhere);
    document.addEventListener("visibilitychange", this.#looked);
  }

  static async open(session: Session, mailbox: string): Promise<Notebook> {
    const place = await ownCopy.place(mailbox);
    const kept = ownCopy.get(place);
    return new Notebook(session, place, await session.write(kept, { do: "read" }));
  }

  get notes(): Notes {
    return this.#notes;
  }

  /** Whether something is on its way just now. */
  get isSending(): boolean {
    return this.#busy > 0;
  }

  /** Whether this browser keeps what is written, beyond this visit. */
  get isKept(): boolean {
    return this.#isKept;
  }

  /** Unix seconds, by the server's clock. */
  now(): number {
    return this.#notes.now + Math.floor((performance.now() - this.#at) / 1000);
  }

  /** Calls back after each change, until the element is gone from the screen. */
  hear(element: HTMLElement, changed: () => void): void {
    const hear = (): void => void (element.isConnected ? changed() : this.#heard.delete(hear));
    this.#heard.add(hear);
  }

  /** Keeps it once no more letters come for a moment. */
  draft(key: string, value: unknown): void {
    this.#drafts.set(key, value);
    this.#later("draft", PAUSE, () => this.#keepDrafts());
  }

  /** Keeps it at once; null takes it away. */
  async set(key: string, value: unknown): Promise<void> {
    this.#drafts.delete(key);
    await this.#write({ do: "set", key, value });
    this.#later("sync", LONGER, () => this.sync());
  }

  /** Kept before it is sent: from here on it goes by itself. Throws where it can't be made. */
  async send(order: Order): Promise<void> {
    const key = `draft:${order.page}:${order.block}`;
    const draft = this.#drafts.get(key);
    this.#drafts.delete(key);
    this.#busy += 1;
    try {
      await this.#write({ do: "send", order }).catch((error: unknown) => {
        if (draft !== undefined) this.draft(key, draft);
        throw error;
      });
      await this.#try({ do: "deliver" });
    } finally {
      this.#busy -= 1;
      this.#tell();
    }
    this.#later("sync", LONGER, () => this.sync());
  }

  async sync(): Promise<void> {
    await this.#keepDrafts();
    await this.#try({ do: "sync" });
    if (this.#notes.isBehind) this.#later("sync", AGAIN.usual, () => this.sync());
  }

  /** What an index newly confirms. */
  async look(): Promise<void> {
    await this.#write({ do: "read" });
  }

  /** Ends it, once what was written last is kept. */
  async close(): Promise<void> {
    removeEventListener("online", this.#online);
    removeEventListener("storage", this.#elsewhere);
    document.removeEventListener("visibilitychange", this.#looked);
    this.#heard.clear();
    const drafts = this.#keepDrafts();
    this.#timers.forEach((timer) => clearTimeout(timer));
    await Promise.race([drafts, new Promise((over) => setTimeout(over, LAST))]);
  }

  readonly #online = (): void => void this.sync();
  readonly #looked = (): void => {
    if (document.hidden) void this.#keepDrafts();
    // A phone that slept may have missed that there is a connection again.
    else if (this.#notes.trouble !== undefined) void this.sync();
  };
  /** Another tab has written. */
  readonly #elsewhere = ({ key }: StorageEvent): void => void (key === this.#place && this.look());

  async #keepDrafts(): Promise<void> {
    const drafts = [...this.#drafts];
    this.#drafts.clear();
    for (const [key, value] of drafts) await this.#write({ do: "set", key, value });
    if (drafts.length > 0) this.#later("sync", LONGER, () => this.sync());
  }

  async #try(step: Step): Promise<void> {
    await this.#write(step);
    const { trouble } = this.#notes;
    if (trouble === undefined) return;
    const wait = trouble.kind === "busy" ? trouble.seconds * 1000 : 0;
    this.#later("again", Math.min(Math.max(wait || AGAIN.usual, AGAIN.least), AGAIN.most), () => this.#try({ do: "deliver" }));
  }

  async #write(step: Step): Promise<void> {
    const kept = ownCopy.get(this.#place);
    const notes = await this.#session.write(kept, step);
    if (notes.counter < this.#notes.counter) return;
    this.#notes = notes;
    this.#at = performance.now();
    this.#keep(notes.kept, kept);
    this.#tell();
  }

  #keep(kept: string | undefined, before: string | undefined): void {
    const there = ownCopy.get(this.#place);
    if (kept === undefined || kept === there) return;
    // Another tab was faster: what it kept is taken in first.
    if (there !== undefined && there !== before && there !== this.#kept) return void this.#write({ do: "read" });
    this.#kept = kept;
    this.#isKept = ownCopy.keep(this.#place, kept);
  }

  #tell(): void {
    this.#heard.forEach((hear) => hear());
  }

  #later(what: string, wait: number, step: () => Promise<void>): void {
    clearTimeout(this.#timers.get(what));
    this.#timers.set(what, setTimeout(() => void step().catch(() => undefined), wait));
  }
}
