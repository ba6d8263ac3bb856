// An answer on its way: made, signed by the member, padded, and sealed to those whom the verified index names.

import { hex, utf8 } from "./bytes.ts";
import { sign } from "./dsse.ts";
import { fail, orElse } from "./failure.ts";
import { hexOf, list, matching, number, object, oneOf, record, string, variant, whole, type Of, type Shape } from "./json.ts";
import type { Keyring } from "./keyring.ts";
import { digestOf, padded, sealTo } from "./seal.ts";

/** Characters of one text at most, and of all texts of an answer together: `src/wire/answer.rs`. */
export const TEXT = 16 * 1024;
const TEXTS = 32 * 1024;
const ITEMS = 200;
/** Bytes before sealing at most: what the gate takes, less what age adds. */
const LARGEST = 128 * 1024;
/** Earlier answers that one names: the newest. */
const EARLIER = 16;

export const blockId = matching(/^[a-z0-9-]{1,64}$/);

const value: Shape<number | string | string[]> = (one) => (typeof one === "number" ? number(one) : typeof one === "string" ? one : list(string, ITEMS)(one));
export type Value = Of<typeof value>;

/** What was said, by the kind of the block. */
export const said = variant({
  reply: object({ kind: oneOf("reply"), text: string }),
  poll: object({ kind: oneOf("poll"), chosen: list(string, ITEMS) }),
  checkin: object({ kind: oneOf("checkin"), items: plain(record(string, value, ITEMS)) }),
  agenda: object({ kind: oneOf("agenda"), texts: plain(record(string, string, ITEMS)) }),
  withdrawn: object({ kind: oneOf("withdrawn") }),
});
export type Said = Of<typeof said>;

function plain<T>(shape: Shape<ReadonlyMap<string, T>>): Shape<Readonly<Record<string, T>>> {
  return (one) => Object.fromEntries(shape(one));
}

export const answerId = hexOf(16);
/** Seconds since 1970. */
export const unixTime = whole(0);

/** One answer to one block of a page, as it is asked for. */
export type Order = { readonly page: string; readonly block: string; readonly replaces: string | null; readonly said: Said };

export type Answering = {
  readonly keyring: Keyring;
  readonly recipients: readonly string[];
  /** Of the page's document that was shown. */
  readonly digest: string;
  /** Answers that no index has acknowledged yet, newest last. */
  readonly unconfirmed: readonly string[];
};

export type SealedAnswer = { readonly id: string; readonly bytes: Uint8Array<ArrayBuffer>; readonly sha256: string };

export async function sealAnswer({ page, block, replaces, said }: Order, { keyring, recipients, digest, unconfirmed }: Answering): Promise<SealedAnswer> {
  if (!isBounded(said)) throw fail("too-large");
  // SECURITY: sealed to nobody, or to fewer than the practice named, is not sent at all.
  if (recipients.length === 0) throw fail("damaged");
  const id = hex.encode(crypto.getRandomValues(new Uint8Array(16)));
  const time = Math.floor(Date.now() / 1000);
  const payload = { id, mailbox: keyring.mailbox, page, block, digest, time, earlier: unconfirmed.slice(-EARLIER), replaces, said };
  const plain = padded(JSON.stringify(sign("application/vnd.heldspace.answer.v1+json", utf8(JSON.stringify(payload)), keyring.seed)));
  if (plain.length > LARGEST) throw fail("too-large");
  const bytes = await orElse("damaged", () => sealTo(recipients, plain));
  return { id, bytes, sha256: digestOf(bytes) };
}

/** Characters as people count them, and as `src/wire/answer.rs` does. */
export const characters = (text: string): number => [...text].length;

function isBounded(said: Said): boolean {
  const texts = textsOf(said);
  const lengths = texts.map(characters);
  return texts.length <= 2 * ITEMS && lengths.every((length) => length <= TEXT) && lengths.reduce((sum, length) => sum + length, 0) <= TEXTS;
}

function textsOf(said: Said): string[] {
  switch (said.kind) {
    case "reply": return [said.text];
    case "poll": return said.chosen;
    case "agenda": return Object.entries(said.texts).flat();
    case "checkin": return Object.entries(said.items).flatMap(([id, one]) => [id, ...(typeof one === "number" ? [] : [one].flat())]);
    case "withdrawn": return [];
  }
}
