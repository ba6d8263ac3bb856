// The pass: a short statement, signed by the member, that lets one read for 15 minutes, or write one thing. The host has
// nothing to keep.

import { base64url, utf8 } from "./bytes.ts";
import { sign } from "./dsse.ts";
import type { Keyring } from "./keyring.ts";

/** What a pass for writing is for, and nothing else: these bytes at this place. */
export type Writing = { readonly method: "PUT"; readonly path: string; readonly sha256: string };

/** The value of an `Authorization` header. `time` is in Unix seconds, by the server's clock. */
export function pass(keyring: Keyring, origin: string, time: number, writing?: Writing): string {
  const payload = utf8(JSON.stringify({ origin, mailbox: keyring.mailbox, time, ...writing }));
  const envelope = sign("application/vnd.heldspace.pass.v1+json", payload, keyring.seed);
  return `Pass ${base64url.encode(utf8(JSON.stringify(envelope)))}`;
}
