// The index: what one member may read. Opened, verified up to the root in the keyring, and checked against going back
// in time, before one byte of it is shown.

import { Decrypter } from "age-encryption";
import { sha256 } from "@noble/hashes/sha2.js";
import { base64, fromUtf8, hex } from "./bytes.ts";
import { envelope, verify, type Envelope } from "./dsse.ts";
import { fail, orElse } from "./failure.ts";
import { hexOf, list, matching, object, oneOf, orMissing, orNull, parse, string, whole, type Of } from "./json.ts";
import type { Keyring } from "./keyring.ts";
import type { Link } from "./link.ts";
import { isOlder, type Seen } from "./memory.ts";

/** Entries that an index, or one part of it, holds at most. */
const ENTRIES = 256;

const sealedObject = object({ name: hexOf(16), identity: matching(/^AGE-SECRET-KEY-1[A-Z0-9]+$/), digest: hexOf(32) });
export type SealedObject = Of<typeof sealedObject>;

/** Bytes of a part; the last one may be shorter. */
export const PART = 4 * 1024 * 1024;
/** As the practice gives at most: an attachment's bytes, a page's attachments, and what it leads to. */
const LARGEST = 100 * 1024 * 1024;
const TAGS = 12;
const FILES = 50;
const LINKS = 1024;

const attachment = object({
  id: hexOf(16),
  name: string,
  type: string,
  length: whole(1, LARGEST),
  parts: list(sealedObject, LARGEST / PART),
});
export type Attachment = Of<typeof attachment>;

const page = object({
  id: hexOf(16),
  title: string,
  date: orNull(matching(/^\d{4}-\d\d-\d\d$/)),
  order: orNull(whole(Number.MIN_SAFE_INTEGER)),
  audience: object({ kind: oneOf("library", "group", "member", "message"), title: string }),
  kind: oneOf("resource", "agenda", "summary", "exercise", "checkin", "poll", "progress", "message", "note"),
  object: sealedObject,
  tags: orMissing(list(string, TAGS), []),
  attachments: orMissing(list(attachment, FILES), []),
  links: orMissing(list(hexOf(16), LINKS), []),
});
export type Page = Of<typeof page>;

const epoch = whole(1, 0xffffffff);
const shape = object({
  mailbox: hexOf(16),
  release: whole(1),
  issued: whole(0),
  statement: envelope,
  recipients: list(string, 64),
  practice: string,
  reader: string,
  pages: list(page, ENTRIES),
  parts: list(sealedObject, 1024),
  received: list(hexOf(16), 65536),
});
export type Index = Of<typeof shape> & { readonly epoch: number };

export async function openIndex(sealed: Uint8Array, keyring: Keyring, link: Link, seen: Seen | undefined): Promise<Index> {
  const outer = await orElse("damaged", async () => parse(fromUtf8(await decrypt(sealed, keyring.identities)), envelope));
  const { epoch, payload } = await orElse("forged", () => verified(outer, keyring));
  const index = { ...(await orElse("damaged", () => parse(payload, shape))), epoch };
  // SECURITY: a host could hand out another member's index, or an older one in which something is still, or not yet.
  if (index.mailbox !== link.mailbox) throw fail("forged");
  if (isOlder(index, link) || (seen !== undefined && isOlder(index, seen))) throw fail("older");
  return index;
}

// The key that signed an index stands in the index itself, in the statement that the root signed. So the statement, and
// nothing else, is taken from the payload before the payload is verified; it has to check out against the root first.
async function verified(outer: Envelope, keyring: Keyring): Promise<{ epoch: number; payload: string }> {
  const payload = fromUtf8(base64.decode(outer.payload));
  const claimed = JSON.parse(payload) as { statement?: unknown } | null;
  const statement = await statementOf(envelope(claimed?.statement), keyring.root);
  // SECURITY: the index counts from this line on.
  verify(outer, "application/vnd.heldspace.index.v1+json", base64.decode(statement.key));
  return { epoch: statement.epoch, payload };
}

function statementOf(signed: Envelope, root: Uint8Array): Promise<{ epoch: number; key: string }> {
  const payload = verify(signed, "application/vnd.heldspace.statement.v1+json", root);
  // What bears a good signature was not forged, whatever is wrong with it.
  return orElse("damaged", () => parse(fromUtf8(payload), object({ epoch, key: string })));
}

/** Opens an object, and holds it against the digest that the index gives for it. */
export async function openObject(sealed: Uint8Array, entry: SealedObject): Promise<string> {
  const plain = await openBytes(sealed, entry);
  return orElse("damaged", () => fromUtf8(plain));
}

/** The same, of a part of an attachment; padding is still there. */
export async function openBytes(sealed: Uint8Array, entry: SealedObject): Promise<Uint8Array> {
  const plain = await orElse("damaged", () => decrypt(sealed, [entry.identity]));
  // SECURITY: age says nothing about who sealed a file; the digest in the signed index does.
  if (hex.encode(sha256(plain)) !== entry.digest) throw fail("forged");
  return plain;
}

export const openPart = async (sealed: Uint8Array, entry: SealedObject): Promise<Page[]> => {
  const text = await openObject(sealed, entry);
  return orElse("damaged", () => parse(text, list(page, ENTRIES)));
};

function decrypt(sealed: Uint8Array, identities: readonly string[]): Promise<Uint8Array> {
  const decrypter = new Decrypter();
  for (const identity of identities) decrypter.addIdentity(identity);
  return decrypter.decrypt(sealed);
}
