// DSSE envelopes (v1.0.2) with exactly one Ed25519 signature. The type is part of what is signed, so a statement can
// never pass for an index.

import { ed25519 } from "@noble/curves/ed25519.js";
import { base64, utf8 } from "./bytes.ts";
import { fail } from "./failure.ts";
import { list, object, string, type Of } from "./json.ts";

export type PayloadType = `application/vnd.heldspace.${"statement" | "index" | "pass" | "answer" | "own"}.v1+json`;

export const envelope = object({
  payloadType: string,
  payload: string,
  signatures: list(object({ keyid: string, sig: string }), 1),
});
export type Envelope = Of<typeof envelope>;

function signedBytes(type: string, payload: Uint8Array): Uint8Array {
  const head = utf8(`DSSEv1 ${utf8(type).length} ${type} ${payload.length} `);
  const bytes = new Uint8Array(head.length + payload.length);
  bytes.set(head);
  bytes.set(payload, head.length);
  return bytes;
}

/** The payload, once it is certain that `key` signed it as this type. Anything else is `forged`. */
export function verify(sealed: Envelope, type: PayloadType, key: Uint8Array): Uint8Array {
  const signature = sealed.signatures[0];
  if (sealed.payloadType !== type || signature?.keyid !== "") throw fail("forged");
  try {
    const payload = base64.decode(sealed.payload);
    // SECURITY: `zip215: false` refuses small-order keys and non-canonical encodings, under which one signature could
    // stand for several messages.
    if (ed25519.verify(base64.decode(signature.sig), signedBytes(type, payload), key, { zip215: false })) return payload;
  } catch (error) {
    throw fail("forged", error);
  }
  throw fail("forged");
}

export function sign(type: PayloadType, payload: Uint8Array, seed: Uint8Array): Envelope {
  const sig = base64.encode(ed25519.sign(signedBytes(type, payload), seed));
  return { payloadType: type, payload: base64.encode(payload), signatures: [{ keyid: "", sig }] };
}
