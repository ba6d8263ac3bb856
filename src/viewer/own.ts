// A member's own notes: drafts, ticks, and what was sent. Signed by the member and sealed to nobody else; the same bytes
// lie in the browser and at the host. Devices merge entry by entry, so that an older copy takes nothing away.

import { Decrypter, identityToRecipient } from "age-encryption";
import { ed25519 } from "@noble/curves/ed25519.js";
import { fromUtf8, utf8 } from "./bytes.ts";
import { envelope, sign, verify } from "./dsse.ts";
import { fail, orElse } from "./failure.ts";
import { hexOf, matching, object, parse, record, whole } from "./json.ts";
import type { Keyring } from "./keyring.ts";
import { padded, sealTo } from "./seal.ts";

/** A value of null is a grave: what was there is gone, on every device. */
export type Note = { readonly value: unknown; readonly time: number };
export type Entries = ReadonlyMap<string, Note>;
export type Own = { readonly counter: number; readonly entries: Entries };

const TYPE = "application/vnd.heldspace.own.v1+json";
const ENTRIES = 8192;
/** Seconds that a grave is kept. */
const GRAVE = 90 * 86_400;

const anything = (value: unknown): unknown => value ?? null;
const shape = object({
  mailbox: hexOf(16),
  counter: whole(0),
  entries: record(matching(/^[a-z]{1,16}:[0-9a-z:-]{1,160}$/), object({ value: anything, time: whole(0) }), ENTRIES),
});

export async function openOwn(sealed: Uint8Array, keyring: Keyring): Promise<Own> {
  const decrypter = new Decrypter();
  for (const identity of keyring.identities) decrypter.addIdentity(identity);
  const outer = await orElse("damaged", async () => parse(fromUtf8(await decrypter.decrypt(sealed)), envelope));
  // SECURITY: anyone may seal to the member's recipient. What the member did not sign is not theirs.
  const payload = verify(outer, TYPE, ed25519.getPublicKey(keyring.seed));
  const own = await orElse("damaged", () => parse(fromUtf8(payload), shape));
  if (own.mailbox !== keyring.mailbox) throw fail("forged");
  return own;
}

export async function sealOwn({ counter, entries }: Own, keyring: Keyring): Promise<Uint8Array<ArrayBuffer>> {
  const signed = sign(TYPE, utf8(payloadOf({ counter, entries }, keyring.mailbox)), keyring.seed);
  return sealTo([await identityToRecipient(keyring.identities[0]!)], padded(JSON.stringify(signed)));
}

const payloadOf = ({ counter, entries }: Own, mailbox: string): string =>
  JSON.stringify({ mailbox, counter, entries: Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1))) });

/** The newer of each; of two from the same second, the same one on every device. */
export function merge(one: Entries, other: Entries): Map<string, Note> {
  const merged = new Map(one);
  for (const [key, note] of other) {
    const mine = merged.get(key);
    if (mine === undefined || isNewer(note, mine)) merged.set(key, note);
  }
  return merged;
}

const isNewer = (note: Note, than: Note): boolean =>
  note.time > than.time || (note.time === than.time && JSON.stringify(note.value) > JSON.stringify(than.value));

export const areSame = (one: Entries, other: Entries): boolean =>
  one.size === other.size && [...one].every(([key, note]) => {
    const there = other.get(key);
    return there !== undefined && there.time === note.time && JSON.stringify(there.value) === JSON.stringify(note.value);
  });

/** Without graves that every device has seen by now. */
export const withoutOldGraves = (entries: Entries, now: number): Map<string, Note> =>
  new Map([...entries].filter(([, { value, time }]) => value !== null || now - time < GRAVE));

/** What is given up first where the host has too little room; all of it stays on this device. */
const WORTH = ["pending", "sent", "draft"];
/** Bytes of the payload that, signed, padded and sealed, the host still takes. */
const ROOM = 96_000;

/** As many entries as the host's copy has room for. */
export function fitting(entries: Entries): Entries {
  const length = ([key, { value, time }]: readonly [string, Note]): number => utf8(JSON.stringify({ [key]: { value, time } })).length;
  const worth = (key: string): number => WORTH.indexOf(key.split(":")[0]!) >>> 0;
  const ordered = [...entries].sort(([a, one], [b, other]) => worth(b) - worth(a) || other.time - one.time);
  let room = ROOM;
  return new Map(ordered.filter((entry) => (room -= length(entry)) >= 0));
}
