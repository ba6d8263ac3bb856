// What each side sealed, opened by the other: tests/vectors/sealed.json. Sealing is random, so these are kept, not made
// again: `BLESS=1` makes the browser's anew here, and the Rust side's in tests/it/sealed.rs.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { base64, fromUtf8, hex, utf8 } from "../bytes.ts";
import { openBytes, openIndex, openObject } from "../index.ts";
import { openKeyring } from "../keyring.ts";
import { parseLink } from "../link.ts";
import { Practice } from "./practice.ts";

type Sealed = { link: string; words: string; keyring: string; index: string; objects: Record<string, string> };

const TEXT = "Words that both sides read.";
const FILE = "Words in a file.";
const path = new URL("../../../../tests/vectors/sealed.json", import.meta.url);

async function made(): Promise<Sealed> {
  const practice = await Practice.open();
  await practice.page(`<!doctype html><html lang="en"><head><title>A page</title></head><body><main><p>${TEXT}</p></main></body></html>`, { title: "A page", attachments: [await practice.attachment("words.txt", "text/plain", utf8(FILE))], links: ["00".repeat(16)] });
  await practice.publish();
  const objects = Object.fromEntries([...practice.objects].map(([name, sealed]) => [name, base64.encode(sealed)]));
  return { link: practice.link(), words: practice.words.join(" "), keyring: base64.encode(practice.keyring), index: base64.encode(practice.index), objects };
}

test("what either side sealed opens here", async () => {
  const vectors = JSON.parse(readFileSync(path, "utf8")) as Record<"rust" | "browser", Sealed>;
  if (process.env["BLESS"] !== undefined) {
    vectors.browser = await made();
    writeFileSync(path, `${JSON.stringify(vectors, null, 2)}\n`);
  }
  for (const side of ["rust", "browser"] as const) {
    const sealed = vectors[side];
    const link = parseLink(sealed.link);
    const keyring = await openKeyring(base64.decode(sealed.keyring), link, sealed.words.split(" "));
    assert.equal(keyring.mailbox, link.mailbox);
    const index = await openIndex(base64.decode(sealed.index), keyring, link, undefined);
    assert.deepEqual([index.epoch, index.parts.length, index.pages.map(({ title }) => title)], [1, 0, ["A page"]], side);
    const [page] = index.pages;
    const text = await openObject(base64.decode(sealed.objects[page!.object.name]!), page!.object);
    assert.ok(text.includes(TEXT) && text.length === 4096, side);
    const [file] = page!.attachments;
    const part = await openBytes(base64.decode(sealed.objects[file!.parts[0]!.name]!), file!.parts[0]!);
    assert.deepEqual([file!.name, file!.type, fromUtf8(part.subarray(0, file!.length)), page!.links.length], ["words.txt", "text/plain", FILE, side === "browser" ? 1 : 0], side);
    // The same index says no to whoever has seen more.
    await assert.rejects(openIndex(base64.decode(sealed.index), keyring, link, { epoch: 1, release: index.release + 1 }), { message: "older" });
    assert.equal(hex.encode(keyring.root).length, 64);
  }
});
