// A form as a page names it: the JSON of `data-block`, see docs/formats.md. Read strictly: a damaged one is no form.

import { blockId, unixTime } from "./answer.ts";
import { boolean, list, number, object, oneOf, orMissing, orNull, parse, string, variant, whole, type Of } from "./json.ts";

const ITEMS = 200;
const step = whole(-0x80000000, 0x7fffffff);

const choice = object({ id: string, label: string, value: orMissing(orNull(step), null) });
export type Choice = Of<typeof choice>;

const question = variant({
  scale: object({ kind: oneOf("scale"), from: step, to: step, low: orNull(string), high: orNull(string) }),
  choice: object({ kind: oneOf("choice"), options: list(choice, ITEMS), several: boolean }),
  number: object({ kind: oneOf("number"), from: orNull(number), to: orNull(number), unit: orNull(string) }),
  text: object({ kind: oneOf("text") }),
});
export type Question = Of<typeof question>;

const item = object({ id: string, label: string, asks: question, safety: orMissing(boolean, false) });
export type Item = Of<typeof item>;

const danger = object({
  hours: string,
  window: string,
  lines: list(object({ name: string, number: string, hours: orMissing(orNull(string), null) }), ITEMS),
});
export type Danger = Of<typeof danger>;

const asks = variant({
  reply: object({ kind: oneOf("reply"), prompt: orNull(string) }),
  poll: object({ kind: oneOf("poll"), prompt: string, options: list(choice, ITEMS), several: boolean }),
  checkin: object({
    kind: oneOf("checkin"),
    instrument: orNull(string),
    intro: orNull(string),
    items: list(item, ITEMS),
    notes: list(string, ITEMS),
    danger: orNull(danger),
  }),
  agenda: object({ kind: oneOf("agenda"), prompts: list(object({ id: string, label: string }), ITEMS) }),
  done: object({ kind: oneOf("done"), label: string }),
});
export type Asks = Of<typeof asks>;
export type AsksOf<K extends Asks["kind"]> = Extract<Asks, { kind: K }>;

const block = object({
  version: whole(1, 1),
  id: blockId,
  title: orNull(string),
  closes: orNull(unixTime),
  repeats: orNull(whole(1, 0xffff)),
  readers: string,
  asks,
});
export type Block = Of<typeof block>;

export function parseBlock(text: string): Block | undefined {
  try {
    return parse(text, block);
  } catch {
    return undefined;
  }
}
