// What leaves this device: padded, so that its length tells nothing, and sealed as an age file that any age opens.

import { Encrypter } from "age-encryption";
import { sha256 } from "@noble/hashes/sha2.js";
import { hex, utf8 } from "./bytes.ts";

/** A vote, an empty reply, a crisis answer and a page of text are all this long. */
const LEAST = 16 * 1024;

export const digestOf = (bytes: Uint8Array): string => hex.encode(sha256(bytes));

/** With spaces to the next power of two: JSON stays JSON. */
export function padded(text: string): Uint8Array {
  const bytes = utf8(text);
  let length = LEAST;
  while (length < bytes.length) length *= 2;
  const full = new Uint8Array(length).fill(0x20);
  full.set(bytes);
  return full;
}

export async function sealTo(recipients: readonly string[], plain: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  const encrypter = new Encrypter();
  for (const recipient of recipients) encrypter.addRecipient(recipient);
  return new Uint8Array(await encrypter.encrypt(plain));
}
