// The vectors that the Rust side makes and keeps: both sides read the same bytes in the same way.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { keyNumbers } from "../key-words.ts";
import { keyWords } from "../words.ts";
import { hex, utf8 } from "../bytes.ts";
import { verify, type Envelope } from "../dsse.ts";
import type { Keyring } from "../keyring.ts";
import { parseLink } from "../link.ts";
import { pass } from "../pass.ts";

type Vectors = {
  root: string;
  key_words: string;
  statement: Envelope;
  links: { text: string; mailbox: string; epoch: number; release: number; pepper: string; ticket: string }[];
  pass: { seed: string; origin: string; time: number; mailbox: string; header: string };
};

// The tests run from node_modules/.test/, three folders below the repository's src.
const vectors = JSON.parse(readFileSync(new URL("../../../../tests/vectors/formats.json", import.meta.url), "utf8")) as Vectors;

test("links", () => {
  assert.equal(vectors.links.length, 2);
  for (const { text, ...fields } of vectors.links) assert.deepEqual(parseLink(text), fields);
});

test("the statement is signed by the root, and by nobody else", () => {
  const type = "application/vnd.heldspace.statement.v1+json";
  const payload = JSON.parse(new TextDecoder().decode(verify(vectors.statement, type, hex.decode(vectors.root)))) as { epoch: number };
  assert.equal(payload.epoch, 2);
  const other = hex.decode(vectors.root);
  other[0]! ^= 1;
  assert.throws(() => verify(vectors.statement, type, other), { message: "forged" });
});

test("the practice's key in words", () => {
  assert.equal(keyWords(keyNumbers(hex.decode(vectors.root))), vectors.key_words);
  assert.equal(vectors.key_words.split("-").length, 6);
});

test("a pass is the same to the byte", () => {
  const { seed, origin, time, mailbox, header } = vectors.pass;
  const keyring = { mailbox, seed: hex.decode(seed) } as unknown as Keyring;
  assert.equal(pass(keyring, origin, time), header);
  assert.ok(utf8(header).length < 1000);
});
