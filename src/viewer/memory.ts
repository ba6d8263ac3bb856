// What the browser keeps. For the tab: the link. For good: one entry under a hash of the mailbox, with the highest epoch
// and release seen; a second one, once the member has written something: own notes, as ciphertext under the member's own
// key; and the link, only where the member asked for it. Never a word of the passphrase, never a page.
// Storage may be switched off; then everything works but is not remembered.

import { hex, utf8 } from "./bytes.ts";
import { fail } from "./failure.ts";
import { object, parse, whole } from "./json.ts";

export type Seen = { readonly epoch: number; readonly release: number };

/** Releases of later keys come after all of earlier ones, whatever their numbers. */
export const isOlder = (one: Seen, other: Seen): boolean =>
  one.epoch < other.epoch || (one.epoch === other.epoch && one.release < other.release);

const LINK = "heldspace.link";
const seenShape = object({ epoch: whole(1), release: whole(1) });

function attempt<T>(step: () => T): T | undefined {
  try {
    return step();
  } catch {
    return undefined;
  }
}

export const tabLink = {
  get: () => attempt(() => sessionStorage.getItem(LINK)) ?? undefined,
  keep: (text: string) => attempt(() => sessionStorage.setItem(LINK, text)),
  drop: () => attempt(() => sessionStorage.removeItem(LINK)),
};

export const phoneLink = {
  get: () => attempt(() => localStorage.getItem(LINK)) ?? undefined,
  keep: (text: string) => attempt(() => localStorage.setItem(LINK, text)),
  drop: () => attempt(() => localStorage.removeItem(LINK)),
};

const place = async (mailbox: string): Promise<string> =>
  `heldspace.${hex.encode(new Uint8Array(await crypto.subtle.digest("SHA-256", utf8(`heldspace memory ${mailbox}`))))}`;

export async function lastSeen(mailbox: string): Promise<Seen | undefined> {
  const key = await place(mailbox);
  return attempt(() => parse(localStorage.getItem(key) ?? "", seenShape));
}

/** Keeps what a verified index says. SECURITY: another tab may have seen a newer one since this one was asked for. */
export async function keepSeen(mailbox: string, { epoch, release }: Seen): Promise<void> {
  const key = await place(mailbox);
  const seen = attempt(() => parse(localStorage.getItem(key) ?? "", seenShape));
  if (seen !== undefined && isOlder({ epoch, release }, seen)) throw fail("older");
  attempt(() => localStorage.setItem(key, JSON.stringify({ epoch, release })));
}

/** The member's own notes, sealed, as base64. */
export const ownCopy = {
  place: async (mailbox: string): Promise<string> => `${await place(mailbox)}.own`,
  get: (at: string): string | undefined => attempt(() => localStorage.getItem(at)) ?? undefined,
  /** Whether it is kept: storage may be full, or switched off. */
  keep: (at: string, sealed: string): boolean => attempt(() => (localStorage.setItem(at, sealed), true)) ?? false,
  drop: (at: string) => attempt(() => localStorage.removeItem(at)),
};
