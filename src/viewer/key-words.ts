// The practice's root key, short enough for people to compare: docs/formats.md, "Key in words". Numbers here, where the
// keys are; the list of words is the screen's.

import { sha256 } from "@noble/hashes/sha2.js";

const COUNT = 6;
const BITS = 10;

/** The first 60 bits of the key's SHA-256, ten at a time. */
export function keyNumbers(root: Uint8Array): number[] {
  const start = new DataView(sha256(root).buffer).getBigUint64(0);
  return Array.from({ length: COUNT }, (_, n) => Number((start >> BigInt(64 - BITS * (n + 1))) & 0x3ffn));
}
