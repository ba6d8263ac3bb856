// Bytes as text. Only canonical forms are taken: what decodes must encode to the same text again.

import { base64 as std, base64urlnopad, hex as base16 } from "@scure/base";

type Coder = { encode(bytes: Uint8Array): string; decode(text: string): Uint8Array };

// SECURITY: two texts for the same bytes would let a host make something "new" out of something known.
const canonical = (coder: Coder): Coder => ({
  encode: (bytes) => coder.encode(bytes),
  decode(text) {
    const bytes = coder.decode(text);
    if (coder.encode(bytes) !== text) throw new Error("not canonical");
    return bytes;
  },
});

export const hex = canonical(base16);
export const base64 = canonical(std);
export const base64url = canonical(base64urlnopad);

export const utf8 = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
export const fromUtf8 = (bytes: Uint8Array): string => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
