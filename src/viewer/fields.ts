// The questions of one form together: what they say as an answer, and back.

import type { Said, Value } from "./answer.ts";
import type { Asks, AsksOf } from "./block.ts";
import { beforehand, helpPlace, mayTellOfDanger, showHelp } from "./danger.ts";
import { element, theirs } from "./dom.ts";
import { choiceField, fieldFor, textField, type Field } from "./field.ts";

export type Fields = {
  readonly elements: readonly HTMLElement[];
  /** Undefined where nothing was written or chosen. */
  said(): Said | undefined;
  fill(said: Said): void;
  /** What can't be sent as it is, and where. */
  wrong(): { readonly what: string; readonly where: HTMLElement } | undefined;
  /** How many questions have no answer. */
  open(): number;
  readonly first: HTMLElement;
  /** What to say where there is nothing to send. */
  readonly nothing: string;
};

export function fieldsFor(asks: Exclude<Asks, { kind: "done" }>, changed: () => void): Fields {
  switch (asks.kind) {
    case "reply": return replyFields(asks, changed);
    case "poll": return pollFields(asks, changed);
    case "agenda": return agendaFields(asks, changed);
    case "checkin": return checkinFields(asks, changed);
  }
}

function replyFields({ prompt }: AsksOf<"reply">, changed: () => void): Fields {
  const field = textField({ label: prompt ?? "Your answer", changed });
  return {
    ...shared([field]),
    said: () => whenThere(field.value(), (text) => ({ kind: "reply", text })),
    fill: (said) => field.fill(said.kind === "reply" ? said.text : undefined),
    nothing: "There is nothing written yet.",
  };
}

function pollFields({ prompt, options, several }: AsksOf<"poll">, changed: () => void): Fields {
  const field = choiceField({ label: prompt, changed }, options, several);
  return {
    ...shared([field]),
    said: () => whenThere(field.value(), (chosen) => ({ kind: "poll", chosen })),
    fill: (said) => field.fill(said.kind === "poll" ? said.chosen : undefined),
    nothing: "Nothing is chosen yet.",
  };
}

function agendaFields({ prompts }: AsksOf<"agenda">, changed: () => void): Fields {
  const fields = prompts.map(({ label }) => textField({ label, changed }));
  return {
    ...shared(fields),
    said: () => whenThere(valuesOf(prompts, fields), (texts) => ({ kind: "agenda", texts })),
    fill: (said) => fields.forEach((field, at) => field.fill(said.kind === "agenda" ? own(said.texts, prompts[at]!.id) : undefined)),
    nothing: "There is nothing written yet.",
  };
}

function checkinFields({ intro, items, notes, danger }: AsksOf<"checkin">, changed: () => void): Fields {
  const places = items.map(({ safety }) => (safety ? helpPlace() : undefined));
  const look = (at: number): void => {
    const place = places[at];
    if (place !== undefined) showHelp(place, danger, mayTellOfDanger(items[at]!, fields[at]!.value()));
  };
  const fields = items.map(({ label, asks }, at) => fieldFor({ label, changed: () => (look(at), changed()) }, asks));
  return {
    ...shared(fields),
    elements: [
      ...(danger === null ? [] : [beforehand(danger)]),
      ...(intro === null ? [] : [element("p", { class: "intro" }, theirs(intro))]),
      ...fields.flatMap((field, at) => [field.element, ...(places[at] === undefined ? [] : [places[at]])]),
      ...notes.map((note) => element("p", { class: "quiet" }, theirs(note))),
    ],
    said: () => whenThere(valuesOf(items, fields), (values) => ({ kind: "checkin", items: values })),
    fill: (said) => fields.forEach((field, at) => {
      field.fill(said.kind === "checkin" ? own(said.items, items[at]!.id) : undefined);
      look(at);
    }),
    nothing: "Nothing is answered yet.",
  };
}

function shared(fields: readonly Field[]): Pick<Fields, "elements" | "wrong" | "open" | "first"> {
  return {
    elements: fields.map((field) => field.element),
    wrong() {
      for (const field of fields) {
        const what = field.wrong();
        if (what !== undefined) return { what, where: field.first };
      }
      return undefined;
    },
    open: () => fields.filter((field) => field.value() === undefined).length,
    first: fields[0]?.first ?? document.body,
  };
}

/** By id; what has no answer is not there. */
function valuesOf<V extends Value>(asked: readonly { id: string }[], fields: readonly Field<V>[]): Record<string, V> | undefined {
  const values = fields.flatMap((field, at): [string, V][] => whenThere(field.value(), (value) => [[asked[at]!.id, value]]) ?? []);
  return values.length === 0 ? undefined : Object.fromEntries(values);
}

const own = <V>(values: Readonly<Record<string, V>>, id: string): V | undefined =>
  Object.prototype.hasOwnProperty.call(values, id) ? values[id] : undefined;

const whenThere = <V, R extends object>(value: V | undefined, then: (value: V) => R): R | undefined => (value === undefined ? undefined : then(value));
