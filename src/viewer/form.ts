// One form of a page: who will read it, the questions, and what became of the answer. What it shows follows from the own
// notes alone; what is being written is never drawn over.

import type { Said } from "./answer.ts";
import { alert } from "./alert.ts";
import type { Block } from "./block.ts";
import { helpBox, tellsOfDanger } from "./danger.ts";
import { button, element, moment, theirs, type Child } from "./dom.ts";
import { failureOf } from "./failure.ts";
import { fieldsFor } from "./fields.ts";
import type { Notebook } from "./notebook.ts";
import { stateOf } from "./sent-state.ts";
import { asShown, tick } from "./tick.ts";
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
  const title = element("h2", {}, block.title === null ? names[block.asks.kind] : theirs(block.title));
  const section = element("section", { class: "form", "aria-label": title.textContent ?? "", "data-form": block.id, role: "group" }, title, element("p", { class: "readers", dir: "auto" }, block.readers), body);
  if (block.asks.kind === "done") body.append(tick(options, block.asks.label));
  else new Form(options, body, section).show();
  return section;
}

const openWords = (open: number): string =>
  open === 0 ? "" : open === 1 ? "One question has no answer. You can send it like this." : `${open} questions have no answer. You can send it like this.`;

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
  #isSending = false;
  /** Says what became of the draft that is being written. */
  #tellDraft = (): void => undefined;

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
    if (key === this.#shown || (state.is === "open" && this.#touched && this.#shown.startsWith("open"))) return this.#tellDraft();
    const had = this.#section.contains(document.activeElement);
    this.#shown = key;
    this.#touched = false;
    this.#tellDraft = () => undefined;
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
    const state = element("p", { role: "status", class: "quiet" });
    const left = element("p", { class: "quiet" });
    const failures = element("div");
    const changed = (): void => {
      this.#touched = true;
      failures.replaceChildren();
      const said = fields.said();
      book?.draft(key, said ?? null);
      discard.hidden = said === undefined;
      left.textContent = said === undefined ? "" : openWords(fields.open());
    };
    this.#tellDraft = () => {
      const text = book?.notes.drafts.get(this.#place) === undefined ? "" : book.isKept
        ? "Kept as a draft, locked with your words. Nobody else reads it."
        : "Kept as a draft while this page is open: this browser keeps nothing. Nobody else reads it.";
      if (state.textContent !== text) state.textContent = text;
    };
    this.#tellDraft();
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
      left,
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
    // A second touch of the button is not a second answer.
    if (this.#isSending) return;
    this.#isSending = true;
    try {
      await book?.send({ page, block: block.id, replaces, said });
      this.#changing = undefined;
    } catch (error) {
      failures.replaceChildren(alert(failureOf(error)));
    } finally {
      this.#isSending = false;
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
    if (sent === undefined || book === undefined) return there(closed, ...this.#unsent());
    const { said } = sent;
    const words = said?.kind === "withdrawn" ? "You took your answer back." : stateOf(sent, book);
    const dangerous = block.asks.kind === "checkin" && said !== null && tellsOfDanger(block.asks.items, said);
    return there(
      closed,
      element("p", { role: "status", tabindex: is === "sent" && "-1", class: "state" }, words),
      said !== null && said.kind !== "withdrawn" && told(block.asks, said),
      dangerous && block.asks.kind === "checkin" && helpBox(block.asks.danger, "Nobody reads an answer straight away: please do not wait for one."),
      is === "sent" ? this.#more(sent) : element("div", {}, ...this.#unsent()),
    );
  }

  /** What was written and not sent in time is still the member's. */
  #unsent(): HTMLElement[] {
    const { block, book } = this.#options;
    const draft = book?.notes.drafts.get(this.#place);
    return draft === undefined ? [] : [element("p", { class: "quiet" }, "This is what you had written. It was not sent, and nobody has read it."), told(block.asks, draft)];
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
