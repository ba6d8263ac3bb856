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
const LIMIT = { keyring: 64 * KIB, index: 4096 * KIB, object: 8192 * KIB };
const DAY = 86_400;
/** A pass is good for 15 minutes; a new one is made well before. */
const PASS_AGE = 300;

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
    return expect(await this.#get(path, `Ticket ${link.ticket}`, LIMIT.keyring), "unlock");
  }

  async index(keyring: Keyring): Promise<Uint8Array> {
    return expect(await this.#withPass(`/api/mailboxes/${keyring.mailbox}/index`, keyring, LIMIT.index));
  }

  async object(name: string, keyring: Keyring): Promise<Uint8Array> {
    const fetched = await this.#withPass(`/api/objects/${name}`, keyring, LIMIT.object);
    if (fetched.status === 404) throw fail("gone");
    return expect(fetched);
  }

  async #withPass(path: string, keyring: Keyring, limit: number): Promise<Fetched> {
    const first = await this.#get(path, this.#freshPass(keyring), limit);
    if (first.status !== 401) return first;
    // The steady clock of some phones stands still while they sleep; the answer just told the time anew.
    this.#pass.time = -PASS_AGE;
    return this.#get(path, this.#freshPass(keyring), limit);
  }

  #freshPass(keyring: Keyring): string {
    const time = this.now();
    if (Math.abs(time - this.#pass.time) >= PASS_AGE) this.#pass = { value: pass(keyring, this.#origin, time), time };
    return this.#pass.value;
  }

  async #get(path: string, authorization: string, limit: number): Promise<Fetched> {
    const stop = new AbortController();
    let timer = setTimeout(() => stop.abort(), SILENCE);
    const alive = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => stop.abort(), SILENCE);
    };
    try {
      const response = await this.#fetch(this.#origin + path, {
        headers: { Authorization: authorization },
        cache: "no-store",
        credentials: "omit",
        redirect: "error",
        referrerPolicy: "no-referrer",
        signal: stop.signal,
      });
      alive();
      this.#readClock(response);
      const body = response.status === 200 ? await readBody(response, limit, alive) : new Uint8Array();
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
