// The link: what an e-mail or a card gives a member. It arrives behind `#`, where no server sees it; a mail gateway may
// have moved it into the path. It leaves the address bar before anything else happens.

import { base64url, hex } from "./bytes.ts";

export type Link = {
  readonly mailbox: string;
  /** The least epoch and release that an index must have. A card names release 0: any. */
  readonly epoch: number;
  readonly release: number;
  readonly pepper: string;
  readonly ticket: string;
};

const VERSION = 1;
const LENGTH = 61;
const TEXT = 82;

/** What of an address is the link, still as text: `#…`, `/l%23…` or `/l%2523…`. Undefined when there is none. */
export function linkText(path: string, fragment: string): string | undefined {
  const text = fragment.length > 1 ? fragment.slice(1) : /^\/l%(?:25)*23(.+)$/.exec(path)?.[1];
  if (text === undefined) return undefined;
  const link = beginning(text);
  // A link copied from an e-mail that breaks its lines has white space in it.
  return link.length < TEXT ? beginning(text.replace(/\s|%(?:25)*(?:20|09|0a|0d)/gi, "")) : link;
}

/** Without what a mail program glues to a link's end: a full stop, a bracket. */
const beginning = (text: string): string => /^[A-Za-z0-9_-]*/.exec(text)![0];

/** Reads 61 bytes: version 1, mailbox 16, epoch u32, release u64, pepper 16, ticket 16. Throws when they are not that. */
export function parseLink(text: string): Link {
  if (text.length !== TEXT) throw new Error("a link of another length");
  const bytes = base64url.decode(text);
  if (bytes.length !== LENGTH || bytes[0] !== VERSION) throw new Error("a link of another version");
  const numbers = new DataView(bytes.buffer, bytes.byteOffset);
  const release = Number(numbers.getBigUint64(21));
  const epoch = numbers.getUint32(17);
  if (!Number.isSafeInteger(release) || epoch === 0) throw new Error("a number out of range");
  return {
    mailbox: hex.encode(bytes.subarray(1, 17)),
    epoch,
    release,
    pepper: hex.encode(bytes.subarray(29, 45)),
    ticket: base64url.encode(bytes.subarray(45, 61)),
  };
}

/** A card's link has no end; one from an e-mail has. */
export const isCard = (link: Link): boolean => link.release === 0;
