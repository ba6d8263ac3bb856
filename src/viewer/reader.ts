// One unlocked member: the steps from a link and six words to a page's HTML, and what has to be kept between them.
// Knows no screen. Runs in the worker; tests run it against a gate of their own.

import { fail } from "./failure.ts";
import { Gate } from "./gate.ts";
import { openBytes, openIndex, openObject, openPart, PART, type Attachment, type Index, type Page } from "./index.ts";
import { keyNumbers } from "./key-words.ts";
import { openKeyring, type Keyring } from "./keyring.ts";
import type { Link } from "./link.ts";
import type { Seen } from "./memory.ts";
import { Writer } from "./writer.ts";

/** A page as the list shows it: everything but where it lies and what opens it. */
export type Entry = Omit<Page, "object" | "attachments"> & { readonly attachments: readonly Offered[] };
/** An attachment likewise. */
export type Offered = Omit<Attachment, "parts">;

export type View = {
  readonly practice: string;
  readonly reader: string;
  readonly epoch: number;
  readonly release: number;
  readonly issued: number;
  /** The server's time when this was looked at. */
  readonly now: number;
  /** In order of first appearance. */
  readonly entries: readonly Entry[];
  /** Whether there are older entries that were not fetched yet. */
  readonly older: boolean;
  /** Of the practice's root key, for people to compare: where its six words stand in the list. */
  readonly key: readonly number[];
};

export class Reader {
  readonly #gate: Gate;
  readonly #link: Link;
  readonly #keyring: Keyring;
  /** What this member writes. */
  readonly writer: Writer;
  #index: Index;
  /** Digests of the pages that were shown, as they were then. */
  readonly #shown = new Map<string, string>();
  #pages: Page[];
  /** How many of the index's parts are still to be fetched; the last part is the newest. */
  #parts: number;
  /** What changes the fields above happens one after the other: each step waits here for the one before it. */
  #turn: Promise<void> = Promise.resolve();

  private constructor(gate: Gate, link: Link, keyring: Keyring, index: Index) {
    this.#gate = gate;
    this.#link = link;
    this.#keyring = keyring;
    this.#index = index;
    this.#pages = index.pages;
    this.#parts = index.parts.length;
    this.writer = new Writer(gate, keyring, { index: () => this.#index, digestShown: (page) => this.#shown.get(page) });
  }

  static async unlock(gate: Gate, link: Link, words: readonly string[], seen: Seen | undefined): Promise<Reader> {
    const keyring = await openKeyring(await gate.keyring(link), link, words);
    return new Reader(gate, link, keyring, await openIndex(await gate.index(keyring), keyring, link, seen));
  }

  view(): View {
    const { practice, reader, epoch, release, issued } = this.#index;
    const offered = ({ parts: _, ...rest }: Attachment): Offered => rest;
    const entries = this.#pages.map(({ object: _, attachments, ...entry }) => ({ ...entry, attachments: attachments.map(offered) }));
    return { practice, reader, epoch, release, issued, now: this.#gate.now(), entries, older: this.#parts > 0, key: keyNumbers(this.#keyring.root) };
  }

  /** The HTML of a page. */
  async open(id: string): Promise<string> {
    const page = this.#pages.find((one) => one.id === id);
    if (page === undefined) throw fail("gone");
    const html = await openObject(await this.#gate.object(page.object.name, this.#keyring), page.object);
    this.#shown.set(id, page.object.digest);
    return html;
  }

  /** A file that goes with a page: each part is held against its digest, and handed to the browser before the next comes. */
  async attachment(id: string, file: string): Promise<Blob> {
    const found = this.#pages.find((one) => one.id === id)?.attachments.find((one) => one.id === file);
    if (found === undefined) throw fail("gone");
    if (found.parts.length !== Math.ceil(found.length / PART)) throw fail("damaged");
    const parts: Blob[] = [];
    for (const [number, part] of found.parts.entries()) {
      const bytes = await openBytes(await this.#gate.object(part.name, this.#keyring), part);
      const length = Math.min(PART, found.length - number * PART);
      if (bytes.length < length) throw fail("damaged");
      parts.push(new Blob([bytes.slice(0, length)]));
    }
    return new Blob(parts);
  }

  /** Fetches the next older part of the index. */
  older(): Promise<void> {
    return this.#inTurn(async () => {
      const part = this.#index.parts[this.#parts - 1];
      if (part === undefined) return;
      this.#pages = [...(await openPart(await this.#gate.object(part.name, this.#keyring), part)), ...this.#pages];
      this.#parts -= 1;
    });
  }

  /** Looks again what there is. Never takes an index older than the one at hand. */
  refresh(): Promise<void> {
    return this.#inTurn(async () => {
      this.#index = await openIndex(await this.#gate.index(this.#keyring), this.#keyring, this.#link, this.#index);
      this.#pages = this.#index.pages;
      this.#parts = this.#index.parts.length;
    });
  }

  #inTurn(step: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(step);
    this.#turn = done.catch(() => undefined);
    return done;
  }
}
