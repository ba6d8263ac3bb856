// All of C2SP's age vectors, walked: none is an exception for this library. One that fails is named by its file.

import assert from "node:assert/strict";
import { test } from "node:test";
import { inflateSync } from "node:zlib";
import { armor, Decrypter } from "age-encryption";
import { sha256 } from "@noble/hashes/sha2.js";
import * as vectors from "cctv-age";
import { hex } from "../bytes.ts";

const exceptions = new Map<string, string>();

async function open(header: Map<string, string[]>, body: Uint8Array): Promise<Uint8Array> {
  const decrypter = new Decrypter();
  for (const identity of header.get("identity") ?? []) decrypter.addIdentity(identity);
  for (const passphrase of header.get("passphrase") ?? []) decrypter.addPassphrase(passphrase);
  return decrypter.decrypt(header.has("armored") ? armor.decode(new TextDecoder().decode(body)) : body);
}

const all = Object.entries(vectors as unknown as Record<string, Uint8Array>).filter(([, file]) => file instanceof Uint8Array);

test("there are 143 vectors", () => assert.equal(all.length, 143));

for (const [name, file] of all) {
  test(name, async () => {
    const end = Buffer.from(file).indexOf("\n\n");
    const header = new Map<string, string[]>();
    for (const line of Buffer.from(file.subarray(0, end)).toString().split("\n")) {
      const [key = "", value = ""] = line.split(/: (.*)/);
      header.set(key, [...(header.get(key) ?? []), value]);
    }
    const rest = file.subarray(end + 2);
    const opened = open(header, header.has("compressed") ? inflateSync(rest) : rest);
    const walk = async (): Promise<void> => {
      if (header.get("expect")?.[0] === "success") assert.equal(hex.encode(sha256(await opened)), header.get("payload")?.[0]);
      else await assert.rejects(opened);
    };
    if (exceptions.has(name)) await assert.rejects(walk(), `${name} passes now: take it off the list`);
    else await walk();
  });
}
