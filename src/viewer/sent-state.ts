// What became of an answer, in a sentence that promises no more than is known.

import { moment } from "./dom.ts";
import { sentence } from "./failure.ts";
import type { Notebook } from "./notebook.ts";
import type { Sent } from "./writer.ts";

export function stateOf(sent: Sent, book: Notebook): string {
  const when = `Sent on ${moment(sent.time)}.`;
  if (sent.arrived) return `${when} It has arrived at your practice.`;
  if (sent.taken) return `${when} Your practice has not confirmed it yet.`;
  if (!sent.waits) return "Not sent yet. It goes when you unlock on the device where you wrote it.";
  if (book.isSending) return "Sending.";
  return `Not sent yet: ${why(book)}${book.isKept ? "" : " This browser keeps nothing, so please leave this page open until then."}`;
}

function why({ notes: { trouble } }: Notebook): string {
  if (trouble === undefined) return "it waits here, and goes by itself.";
  switch (trouble.kind) {
    case "offline": return "there is no connection. It is kept here, locked, and goes by itself once there is one while this is open, or when you unlock the next time.";
    case "busy": return "the service cannot take it just now. It is kept here, locked, and tried again by itself while this is open, and when you unlock the next time.";
    default: return `it is kept here, locked, and tried again. ${sentence(trouble).what} ${sentence(trouble).next}`;
  }
}
