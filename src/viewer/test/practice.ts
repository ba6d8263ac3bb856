// A practice and its host, small enough for tests: makes a keyring, indexes and pages as docs/formats.md says, and
// answers as the gate does. Everything is a field, so that a test can spoil one thing at a time.

import { Encrypter, generateX25519Identity, identityToRecipient } from "age-encryption";
import { ed25519 } from "@noble/curves/ed25519.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { base64, base64url, fromUtf8, hex, utf8 } from "../bytes.ts";
import { envelope, sign, verify, type Envelope } from "../dsse.ts";
import { PART, type Attachment, type Page, type SealedObject } from "../index.ts";
import { hexOf, object, parse, string, whole } from "../json.ts";
import text from "../words.txt";

export const list = text.trim().split("\n");

export type Answer = { status: number; headers: Record<string, string>; body: Uint8Array };

export const random = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length));

/** Bytes that do not repeat, more than `random` can give. */
export function noise(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += 65536) crypto.getRandomValues(bytes.subarray(at, at + 65536));
  return bytes;
}

/** The next power of two from 4 KiB, in spaces. */
export const padded = (text: string): Uint8Array => filled(utf8(text));

export function filled(bytes: Uint8Array): Uint8Array {
  const full = new Uint8Array(2 ** Math.max(12, Math.ceil(Math.log2(bytes.length)))).fill(0x20);
  full.set(bytes);
  return full;
}

export async function seal(plain: Uint8Array, ...recipients: string[]): Promise<Uint8Array> {
  const encrypter = new Encrypter();
  for (const recipient of recipients) encrypter.addRecipient(recipient);
  return encrypter.encrypt(plain);
}

export class Practice {
  root = random(32);
  epochSeed = random(32);
  epoch = 1;
  release = 1_800_000_000;
  mailbox = hex.encode(random(16));
  pepper = random(16);
  ticket = random(16);
  words = [7, 70, 170, 370, 670, 970].map((at) => list[at]!);
  memberSeed = random(32);
  identity = "";
  keyring: Uint8Array = new Uint8Array();
  index: Uint8Array = new Uint8Array();
  objects = new Map<string, Uint8Array>();
  pages: Page[] = [];
  parts: SealedObject[] = [];
  requests: string[] = [];
  /** Replaces what the host would answer. */
  spoil: ((path: string, answer: Answer) => Answer) | undefined;

  static async open(): Promise<Practice> {
    const made = new Practice();
    made.identity = await generateX25519Identity();
    await made.makeKeyring();
    return made;
  }

  link(release = 0, epoch = this.epoch): string {
    const bytes = new Uint8Array(61);
    const view = new DataView(bytes.buffer);
    bytes[0] = 1;
    bytes.set(hex.decode(this.mailbox), 1);
    view.setUint32(17, epoch);
    view.setBigUint64(21, BigInt(release));
    bytes.set(this.pepper, 29);
    bytes.set(this.ticket, 45);
    return base64url.encode(bytes);
  }

  async makeKeyring(change: object = {}, workFactor = 16): Promise<void> {
    const encrypter = new Encrypter();
    encrypter.setScryptWorkFactor(workFactor);
    encrypter.setPassphrase(`${hex.encode(this.pepper)} ${this.words.join(" ")}`);
    this.keyring = await encrypter.encrypt(padded(JSON.stringify({
      version: 1,
      mailbox: this.mailbox,
      identities: [this.identity],
      seed: base64.encode(this.memberSeed),
      more: base64.encode(random(32)),
      root: base64.encode(ed25519.getPublicKey(this.root)),
      ...change,
    })));
  }

  async sealObject(plain: Uint8Array): Promise<SealedObject> {
    const identity = await generateX25519Identity();
    const name = hex.encode(random(16));
    this.objects.set(name, await seal(plain, await identityToRecipient(identity)));
    return { name, identity, digest: hex.encode(sha256(plain)) };
  }

  async page(html: string, about: Partial<Page> & { title: string }): Promise<Page> {
    const page: Page = {
      id: hex.encode(random(16)),
      date: null,
      order: null,
      audience: { kind: "library", title: "Library" },
      kind: "resource",
      object: await this.sealObject(padded(html)),
      attachments: [],
      tags: [],
      links: [],
      ...about,
    };
    this.pages.push(page);
    return page;
  }

  /** A file cut as the practice cuts it; with another cut where a test wants one. */
  async attachment(name: string, type: string, bytes: Uint8Array, cut = PART): Promise<Attachment> {
    const parts: SealedObject[] = [];
    for (let at = 0; at < bytes.length; at += cut) parts.push(await this.sealObject(filled(bytes.subarray(at, at + cut))));
    return { id: hex.encode(random(16)), name, type, length: bytes.length, parts };
  }

  statement(seed = this.root): Envelope {
    const key = base64.encode(ed25519.getPublicKey(this.epochSeed));
    return sign("application/vnd.heldspace.statement.v1+json", utf8(JSON.stringify({ epoch: this.epoch, key })), seed);
  }

  async publish(change: object = {}, text?: (signed: Envelope) => string): Promise<void> {
    const payload = {
      mailbox: this.mailbox,
      release: this.release,
      issued: Math.floor(Date.now() / 1000),
      statement: this.statement(),
      recipients: ["age1qqq"],
      practice: "Practice at the Canal",
      reader: "Ana",
      pages: this.pages,
      parts: this.parts,
      received: [],
      ...change,
    };
    const signed = sign("application/vnd.heldspace.index.v1+json", utf8(JSON.stringify(payload)), this.epochSeed);
    this.index = await seal(padded(text?.(signed) ?? JSON.stringify(signed)), await identityToRecipient(this.identity));
  }

  answer(path: string, authorization: string): Answer {
    this.requests.push(path);
    const made: Answer = { status: 404, headers: { Date: new Date().toUTCString(), "Content-Type": "application/octet-stream" }, body: new Uint8Array() };
    const give = (allowed: boolean, body: Uint8Array | undefined): Answer =>
      allowed ? { ...made, status: body === undefined ? 404 : 200, body: body ?? made.body } : { ...made, status: 401 };
    const own = `/api/mailboxes/${this.mailbox}`;
    const answer =
      path === `${own}/keyring` ? give(authorization === `Ticket ${base64url.encode(this.ticket)}`, this.keyring)
      : path === `${own}/index` ? give(this.#passes(authorization), this.index)
      : path.startsWith("/api/objects/") ? give(this.#passes(authorization), this.objects.get(path.slice(13)))
      : path.startsWith("/api/mailboxes/") ? give(false, undefined)
      : made;
    return this.spoil?.(path, answer) ?? answer;
  }

  fetch: typeof fetch = async (address, init) => {
    const { status, headers, body } = this.answer(new URL(String(address)).pathname, new Headers(init?.headers).get("Authorization") ?? "");
    return new Response(status === 200 ? (body as Uint8Array<ArrayBuffer>) : null, { status, headers });
  };

  #passes(authorization: string): boolean {
    try {
      const sealed = parse(fromUtf8(base64url.decode(authorization.replace(/^Pass /, ""))), envelope);
      const payload = verify(sealed, "application/vnd.heldspace.pass.v1+json", ed25519.getPublicKey(this.memberSeed));
      const { mailbox, time } = parse(fromUtf8(payload), object({ origin: string, mailbox: hexOf(16), time: whole(0) }));
      return mailbox === this.mailbox && Math.abs(time - Date.now() / 1000) < 300;
    } catch {
      return false;
    }
  }
}
