import assert from "node:assert/strict";
import { test } from "node:test";
import { ed25519 } from "@noble/curves/ed25519.js";
import { base64, hex, utf8 } from "../bytes.ts";
import { envelope, sign, verify, type Envelope } from "../dsse.ts";
import { parse } from "../json.ts";
import { random } from "./practice.ts";

const seed = random(32);
const key = ed25519.getPublicKey(seed);
const type = "application/vnd.heldspace.statement.v1+json";
const payload = utf8('{"epoch":1}');
const good = sign(type, payload, seed);

const refused = (bad: Envelope, by = key): void => assert.throws(() => verify(bad, type, by), { message: "forged" });

test("what was signed verifies, and comes back as it was", () => {
  assert.deepEqual(verify(parse(JSON.stringify(good), envelope), type, key), payload);
});

test("the signed bytes are DSSE's", () => {
  const sig = base64.decode(good.signatures[0]!.sig);
  assert.ok(ed25519.verify(sig, utf8('DSSEv1 43 application/vnd.heldspace.statement.v1+json 11 {"epoch":1}'), key));
});

test("any change is forged", () => {
  const sig = good.signatures[0]!.sig;
  refused(good, ed25519.getPublicKey(random(32)));
  refused({ ...good, payloadType: "application/vnd.heldspace.index.v1+json" });
  refused(sign("application/vnd.heldspace.index.v1+json", payload, seed));
  refused({ ...good, payload: base64.encode(utf8('{"epoch":2}')) });
  refused({ ...good, payload: good.payload.replace(/=*$/, "") });
  refused({ ...good, signatures: [] });
  refused({ ...good, signatures: [{ keyid: "x", sig }] });
  refused({ ...good, signatures: [{ keyid: "", sig: sig.slice(4) }] });
});

test("weak keys and second forms of a signature are refused", () => {
  // A small-order key verifies a zero signature over anything, where one is lenient.
  const small = hex.decode(`01${"00".repeat(31)}`);
  const zero = base64.encode(hex.decode(`01${"00".repeat(63)}`));
  refused({ ...good, signatures: [{ keyid: "", sig: zero }] }, small);
  // The same signature with the group's order added to its scalar.
  const order = 2n ** 252n + 27742317777372353535851937790883648493n;
  const bytes = base64.decode(good.signatures[0]!.sig).slice();
  let scalar = order + BigInt(`0x${hex.encode(bytes.slice(32).reverse())}`);
  for (let at = 32; at < 64; at += 1, scalar >>= 8n) bytes[at] = Number(scalar & 255n);
  refused({ ...good, signatures: [{ keyid: "", sig: base64.encode(bytes) }] });
});

test("JSON with a key twice or a key unknown is refused", () => {
  const text = JSON.stringify(good);
  for (const bad of [
    text.replace("{", '{"payload":"",'),
    text.replace("{", '{"p\\u0061yload":"",'),
    text.replace('{"keyid"', '{"keyid":"","keyid"'),
    text.replace("{", '{"more":1,'),
    text.replace('"payloadType"', '"__proto__"'),
    text.replace(/^/, "["),
    `${text}x`,
  ]) assert.throws(() => parse(bad, envelope), bad);
  assert.ok(parse(`${text}   \n`, envelope), "padding");
  const tricky = { payloadType: '{"payload":1,"', payload: '\\"a":', signatures: [] };
  assert.deepEqual(parse(JSON.stringify(tricky), envelope), tricky, "keys and brackets in values are no keys");
});
