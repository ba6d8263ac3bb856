// The keyring: a member's secrets and root of trust, under the pepper of the link and the six words.

import { Decrypter } from "age-encryption";
import { base64, fromUtf8 } from "./bytes.ts";
import { fail, orElse } from "./failure.ts";
import { hexOf, list, matching, object, parse, whole } from "./json.ts";
import type { Link } from "./link.ts";

export type Keyring = {
  readonly mailbox: string;
  readonly identities: readonly string[];
  /** The member's Ed25519 seed: signs passes. */
  readonly seed: Uint8Array;
  /** The practice's root verifying key: all trust begins here. */
  readonly root: Uint8Array;
};

const base64Of32 = matching(/^[A-Za-z0-9+/]{43}=$/);
const shape = object({
  version: whole(1, 1),
  mailbox: hexOf(16),
  identities: list(matching(/^AGE-SECRET-KEY-1[A-Z0-9]+$/), 8),
  seed: base64Of32,
  more: base64Of32,
  root: base64Of32,
});

// Exactly one stanza, scrypt, work factor 16, and nothing before or between.
const header = /^age-encryption\.org\/v1\n-> scrypt [A-Za-z0-9+/]{22} 16\n[A-Za-z0-9+/]{43}\n--- [A-Za-z0-9+/]{43}\n/;

export async function openKeyring(sealed: Uint8Array, link: Link, words: readonly string[]): Promise<Keyring> {
  // SECURITY: looked at before anything is derived: a host could ask for a factor that freezes the phone, or wrap a
  // keyring of its own for several recipients.
  if (!header.test(String.fromCharCode(...sealed.subarray(0, 256)))) throw fail("damaged");
  const text = await orElse("damaged", async () => fromUtf8(await unwrap(sealed, `${link.pepper} ${words.join(" ")}`)));
  return orElse("damaged", () => {
    const keyring = parse(text, shape);
    // SECURITY: another member's keyring under the same words would show that member's pages as this one's.
    if (keyring.mailbox !== link.mailbox) throw fail("forged");
    return { ...keyring, seed: base64.decode(keyring.seed), root: base64.decode(keyring.root) };
  });
}

async function unwrap(sealed: Uint8Array, passphrase: string): Promise<Uint8Array> {
  const decrypter = new Decrypter();
  decrypter.addPassphrase(passphrase);
  try {
    return await decrypter.decrypt(sealed);
  } catch (error) {
    // The one failure that the library tells apart by its text alone; a test holds on to it.
    if (error instanceof Error && error.message.startsWith("no identity matched")) throw fail("wrong-passphrase", error);
    // A phone short of memory cannot derive at all: that says nothing about the words.
    if (error instanceof RangeError) throw fail("unexpected", error);
    throw error;
  }
}
