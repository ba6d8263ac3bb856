// What there is for this member, newest first, with a choice of group and of kind where there is more than one.

import { alert } from "./alert.ts";
import { button, day, element, heading, named, type Child } from "./dom.ts";
import { failureOf } from "./failure.ts";
import type { Entry, View } from "./reader.ts";
import { keyWords } from "./words.ts";

const STALE = 21 * 86_400;

const kinds: Record<Entry["kind"], string> = {
  resource: "Resource",
  agenda: "Agenda",
  summary: "Summary",
  exercise: "Exercise",
  checkin: "Check-in",
  poll: "Poll",
  progress: "Progress",
  message: "Message",
  note: "Note",
};

const about = ({ audience, kind, date, tags }: Entry): Child[] => [named(audience.title), ` · ${kinds[kind]}`, date !== null && ` · ${day(date)}`, ...tags.flatMap((tag) => [" · ", named(tag)])];

export type Chosen = { group: string; kind: string; tag: string };
export const everything = (): Chosen => ({ group: "", kind: "", tag: "" });

export type ListOptions = {
  readonly view: View;
  /** The language that titles are in. */
  readonly lang: string;
  /** Nothing else vouches for this index being the newest: say how old it is. */
  readonly firstVisit: boolean;
  /** What was chosen last; changed in place, so that coming back finds it. */
  readonly chosen: Chosen;
  /** Pages on which the member answered something. */
  readonly answered: ReadonlySet<string>;
  open(entry: Entry): void;
  /** Fetches older entries and shows the list anew. */
  older(): Promise<void>;
};

export function listScreen(options: ListOptions): HTMLElement {
  const { view, chosen } = options;
  const entries = newestFirst(view.entries);
  const list = element("ul", { class: "entries" });
  const count = element("p", { role: "status", class: "unseen" });
  const nothing = element("p", { class: "note", hidden: true }, "Nothing here is of this kind and from there. ", button("Show all", showAll));

  function fill(): void {
    const shown = entries.filter((entry) => (chosen.group === "" || entry.audience.title === chosen.group) && (chosen.kind === "" || entry.kind === chosen.kind) && (chosen.tag === "" || entry.tags.includes(chosen.tag)));
    count.textContent = shown.length === 1 ? "1 page" : `${shown.length} pages`;
    nothing.hidden = shown.length > 0 || entries.length === 0;
    list.replaceChildren(...shown.map((entry) => element("li", {},
      element("button", { type: "button", class: "entry", "data-page": entry.id, onclick: () => options.open(entry) },
        element("span", { class: "title", lang: options.lang, dir: "auto" }, entry.title),
        element("span", { class: "quiet" }, ...about(entry), options.answered.has(entry.id) && " · answered"),
      ),
    )));
  }

  function showAll(): void {
    Object.assign(chosen, everything());
    for (const select of choices.querySelectorAll("select")) select.value = "";
    fill();
    list.querySelector("button")?.focus();
  }

  const groups = unique(entries.map((entry) => entry.audience.title)).map((title) => [title, title] as const);
  const sorts = unique(entries.map((entry) => entry.kind)).map((kind) => [kind, kinds[kind]] as const);
  const tags = unique(entries.flatMap((entry) => entry.tags)).map((tag) => [tag, tag] as const);
  const choices = element("div", { class: "choices" },
    choice("From", groups, chosen.group, (value) => ((chosen.group = value), fill())),
    choice("Kind", sorts, chosen.kind, (value) => ((chosen.kind = value), fill())),
    choice("About", tags, chosen.tag, (value) => ((chosen.tag = value), fill())),
  );
  fill();
  return element("div", { class: "list" },
    view.reader === "" ? heading("Your pages") : heading("Hello, ", {}, named(view.reader)),
    element("p", { class: "lead", lang: options.lang, dir: "auto" }, view.practice),
    isStale(view) && element("p", { class: "note" }, `${made(view)}, more than three weeks ago. If you expect something newer, tell your therapist.`),
    element("p", { class: "quiet" }, "Your therapist can see when you open a page.", options.firstVisit && !isStale(view) && ` ${made(view)}.`),
    choices,
    count,
    nothing,
    list,
    view.older && olderButton(options),
    element("p", { class: "quiet foot" }, "This locks by itself after ten minutes without use."),
    view.key.length > 0 && element("p", { class: "quiet foot" }, "This practice’s key: ", element("span", { translate: "no" }, keyWords(view.key)), ". The same words are on your card."),
  );
}

// Dated entries by date; what has none after them, in the author's order; ties by what appeared last.
export function newestFirst(entries: readonly Entry[]): Entry[] {
  const order = (entry: Entry): number => entry.order ?? Number.MAX_SAFE_INTEGER;
  return [...entries].reverse().sort((a, b) => (b.date ?? "").localeCompare(a.date ?? "") || order(a) - order(b));
}

const unique = <T>(values: readonly T[]): T[] => [...new Set(values)];

function choice(label: string, values: readonly (readonly [string, string])[], chosen: string, choose: (value: string) => void): HTMLElement | false {
  if (values.length < 2) return false;
  const select = element("select", { onchange: () => choose(select.value) }, new Option("All", ""), ...values.map(([value, text]) => new Option(text, value)));
  select.value = chosen;
  return element("label", {}, label, select);
}

const isStale = ({ now, issued }: View): boolean => now - issued > STALE;
const made = (view: View): string => `This list was made on ${day(view.issued)}`;

function olderButton({ older }: ListOptions): HTMLElement {
  const failures = element("div");
  const more = button("Older pages", () => {
    failures.replaceChildren();
    older().catch((error: unknown) => failures.replaceChildren(alert(failureOf(error))));
  });
  return element("div", { class: "older" }, failures, more);
}
