// What was sent, in words again: as the questions stand on the page now.

import type { Said, Value } from "./answer.ts";
import type { Asks, Choice, Item } from "./block.ts";
import { element, theirs } from "./dom.ts";

export function told(asks: Asks, said: Said): HTMLElement {
  return element("dl", { class: "told" }, ...pairs(asks, said).flatMap(([question, answer]) => [
    question !== null && element("dt", {}, theirs(question)),
    element("dd", { dir: "auto" }, answer),
  ]));
}

function pairs(asks: Asks, said: Said): [string | null, string][] {
  if (said.kind === "reply") return [[asks.kind === "reply" ? asks.prompt : null, said.text]];
  if (said.kind === "poll" && asks.kind === "poll") return [[asks.prompt, labels(asks.options, said.chosen)]];
  if (said.kind === "agenda" && asks.kind === "agenda") return named(asks.prompts, said.texts, (_, text) => text);
  if (said.kind === "checkin" && asks.kind === "checkin") return named(asks.items, said.items, inWords);
  return [];
}

/** In the order of the questions; one that is gone from the page is still told. */
function named<A extends { id: string; label: string }, V extends Value>(asked: readonly A[], values: Readonly<Record<string, V>>, words: (asked: A | undefined, value: V) => string): [string, string][] {
  const known = asked.filter(({ id }) => Object.keys(values).includes(id)).map(({ id }) => id);
  const others = Object.keys(values).filter((id) => !known.includes(id));
  return [...known, ...others].map((id) => {
    const question = asked.find((one) => one.id === id);
    return [question?.label ?? "A question that is not here any more", words(question, values[id]!)];
  });
}

function inWords(item: Item | undefined, value: Value): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return labels(item?.asks.kind === "choice" ? item.asks.options : [], value);
  const asks = item?.asks;
  const end = asks?.kind === "scale" ? (value === asks.from ? asks.low : value === asks.to ? asks.high : null) : null;
  return `${value}${asks?.kind === "number" && asks.unit !== null ? ` ${asks.unit}` : ""}${end === null ? "" : `, ${end}`}`;
}

const labels = (options: readonly Choice[], ids: readonly string[]): string =>
  ids.map((id) => options.find((one) => one.id === id)?.label ?? "something that is not here any more").join("; ");
