// What a test may do and a host may not: read a practice's key file and a member's keyring, and sign and seal with them.

import { createHash, createPrivateKey, sign } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { Decrypter, Encrypter, generateX25519Identity, identityToRecipient } from "age-encryption";

const INDEX = "application/vnd.heldspace.index.v1+json";

/** The newest index of a card, as it is stored. */
export function storedIndex(from, { mailbox }, store = from.store) {
  const folder = join(store, "indexes", mailbox);
  return readFileSync(join(folder, readdirSync(folder).sort().pop()));
}

export const recipientOf = (from, name) => readFileSync(join(from.root, "content/members", name, "member.toml"), "utf8").match(/recipient = "(age1[^"]+)"/)[1];

/** The member's own keyring, opened as they open it. */
export async function memberKeyring(from, card) {
  const link = Buffer.from(card.link.split("#")[1], "base64url");
  const decrypter = new Decrypter();
  decrypter.addPassphrase(`${link.subarray(29, 45).toString("hex")} ${card.passphrase}`);
  return JSON.parse(await decrypter.decrypt(readFileSync(join(from.store, "keyrings", card.mailbox, "1")), "text"));
}

export const memberIdentity = async (from, card) => (await memberKeyring(from, card)).identities[0];

export async function openIndex(sealed, identity) {
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  return JSON.parse(await decrypter.decrypt(sealed, "text"));
}

export const payloadOf = (envelope) => JSON.parse(Buffer.from(envelope.payload, "base64"));

/** An index with this payload, signed with the practice's own key of an epoch. */
export function signIndex(from, payload, epoch = 1) {
  const { epochs } = JSON.parse(readFileSync(join(from.root, ".heldspace/keys.json"), "utf8"));
  const { signing } = epochs.find((one) => one.epoch === epoch);
  const pkcs8 = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), Buffer.from(signing, "base64")]);
  const bytes = Buffer.from(JSON.stringify(payload));
  const signed = Buffer.concat([Buffer.from(`DSSEv1 ${INDEX.length} ${INDEX} ${bytes.length} `), bytes]);
  const sig = sign(null, signed, createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" })).toString("base64");
  return { payloadType: INDEX, payload: bytes.toString("base64"), signatures: [{ keyid: "", sig }] };
}

const paddedLength = (length) => 2 ** Math.max(12, Math.ceil(Math.log2(length)));

export async function seal(text, recipient) {
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipient);
  const bytes = Buffer.from(text);
  return Buffer.from(await encrypter.encrypt(Buffer.concat([bytes, Buffer.alloc(paddedLength(bytes.length) - bytes.length, " ")])));
}

/** A page that the practice never rendered, as an entry of an index and the object it names. */
export async function sealPage(title, html) {
  const identity = await generateX25519Identity();
  const bytes = Buffer.from(html);
  const padded = Buffer.concat([bytes, Buffer.alloc(paddedLength(bytes.length) - bytes.length, " ")]);
  const id = createHash("sha256").update(title).digest("hex").slice(0, 32);
  const object = { name: id, identity, digest: createHash("sha256").update(padded).digest("hex") };
  const entry = { id, title, date: null, order: null, audience: { kind: "library", title: "Library" }, kind: "resource", object };
  return { entry, sealed: await seal(bytes, await identityToRecipient(identity)) };
}

/** Answers requests for a path of the gate with other bytes. */
export const answer = (page, pattern, bytes) => page.route(pattern, async (route) => {
  const real = await route.fetch();
  const body = Buffer.from(typeof bytes === "function" ? await bytes(await real.body(), route.request().url()) : bytes);
  await route.fulfill({ response: real, status: 200, body, headers: { ...real.headers(), "content-length": String(body.length) } });
});

export const keyrings = "**/api/mailboxes/*/keyring";
export const indexes = "**/api/mailboxes/*/index";
export const objects = "**/api/objects/*";
