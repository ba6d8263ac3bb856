// The gate's side of writing, on top of the practice's: takes answers and own notes as docs/formats.md says, and opens
// them as the practice does, with age and the member's key.

import { Decrypter, generateX25519Identity, identityToRecipient } from "age-encryption";
import { ed25519 } from "@noble/curves/ed25519.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { base64url, fromUtf8, hex } from "../bytes.ts";
import { envelope, verify, type PayloadType } from "../dsse.ts";
import { hexOf, object, oneOf, parse, string, whole } from "../json.ts";
import { Practice } from "./practice.ts";

const status = (code: number, headers: Record<string, string> = {}): Response => new Response(null, { status: code, headers: { Date: new Date().toUTCString(), ...headers } });

export class Inbox extends Practice {
  /** Opens answers; the stand-in's opens them too. */
  reads = "";
  standIn = "";
  answers = new Map<string, Uint8Array>();
  own: Uint8Array | undefined;
  puts: string[] = [];
  /** Answers in the gate's place, or lets it answer; `late`: the gate takes it, and its answer is lost. */
  refuse: ((path: string) => Response | "late" | undefined) | undefined;

  static async ready(): Promise<Inbox> {
    const made = new Inbox();
    made.identity = await generateX25519Identity();
    made.reads = await generateX25519Identity();
    made.standIn = await generateX25519Identity();
    await made.makeKeyring();
    await made.page("<!doctype html><title>x</title>", { title: "First" });
    await made.renew();
    return made;
  }

  /** A new index, with these answers received. */
  async renew(...received: string[]): Promise<void> {
    this.release += 1;
    await this.publish({ received, recipients: [await identityToRecipient(this.reads), await identityToRecipient(this.standIn)] });
  }

  /** The answers in the order in which they came, as the practice reads them. */
  async opened(by = this.reads): Promise<Record<string, unknown>[]> {
    return Promise.all([...this.answers.values()].map((sealed) => this.open(sealed, "application/vnd.heldspace.answer.v1+json", by)));
  }

  async open(sealed: Uint8Array, type: PayloadType, by: string): Promise<Record<string, unknown>> {
    const decrypter = new Decrypter();
    decrypter.addIdentity(by);
    const payload = verify(parse(await decrypter.decrypt(sealed, "text"), envelope), type, ed25519.getPublicKey(this.memberSeed));
    return JSON.parse(fromUtf8(payload)) as Record<string, unknown>;
  }

  override fetch: typeof fetch = async (address, init) => {
    const path = new URL(String(address)).pathname;
    const own = path === `/api/mailboxes/${this.mailbox}/own`;
    if (init?.method !== "PUT") {
      if (!own) return this.#plain(address, init);
      return this.refuse?.(path) as Response | undefined ?? (this.own === undefined ? status(204) : new Response(this.own as Uint8Array<ArrayBuffer>, { status: 200, headers: { Date: new Date().toUTCString() } }));
    }
    const refused = this.refuse?.(path);
    if (refused instanceof Response) return refused;
    const body = init.body as Uint8Array<ArrayBuffer>;
    const headers = new Headers(init.headers);
    const answer = own ? this.#keepOwn(path, body, headers) : this.#keep(path, body, headers);
    if (refused === "late") throw new TypeError("lost");
    return answer;
  };

  #plain(address: Parameters<typeof fetch>[0], init: RequestInit | undefined): Response {
    const { status, headers, body } = this.answer(new URL(String(address)).pathname, new Headers(init?.headers).get("Authorization") ?? "");
    return new Response(status === 200 ? (body as Uint8Array<ArrayBuffer>) : null, { status, headers });
  }

  #keep(path: string, body: Uint8Array, headers: Headers): Response {
    const digest = hex.encode(sha256(body));
    if (!this.#allows(path, digest, headers)) return status(401);
    if (path !== `/api/mailboxes/${this.mailbox}/answers/${digest}`) return status(422);
    this.puts.push(path);
    const known = this.answers.has(digest);
    this.answers.set(digest, body);
    return status(known ? 200 : 201);
  }

  #keepOwn(path: string, body: Uint8Array, headers: Headers): Response {
    if (!this.#allows(path, hex.encode(sha256(body)), headers)) return status(401);
    const there = this.own === undefined ? "none" : `"${hex.encode(sha256(this.own))}"`;
    if ((headers.get("If-Match") ?? (headers.get("If-None-Match") === "*" ? "none" : "?")) !== there) return status(412);
    this.own = body;
    return status(204);
  }

  #allows(path: string, digest: string, headers: Headers): boolean {
    const sealed = parse(fromUtf8(base64url.decode((headers.get("Authorization") ?? "").replace(/^Pass /, ""))), envelope);
    const payload = verify(sealed, "application/vnd.heldspace.pass.v1+json", ed25519.getPublicKey(this.memberSeed));
    const shape = object({ origin: string, mailbox: hexOf(16), time: whole(0), method: oneOf("PUT"), path: string, sha256: hexOf(32) });
    const pass = parse(fromUtf8(payload), shape);
    return pass.path === path && pass.sha256 === digest && pass.mailbox === this.mailbox && pass.origin === "https://pages.example";
  }
}
