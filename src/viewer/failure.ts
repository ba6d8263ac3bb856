// Everything that can go wrong for a member, told apart. The worker throws `Failed` with one of these; the screen shows
// its sentence, and what to do next, to somebody who may be tired or upset: short words, no blame, no jargon.

export type Failure =
  | { readonly kind: "busy"; readonly seconds: number; readonly during: "unlock" | "read" }
  /** Which word it is that is missing, too many, or not of the list. */
  | { readonly kind: "not-six"; readonly what: string }
  | { readonly kind: Plain };
type Plain = Exclude<keyof typeof sentences, "busy" | "not-six">;

export class Failed extends Error {
  readonly failure: Failure;
  constructor(failure: Failure, cause?: unknown) {
    super(failure.kind, { cause });
    this.failure = failure;
  }
}

type Sentence = {
  /** What happened. */
  readonly what: string;
  /** What to do now. */
  readonly next: string;
  /** Whether the same link and words may do better a moment later, so that the form stays. */
  readonly again?: true;
};

const sentences = {
  "no-link": {
    what: "There is no link here.",
    next: "Open the link again from your newest e-mail, or scan the code on your card.",
  },
  "broken-link": {
    what: "This link is not complete.",
    next: "Some mail programs cut long links off. Open it again from the e-mail, copy all of it, or use your card.",
  },
  "not-six": {
    what: "A passphrase is six words.",
    next: "Look at the words on your card again. The first three letters of each are enough.",
    again: true,
  },
  "wrong-passphrase": {
    what: "These six words do not open this link.",
    next: "Compare them with your card: is each word there, in the same order? “Show” lets you see what you typed.",
    again: true,
  },
  "ticket-ended": {
    what: "This link does not work any more.",
    next: "Links in e-mails end after some weeks. Open your newest e-mail, or use your card. If neither helps, ask your therapist for a new link.",
  },
  "damaged": {
    what: "What arrived is damaged, so it is not shown.",
    next: "Try again in a while. If this goes on, tell your therapist; nothing of yours is lost.",
    again: true,
  },
  "forged": {
    what: "What arrived was not signed by your therapist’s practice, so it is not shown.",
    next: "Please do not type your words here again. Call your therapist and tell them what you read here.",
  },
  "older": {
    what: "What arrived is older than what there was before, so it is not shown.",
    next: "Open the link from your newest e-mail in a while. If this goes on, tell your therapist.",
    again: true,
  },
  "gone": {
    what: "This page was changed or taken back a moment ago.",
    next: "Go back to the list to see what there is now.",
  },
  "offline": {
    what: "There is no connection.",
    next: "Check that this device is online, then try again. On a café or hotel network you may have to sign in first.",
    again: true,
  },
  "busy": {
    what: "The service cannot answer just now.",
    next: "Please wait, then try again.",
    again: true,
  },
  "too-large": {
    what: "This is longer than what can be sent at once.",
    next: "Nothing of it is lost. Please shorten it, or tell your therapist the rest in another way.",
  },
  "refused": {
    what: "The service did not take this answer.",
    next: "Your words are still here. If this goes on, tell your therapist in another way.",
  },
  "clock": {
    what: "The date on this device is wrong by a day or more.",
    next: "Set the date and time in the device’s settings, best to automatic, then try again.",
    again: true,
  },
  "too-old": {
    what: "This browser is too old to open your pages.",
    next: "Update it, or open the link in a current Firefox, Chrome, Edge or Safari, perhaps on another device.",
  },
  "unexpected": {
    what: "Something went wrong that we did not foresee.",
    next: "Close other tabs and apps, then try again. If this goes on, tell your therapist.",
    again: true,
  },
} as const satisfies Record<string, Sentence>;

export function sentence(failure: Failure): Sentence {
  if (failure.kind === "not-six") return { ...sentences["not-six"], what: failure.what };
  if (failure.kind !== "busy") return sentences[failure.kind];
  // It may be that wrong words were tried too often, or that they were never looked at: nothing is claimed about them.
  const next = failure.during === "unlock"
    ? `This says nothing about your words. Wait ${span(failure.seconds)}, then compare them with your card.`
    : `Please wait ${span(failure.seconds)}, then try again.`;
  return { ...sentences.busy, next };
}

function span(seconds: number): string {
  if (seconds <= 30) return "half a minute";
  return seconds <= 60 ? "a minute" : `${Math.ceil(seconds / 60)} minutes`;
}

export const fail = (kind: Plain, cause?: unknown): Failed => new Failed({ kind }, cause);
export const busy = (seconds: number, during: "unlock" | "read"): Failed => new Failed({ kind: "busy", seconds, during });

/** What any thrown thing means to the member. */
export const failureOf = (error: unknown): Failure => (error instanceof Failed ? error.failure : { kind: "unexpected" });

/** Runs a step; whatever it throws that is not told apart already becomes this kind of failure. */
export async function orElse<T>(kind: "damaged" | "forged", step: () => T | Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    throw error instanceof Failed ? error : fail(kind, error);
  }
}
