// Talking to the gate: what is fetched, with which right, how much of it and for how long. Nothing is kept in the
// browser's cache, no cookie goes along, no other place is followed to.

import { busy, fail } from "./failure.ts";
import { pass } from "./pass.ts";
import type { Keyring } from "./keyring.ts";
import type { Link } from "./link.ts";

/** Longest silence, in milliseconds, before a request counts as lost. */
const SILENCE = 20_000;
const KIB = 1024;
/** As the gate gives out at most. */
const LIMIT = { keyring: 64 * KIB, index: 4096 * KIB, object: 8192 * KIB, own: 512 * KIB };
const DAY = 86_400;
/** A pass is good for 15 minutes; a new one is made well before. */
const PASS_AGE = 300;

/** Bytes to be laid down at the host, and on what condition. */
type Given = { readonly body: Uint8Array<ArrayBuffer>; readonly sha256: string; readonly condition?: Readonly<Record<string, string>> };

type Fetched = { readonly status: number; readonly body: Uint8Array; readonly wait: number };

export class Gate {
  readonly #origin: string;
  readonly #fetch: typeof fetch;
  /** The server's clock as last read, and this device's steady clock at that moment. */
  #clock = { server: 0, at: 0 };
  #pass = { value: "", time: -PASS_AGE };

  constructor(origin: string, fetcher: typeof fetch = (...args) => fetch(...args)) {
    this.#origin = origin;
    this.#fetch = fetcher;
  }

  /** Unix seconds, by the server's clock. */
  now(): number {
    return this.#clock.server + Math.floor((performance.now() - this.#clock.at) / 1000);
  }

  async keyring(link: Link): Promise<Uint8Array> {
    const path = `/api/mailboxes/${link.mailbox}/keyring`;
    return expect(await this.#ask(path, `Ticket ${link.ticket}`, LIMIT.keyring), "unlock");
  }

  async index(keyring: Keyring): Promise<Uint8Array> {
    return expect(await this.#withPass(`/api/mailboxes/${keyring.mailbox}/index`, keyring, LIMIT.index));
  }

  async object(name: string, keyring: Keyring): Promise<Uint8Array> {
    const fetched = await this.#withPass(`/api/objects/${name}`, keyring, LIMIT.object);
    if (fetched.status === 404) throw fail("gone");
    return expect(fetched);
  }

  /** Returns once the host says that it is kept for good. The same again does no harm. */
  async answer(body: Uint8Array<ArrayBuffer>, sha256: string, keyring: Keyring): Promise<void> {
    const { status, wait } = await this.#put(`/api/mailboxes/${keyring.mailbox}/answers/${sha256}`, { body, sha256 }, keyring);
    if (status === 200 || status === 201) return;
    if (status === 413) throw fail("too-large");
    if (status === 401) throw fail("ticket-ended");
    // SECURITY: only what says that these very bytes will never do gives them up; any other answer may change.
    throw status === 415 || status === 422 ? fail("refused") : busy(wait, "read");
  }

  /** The member's own notes, as the host has them. */
  async own(keyring: Keyring): Promise<Uint8Array | undefined> {
    const fetched = await this.#withPass(`/api/mailboxes/${keyring.mailbox}/own`, keyring, LIMIT.own);
    return fetched.status === 204 ? undefined : expect(fetched);
  }

  /** Puts them in the place of those with this digest, or where none are yet; false where others are there by now. */
  async putOwn(body: Uint8Array<ArrayBuffer>, sha256: string, before: string | undefined, keyring: Keyring): Promise<boolean> {
    const condition: Record<string, string> = before === undefined ? { "If-None-Match": "*" } : { "If-Match": `"${before}"` };
    const { status, wait } = await this.#put(`/api/mailboxes/${keyring.mailbox}/own`, { body, sha256, condition }, keyring);
    if (status === 412) return false;
    if (status >= 200 && status < 300) return true;
    throw status === 413 ? fail("too-large") : busy(wait, "read");
  }

  async #put(path: string, given: Given, keyring: Keyring): Promise<Fetched> {
    const first = await this.#ask(path, this.#writingPass(path, given, keyring), 0, given);
    return first.status === 401 ? this.#ask(path, this.#writingPass(path, given, keyring), 0, given) : first;
  }

  #writingPass(path: string, { sha256 }: Given, keyring: Keyring): string {
    return pass(keyring, this.#origin, this.now(), { method: "PUT", path, sha256 });
  }

  async #withPass(path: string, keyring: Keyring, limit: number): Promise<Fetched> {
    const first = await this.#ask(path, this.#freshPass(keyring), limit);
    if (first.status !== 401) return first;
    // The steady clock of some phones stands still while they sleep; the answer just told the time anew.
    this.#pass.time = -PASS_AGE;
    return this.#ask(path, this.#freshPass(keyring), limit);
  }

  #freshPass(keyring: Keyring): string {
    const time = this.now();
    if (Math.abs(time - this.#pass.time) >= PASS_AGE) this.#pass = { value: pass(keyring, this.#origin, time), time };
    return this.#pass.value;
  }

  async #ask(path: string, authorization: string, limit: number, given?: Given): Promise<Fetched> {
    const stop = new AbortController();
    let timer = setTimeout(() => stop.abort(), SILENCE);
    const alive = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => stop.abort(), SILENCE);
    };
    try {
      const response = await this.#fetch(this.#origin + path, {
        ...(given === undefined ? {} : { method: "PUT", body: given.body }),
        headers: { Authorization: authorization, ...(given === undefined ? {} : { "Content-Type": "application/octet-stream", ...given.condition }) },
        cache: "no-store",
        credentials: "omit",
        redirect: "error",
        referrerPolicy: "no-referrer",
        signal: stop.signal,
      });
      alive();
      this.#readClock(response);
      const body = response.status === 200 && given === undefined ? await readBody(response, limit, alive) : new Uint8Array();
      return { status: response.status, body, wait: Number(response.headers.get("Retry-After")) || 0 };
    } catch (error) {
      // fetch says a lost connection, a refused redirect and an abort all by these two.
      if (error instanceof TypeError || (error instanceof DOMException && error.name === "AbortError")) throw fail("offline", error);
      throw error;
    } finally {
      clearTimeout(timer);
      stop.abort();
    }
  }

  #readClock(response: Response): void {
    const server = Math.floor(Date.parse(response.headers.get("Date") ?? "") / 1000);
    if (Number.isNaN(server)) throw fail("damaged");
    // SECURITY: a host that lives in another time could let an old index pass for a fresh one.
    if (Math.abs(server - Date.now() / 1000) >= DAY) throw fail("clock");
    this.#clock = { server, at: performance.now() };
  }
}

function expect({ status, body, wait }: Fetched, during: "unlock" | "read" = "read"): Uint8Array {
  if (status === 200) return body;
  throw status === 401 ? fail("ticket-ended") : busy(wait, during);
}

async function readBody(response: Response, limit: number, alive: () => void): Promise<Uint8Array> {
  const reader = response.body?.getReader();
  if (reader === undefined) throw fail("damaged");
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    alive();
    length += next.value.length;
    // SECURITY: memory stays bounded whatever a host sends.
    if (length > limit) throw fail("damaged");
    chunks.push(next.value);
  }
  const body = new Uint8Array(length);
  chunks.reduce((at, chunk) => (body.set(chunk, at), at + chunk.length), 0);
  return body;
}
