// One form of a page: who will read it, the questions, and what became of the answer. What it shows follows from the own
// notes alone; what is being written is never drawn over.

import type { Said } from "./answer.ts";
import { alert } from "./alert.ts";
import type { Block } from "./block.ts";
import { helpBox, tellsOfDanger } from "./danger.ts";
import { button, element, moment, type Child } from "./dom.ts";
import { failureOf } from "./failure.ts";
import { fieldsFor } from "./fields.ts";
import type { Notebook } from "./notebook.ts";
import { stateOf } from "./sent-state.ts";
import { told } from "./told.ts";
import type { Sent } from "./writer.ts";

export type FormOptions = {
  readonly block: Block;
  readonly page: string;
  /** None: it is looked at, not filled in. */
  readonly book: Notebook | undefined;
};

const DAY = 86_400;
const names = { reply: "Your answer", poll: "A vote", checkin: "Check-in", agenda: "Before the session", done: "For yourself" } as const;

export function formFor(options: FormOptions): HTMLElement {
  const { block } = options;
  const body = element("div");
  const title = element("h2", { dir: "auto" }, block.title ?? names[block.asks.kind]);
  const section = element("section", { class: "form", "aria-label": title.textContent ?? "", "data-form": block.id, role: "group" }, title, element("p", { class: "readers", dir: "auto" }, block.readers), body);
  if (block.asks.kind === "done") body.append(tick(options, block.asks.label));
  else new Form(options, body, section).show();
  return section;
}

function tick({ block, page, book }: FormOptions, label: string): HTMLElement {
  const key = `${page}:${block.id}`;
  const when = element("span", { role: "status", class: "quiet" });
  const box = element("input", { type: "checkbox", disabled: book === undefined, onchange: () => void book?.set(`done:${key}`, box.checked ? book.now() : null) });
  const show = (): void => {
    const time = book?.notes.done.get(key);
    box.checked = time !== undefined;
    when.textContent = time === undefined ? "" : `Ticked on ${moment(time)}.`;
  };
  const made = element("div", {}, element("label", { class: "option" }, box, element("span", { dir: "auto" }, label)), when, book === undefined && asShown());
  book?.hear(made, show);
  show();
  return made;
}

const asShown = (): HTMLElement => element("p", { class: "note" }, "This is how members see it. Here nothing can be answered.");

const there = (...elements: (HTMLElement | false)[]): HTMLElement[] => elements.filter((one): one is HTMLElement => one !== false);

/** What there is to show: `key` tells whether it is still the same. */
type State =
  | { readonly is: "open"; readonly key: string; readonly replaces: Sent | undefined; readonly before: Sent | undefined }
  | { readonly is: "sent" | "closed"; readonly key: string; readonly sent: Sent | undefined };

class Form {
  readonly #options: FormOptions;
  readonly #place: string;
  readonly #body: HTMLElement;
  readonly #section: HTMLElement;
  #shown = "";
  /** The member chose to change what was sent. */
  #changing: string | undefined;
  /** Something was touched here: what comes from elsewhere does not draw over it. */
  #touched = false;

  constructor(options: FormOptions, body: HTMLElement, section: HTMLElement) {
    this.#options = options;
    this.#place = `${options.page}:${options.block.id}`;
    this.#body = body;
    this.#section = section;
    options.book?.hear(section, () => this.show());
    this.#closeInTime();
  }

  show(): void {
    const state = this.#state();
    const key = `${state.is} ${state.key}`;
    if (key === this.#shown || (state.is === "open" && this.#touched && this.#shown.startsWith("open"))) return;
    const had = this.#section.contains(document.activeElement);
    this.#shown = key;
    this.#touched = false;
    this.#body.replaceChildren(...(state.is === "open" ? this.#questions(state) : this.#answered(state)));
    // The button that was pressed is gone: the focus goes to what came of it.
    if (had) this.#body.querySelector<HTMLElement>("[tabindex='-1'], textarea, input")?.focus();
  }

  #state(): State {
    const { block, book } = this.#options;
    const notes = book?.notes;
    const sent = notes?.sent.filter((one) => `${one.page}:${one.block}` === this.#place).pop();
    const now = book?.now() ?? 0;
    const anew = sent !== undefined && block.repeats !== null && now >= sent.time + block.repeats * DAY;
    const taken = sent?.said?.kind === "withdrawn";
    const draft = notes?.drafts.get(this.#place);
    const key = JSON.stringify([sent, sent && notes !== undefined && book !== undefined && stateOf(sent, book), draft, notes?.refused.get(this.#place)]);
    if (block.closes !== null && book !== undefined && now >= block.closes) return { is: "closed", key, sent };
    if (sent !== undefined && !anew && !taken && draft === undefined && this.#changing !== sent.id) return { is: "sent", key, sent };
    return { is: "open", key, replaces: anew ? undefined : sent, before: sent };
  }

  #questions({ replaces, before }: Extract<State, { is: "open" }>): HTMLElement[] {
    const { block, book } = this.#options;
    if (block.asks.kind === "done") return [];
    const draft = book?.notes.drafts.get(this.#place);
    const key = `draft:${this.#place}`;
    const state = element("p", { role: "status", class: "quiet" }, draft === undefined ? "" : "This is your draft. It is locked with your words; nobody else reads it.");
    const failures = element("div");
    const changed = (): void => {
      this.#touched = true;
      failures.replaceChildren();
      const said = fields.said();
      book?.draft(key, said ?? null);
      state.textContent = said === undefined ? "" : "Kept as a draft, locked with your words. Nobody else reads it.";
      discard.hidden = said === undefined;
    };
    const fields = fieldsFor(block.asks, changed);
    const discard = button("Discard draft", () => this.#discard(), { hidden: draft === undefined });
    const refuse = (...what: Child[]): void => failures.replaceChildren(element("p", { class: "note", role: "alert" }, ...what));
    const send = button("Send", () => {
      const wrong = fields.wrong();
      const said = fields.said();
      if (wrong !== undefined) return refuse(wrong.what), wrong.where.focus();
      if (said === undefined) return refuse(fields.nothing), fields.first.focus();
      if (this.#isClosed()) return this.show();
      void this.#send(said, replaces?.id ?? null, failures);
    }, { class: "main", disabled: book === undefined });
    const content = draft ?? replaces?.said;
    if (content !== null && content !== undefined) fields.fill(content);
    const refused = book?.notes.refused.get(this.#place);
    if (refused !== undefined) failures.append(alert(refused));
    const all = element("fieldset", { class: "all", disabled: book === undefined }, ...fields.elements);
    return there(
      before !== undefined && this.#past(before, replaces),
      block.closes !== null && element("p", { class: "quiet" }, `You can answer until ${moment(block.closes)}.`),
      all,
      state,
      failures,
      send,
      element("div", { class: "tools" }, discard, this.#changing !== undefined && button("Leave it as it was sent", () => this.#discard())),
      book === undefined && asShown(),
    );
  }

  /** What stands above the questions about an earlier answer. */
  #past(before: Sent, replaces: Sent | undefined): HTMLElement {
    const { book } = this.#options;
    const state = book === undefined ? "" : stateOf(before, book);
    if (before.said?.kind === "withdrawn") return element("p", { class: "note", role: "status" }, `You took your answer back. ${state}`);
    if (replaces !== undefined) return element("p", { class: "note" }, `You are changing what you sent on ${moment(before.time)}. Until you send this, that counts.`);
    return element("p", { class: "quiet" }, `You answered this last on ${moment(before.time)}.`);
  }

  async #send(said: Said, replaces: string | null, failures: HTMLElement): Promise<void> {
    const { block, page, book } = this.#options;
    try {
      this.#changing = undefined;
      this.#touched = false;
      await book?.send({ page, block: block.id, replaces, said });
    } catch (error) {
      this.#touched = true;
      failures.replaceChildren(alert(failureOf(error)));
    }
  }

  #discard(): void {
    this.#changing = undefined;
    this.#touched = false;
    this.#shown = "";
    void this.#options.book?.set(`draft:${this.#place}`, null).then(() => this.show());
  }

  #answered({ is, sent }: Extract<State, { is: "sent" | "closed" }>): HTMLElement[] {
    const { block, book } = this.#options;
    const closed = is === "closed" && element("p", { class: "note", tabindex: "-1" }, `This closed on ${moment(block.closes ?? 0)}.`, sent === undefined && " You sent no answer.");
    if (sent === undefined || book === undefined) return there(closed);
    const { said } = sent;
    const words = said?.kind === "withdrawn" ? "You took your answer back." : stateOf(sent, book);
    const dangerous = block.asks.kind === "checkin" && said !== null && tellsOfDanger(block.asks.items, said);
    return there(
      closed,
      element("p", { role: "status", tabindex: is === "sent" && "-1", class: "state" }, words),
      said !== null && said.kind !== "withdrawn" && told(block.asks, said),
      dangerous && block.asks.kind === "checkin" && helpBox(block.asks.danger, "Nobody reads an answer straight away: please do not wait for one."),
      is === "sent" && this.#more(sent),
    );
  }

  #more(sent: Sent): HTMLElement {
    const asking = element("div", { class: "tools" });
    const change = button("Change it", () => ((this.#changing = sent.id), this.show()));
    const back = button("Take it back", () => {
      const yes = button("Yes, take it back", () => void this.#send({ kind: "withdrawn" }, sent.id, asking));
      asking.replaceChildren(element("p", {}, "Take this answer back? It will not count any more. What was already read stays read."), yes, button("Keep it", () => asking.replaceChildren(change, back)));
      yes.focus();
    });
    asking.append(change, back);
    return asking;
  }

  #isClosed(): boolean {
    const { block, book } = this.#options;
    return block.closes !== null && book !== undefined && book.now() >= block.closes;
  }

  /** While it is looked at. */
  #closeInTime(): void {
    const { block, book } = this.#options;
    const left = (block.closes ?? 0) - (book?.now() ?? 0);
    if (left > 0 && left < DAY) setTimeout(() => this.#section.isConnected && this.show(), left * 1000 + 500);
  }
}
