// What an unlocked member writes: own notes, and answers on their way to the practice. Knows no screen and keeps nothing:
// each call is told what the browser keeps, and its answer says what to keep now. Whatever is to be sent is kept first,
// as sealed bytes, and it is those same bytes that are tried until the host says that it has them: so nothing doubles.

import { blockId, answerId, said, sealAnswer, unixTime, type Order, type Said } from "./answer.ts";
import { base64 } from "./bytes.ts";
import { fail, failureOf, type Failure } from "./failure.ts";
import type { Gate } from "./gate.ts";
import type { Index } from "./index.ts";
import { boolean, hexOf, object, orNull, string, type Of, type Shape } from "./json.ts";
import type { Keyring } from "./keyring.ts";
import { areSame, fitting, merge, openOwn, sealOwn, withoutOldGraves, type Note } from "./own.ts";
import { digestOf } from "./seal.ts";

const sent = object({
  page: hexOf(16),
  block: blockId,
  time: unixTime,
  replaces: orNull(answerId),
  /** Until another one takes its place. */
  said: orNull(said),
  /** Of the sealed bytes. */
  sha256: hexOf(32),
  /** The host has it, and said so. */
  taken: boolean,
});
type SentNote = Of<typeof sent>;

export type Sent = SentNote & {
  readonly id: string;
  /** An index names it. */
  readonly arrived: boolean;
  /** Its sealed bytes are here, and still to be delivered. */
  readonly waits: boolean;
};

/** What the screen needs of the own notes. By `page:block`. */
export type Notes = {
  readonly drafts: ReadonlyMap<string, Said>;
  /** When it was ticked. */
  readonly done: ReadonlyMap<string, number>;
  /** Newest last. */
  readonly sent: readonly Sent[];
  /** Why the last try to send did not do. */
  readonly trouble: Failure | undefined;
  /** What will never be taken; what was written is a draft again. */
  readonly refused: ReadonlyMap<string, Failure>;
  /** The host's copy of the own notes could not be evened out with these. */
  readonly isBehind: boolean;
  /** What came as own notes was not this member's. */
  readonly strange: boolean;
  /** Own notes as the browser should keep them: sealed. Undefined while there are none. */
  readonly kept: string | undefined;
  readonly counter: number;
  readonly now: number;
};

export type Step =
  | { readonly do: "read" }
  | { readonly do: "set"; readonly key: string; readonly value: unknown }
  | { readonly do: "send"; readonly order: Order }
  /** Tries what waits. */
  | { readonly do: "deliver" }
  /** The same, then evens out with the host's copy. */
  | { readonly do: "sync" };

/** What the writer has to know of the reader, now. */
export type Reading = { index(): Index; digestShown(page: string): string | undefined };

/** Times that another device may come first with the host's copy. */
const TRIES = 4;
const read = <T>(shape: Shape<T>, value: unknown): T | undefined => {
  try {
    return shape(value);
  } catch {
    return undefined;
  }
};
const keyOf = (kind: "draft" | "done", { page, block }: { page: string; block: string }): string => `${kind}:${page}:${block}`;

/** Oldest first. Within one second a change comes after what it changed; else every device must find the same order, or each takes the words from the other's answer. */
function inOrder(sent: Sent[]): Sent[] {
  const replaces = new Map(sent.map(({ id, replaces }) => [id, replaces]));
  const changes = (id: string | null | undefined, n = 0): number => (id == null || n > sent.length ? n : changes(replaces.get(id), n + 1));
  return sent.sort((a, b) => a.time - b.time || changes(a.id) - changes(b.id) || (a.id < b.id ? -1 : 1));
}

const noteOf = ({ id: _, arrived: __, waits: ___, ...note }: Sent): SentNote => note;

export class Writer {
  readonly #gate: Gate;
  readonly #keyring: Keyring;
  readonly #reading: Reading;
  #entries = new Map<string, Note>();
  #counter = 0;
  #kept: string | undefined;
  /** The entries as they were last sealed, and what came of it. */
  #sealed: { readonly entries: Map<string, Note>; readonly text: string } | undefined;
  #trouble: Failure | undefined;
  #refused = new Map<string, Failure>();
  #strange = false;
  #isBehind = false;
  /** Sealing, and talking to the host, each one after the other; neither waits for the other. */
  #sealing: Promise<unknown> = Promise.resolve();
  #talking: Promise<unknown> = Promise.resolve();

  constructor(gate: Gate, keyring: Keyring, reading: Reading) {
    this.#gate = gate;
    this.#keyring = keyring;
    this.#reading = reading;
  }

  async write(kept: string | undefined, step: Step): Promise<Notes> {
    await this.#absorb(kept);
    switch (step.do) {
      case "read": break;
      case "set": this.#set(step.key, step.value); break;
      case "send": await this.#send(step.order); break;
      case "deliver": await this.#talk(() => this.#deliver()); break;
      case "sync": await this.#talk(() => this.#deliver().then(() => this.#even())); break;
    }
    return this.#notes();
  }

  #set(key: string, value: unknown): void {
    const before = this.#entries.get(key);
    if (before === undefined && value === null) return;
    // Never older than what it takes the place of, whatever the clock does.
    this.#entries.set(key, { value, time: Math.max(this.#gate.now(), (before?.time ?? 0) + 1) });
  }

  /** Makes an answer and lays it aside to be delivered. */
  async #send(order: Order): Promise<void> {
    const digest = this.#reading.digestShown(order.page);
    if (digest === undefined) throw fail("gone");
    const { recipients } = this.#reading.index();
    const unconfirmed = this.#sent().filter(({ arrived }) => !arrived).map(({ id }) => id);
    const { id, bytes, sha256 } = await sealAnswer(order, { keyring: this.#keyring, recipients, digest, unconfirmed });
    const { page, block, replaces, said } = order;
    const note: SentNote = { page, block, time: this.#gate.now(), replaces, said, sha256, taken: false };
    this.#set(`sent:${id}`, note);
    this.#set(`pending:${id}`, base64.encode(bytes));
    this.#set(keyOf("draft", order), null);
    this.#refused.delete(`${page}:${block}`);
    this.#tidy();
  }

  async #deliver(): Promise<void> {
    this.#trouble = undefined;
    for (const one of this.#sent()) {
      const waiting = read(string, this.#entries.get(`pending:${one.id}`)?.value);
      if (waiting === undefined) continue;
      try {
        await this.#gate.answer(base64.decode(waiting) as Uint8Array<ArrayBuffer>, one.sha256, this.#keyring);
        this.#set(`sent:${one.id}`, { ...noteOf(one), taken: true });
        this.#set(`pending:${one.id}`, null);
      } catch (error) {
        const failure = failureOf(error);
        if (!["too-large", "refused", "ticket-ended"].includes(failure.kind)) {
          this.#trouble = failure;
          return;
        }
        this.#takeBack(one, failure);
      }
    }
  }

  /** It will never be taken: what was written becomes a draft again, unless a newer one is there. */
  #takeBack(one: Sent, failure: Failure): void {
    const { id, said } = one;
    this.#set(`sent:${id}`, null);
    this.#set(`pending:${id}`, null);
    this.#refused.set(`${one.page}:${one.block}`, failure);
    const draft = keyOf("draft", one);
    if (said !== null && said.kind !== "withdrawn" && (this.#entries.get(draft)?.value ?? null) === null) this.#set(draft, said);
  }

  /** Evens out with the host's copy, which may be older, another device's, or missing. */
  async #even(): Promise<void> {
    this.#isBehind = true;
    try {
      for (let tries = 0; tries < TRIES && this.#isBehind; tries += 1) {
        const there = await this.#gate.own(this.#keyring);
        const known = there === undefined ? undefined : await this.#open(there);
        if (known !== undefined) this.#take(known.entries, known.counter);
        this.#tidy();
        const mine = fitting(this.#entries);
        this.#isBehind = mine.size > 0 && !(known !== undefined && areSame(mine, known.entries));
        if (!this.#isBehind) return;
        const sealed = await sealOwn({ counter: this.#counter + 1, entries: mine }, this.#keyring);
        this.#isBehind = !(await this.#gate.putOwn(sealed, digestOf(sealed), there && digestOf(there), this.#keyring));
      }
    } catch {
      // This device has all of it; a later time does.
    }
  }

  async #absorb(kept: string | undefined): Promise<void> {
    if (kept === undefined || kept === this.#kept) return;
    const own = await this.#open(read((text) => base64.decode(string(text)), kept) ?? new Uint8Array());
    if (own === undefined) return;
    this.#take(own.entries, own.counter);
    // Nothing to add to it: it is what the browser should go on keeping.
    if (areSame(this.#entries, own.entries)) this.#sealed = { entries: new Map(own.entries), text: kept };
  }

  async #open(sealed: Uint8Array): Promise<{ entries: ReadonlyMap<string, Note>; counter: number } | undefined> {
    try {
      return await openOwn(sealed, this.#keyring);
    } catch {
      this.#strange = true;
      return undefined;
    }
  }

  #take(entries: ReadonlyMap<string, Note>, counter: number): void {
    this.#entries = merge(this.#entries, entries);
    this.#counter = Math.max(this.#counter, counter);
  }

  /** What was answered anew is kept by its name alone until the practice has it; then not at all. */
  #tidy(): void {
    this.#entries = withoutOldGraves(this.#entries, this.#gate.now());
    const newest = new Map(this.#sent().map((one) => [`${one.page}:${one.block}`, one.id]));
    for (const one of this.#sent()) {
      if (newest.get(`${one.page}:${one.block}`) === one.id) continue;
      if (one.arrived) this.#set(`sent:${one.id}`, null);
      else if (one.said !== null) this.#set(`sent:${one.id}`, { ...noteOf(one), said: null });
    }
  }

  #sent(): Sent[] {
    const received = new Set(this.#reading.index().received);
    return inOrder(this.#of("sent", sent)
      .map(([id, note]) => ({ ...note, id, arrived: received.has(id), waits: (this.#entries.get(`pending:${id}`)?.value ?? null) !== null })));
  }

  #of<T>(kind: string, shape: Shape<T>): [string, T][] {
    return [...this.#entries].flatMap(([key, { value }]): [string, T][] => {
      const one = value === null || !key.startsWith(`${kind}:`) ? undefined : read(shape, value);
      return one === undefined ? [] : [[key.slice(kind.length + 1), one]];
    });
  }

  async #notes(): Promise<Notes> {
    await (this.#sealing = this.#sealing.then(() => this.#seal()));
    return {
      drafts: new Map(this.#of("draft", said)),
      done: new Map(this.#of("done", unixTime)),
      sent: this.#sent(),
      trouble: this.#trouble,
      refused: new Map(this.#refused),
      isBehind: this.#isBehind,
      strange: this.#strange,
      kept: this.#kept,
      counter: this.#counter,
      now: this.#gate.now(),
    };
  }

  async #seal(): Promise<void> {
    if (this.#sealed === undefined ? this.#entries.size > 0 : !areSame(this.#sealed.entries, this.#entries)) {
      const entries = new Map(this.#entries);
      this.#counter += 1;
      this.#sealed = { entries, text: base64.encode(await sealOwn({ counter: this.#counter, entries }, this.#keyring)) };
    }
    this.#kept = this.#sealed?.text;
  }

  #talk(step: () => Promise<void>): Promise<void> {
    const done = this.#talking.then(step);
    this.#talking = done.catch(() => undefined);
    return done;
  }
}
