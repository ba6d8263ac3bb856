// The derivations of docs/formats.md, made from the 24 words by other libraries than the author's side uses, and held
// against the vectors that it made.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { identityToRecipient } from "age-encryption";
import { ed25519 } from "@noble/curves/ed25519.js";
import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bech32 } from "@scure/base";
import { base64, base64url, hex, utf8 } from "../bytes.ts";
import { sign, type Envelope } from "../dsse.ts";
import { padded } from "./practice.ts";

type Vectors = {
  root: string;
  epoch_recipient: string;
  statement: Envelope;
  pepper: string;
  object: { mailbox: string; plaintext_digest: string; name: string; recipient: string };
  page_id: { path: string; id: string; of_a_message: string };
  tickets: { week: string; generation: number; again: number; hash: string }[];
  links: { pepper: string; ticket: string }[];
  padding: [number, number][];
};
const vectors = JSON.parse(readFileSync(new URL("../../../../tests/vectors/formats.json", import.meta.url), "utf8")) as Vectors;

/** BIP 39: "legal winner thank … title" is 32 bytes of 0x7f, by its own vectors. */
const root = new Uint8Array(32).fill(0x7f);
const EPOCH = 2;

const number = (value: number, bytes: number): Uint8Array => hex.decode(value.toString(16).padStart(bytes * 2, "0"));

function derive(secret: Uint8Array, label: string, ...fields: Uint8Array[]): Uint8Array {
  const info = [...utf8(label), 1, ...fields.flatMap((field) => [...field])];
  return hkdf(sha256, secret, new Uint8Array(), Uint8Array.from(info), 32);
}

const recipientOf = (secret: Uint8Array): Promise<string> =>
  identityToRecipient(bech32.encodeFromBytes("AGE-SECRET-KEY-", secret).toUpperCase());

const link = derive(root, "heldspace link");
const sealing = derive(root, "heldspace epoch sealing", number(EPOCH, 4));
const mailbox = hex.decode(vectors.object.mailbox);

test("root, epoch and statement", async () => {
  const rootSeed = derive(root, "heldspace root signing");
  assert.equal(hex.encode(ed25519.getPublicKey(rootSeed)), vectors.root);
  assert.equal(await recipientOf(derive(root, "heldspace epoch identity", number(EPOCH, 4))), vectors.epoch_recipient);
  const epochKey = ed25519.getPublicKey(derive(root, "heldspace epoch signing", number(EPOCH, 4)));
  const payload = utf8(JSON.stringify({ epoch: EPOCH, key: base64.encode(epochKey) }));
  assert.deepEqual({ ...sign("application/vnd.heldspace.statement.v1+json", payload, rootSeed) }, vectors.statement);
});

test("objects", async () => {
  const digest = sha256(utf8("page"));
  assert.equal(hex.encode(digest), vectors.object.plaintext_digest);
  const name = derive(sealing, "heldspace object name", mailbox, digest).subarray(0, 16);
  assert.equal(hex.encode(name), vectors.object.name);
  assert.equal(await recipientOf(derive(sealing, "heldspace object identity", name)), vectors.object.recipient);
});

test("peppers, page ids and tickets", () => {
  assert.equal(hex.encode(derive(link, "heldspace pepper", mailbox).subarray(0, 16)), vectors.pepper);
  const id = (reader: Uint8Array, path: string): string => hex.encode(derive(link, "heldspace page id", reader, sha256(utf8(path))).subarray(0, 16));
  assert.equal(id(new Uint8Array(16), vectors.page_id.path), vectors.page_id.id);
  assert.equal(id(mailbox, "messages/x.md"), vectors.page_id.of_a_message);
  const tickets = vectors.tickets.map(({ week, generation, again }) => {
    const [year, of] = week === "card" ? [0, 0] : week.split("-W").map(Number);
    return derive(link, "heldspace ticket", mailbox, number(generation, 4), number(year!, 2), number(of!, 1), number(again, 1)).subarray(0, 16);
  });
  assert.equal(tickets.length, 3);
  assert.deepEqual(tickets.map((ticket) => hex.encode(sha256(ticket))), vectors.tickets.map(({ hash }) => hash));
  assert.deepEqual(tickets.slice(0, 2).map((ticket) => base64url.encode(ticket)), vectors.links.map(({ ticket }) => ticket));
});

test("padding", () => {
  const padme = (length: number): number => {
    const step = 2 ** (Math.floor(Math.log2(length)) - (Math.floor(Math.log2(Math.floor(Math.log2(length)))) + 1));
    return Math.ceil(length / step) * step;
  };
  for (const [length, full] of vectors.padding) {
    assert.equal(length > 262_144 ? padme(length) : padded("x".repeat(length)).length, full, String(length));
  }
});
