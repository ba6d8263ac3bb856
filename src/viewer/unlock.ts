// The first screen: a field for six words. What is typed is read here, and never fetches anything before it is complete.

import { alert } from "./alert.ts";
import { button, element, heading } from "./dom.ts";
import { failureOf, sentence, type Failure } from "./failure.ts";
import { forgetPhone, type Forgetting } from "./forget-phone.ts";
import { COUNT, complete, readWords, shown, sixWords } from "./words.ts";

export type UnlockOptions = {
  /** Why it is locked, where that needs saying. */
  readonly note: string | undefined;
  readonly remembered: boolean;
  forget(): void;
  /** All that this device keeps. */
  readonly kept: Forgetting;
  /** Unlocks and goes on to the next screen, or throws why not. */
  unlock(words: readonly string[], remember: boolean): Promise<void>;
};

export function unlockScreen(options: UnlockOptions): HTMLElement {
  const failures = element("div");
  const count = element("p", { id: "count", role: "status", class: "quiet" });
  // Six words are wider than a phone: where they may be seen, they are seen whole.
  const typed = element("p", { class: "typed" });
  const field = element("input", {
    id: "passphrase",
    type: "password",
    name: "passphrase",
    autocomplete: "current-password",
    autocapitalize: "none",
    autocorrect: "off",
    // SECURITY: a shown passphrase must not go to an online spelling service.
    spellcheck: "false",
    enterkeyhint: "go",
    "aria-describedby": "count",
    oninput: (event) => {
      completeTyped(field, event as InputEvent);
      tell();
    },
    onblur: () => {
      field.value = complete(field.value);
      tell();
    },
  });
  const show = button("Show", () => {
    field.type = field.type === "password" ? "text" : "password";
    show.textContent = field.type === "text" ? "Hide" : "Show";
    if (document.activeElement === field) field.setSelectionRange(field.value.length, field.value.length);
    tell();
  }, {
    // The field keeps the focus, and a phone its keyboard.
    onmousedown: (event) => event.preventDefault(),
  });
  const remember = element("input", {
    type: "checkbox",
    id: "remember",
    checked: options.remembered,
    "aria-describedby": "remember-note",
    onchange: () => remember.checked || options.forget(),
  });
  const working = element("p", { role: "status", class: "working" });
  const unlock = element("button", { type: "submit", class: "main" }, "Unlock");
  const form = element("form", { onsubmit: (event) => void submit(event) },
    // Password managers want a name beside the secret; this one says nothing.
    element("input", { type: "text", name: "username", autocomplete: "username", value: "pages", readonly: true, tabindex: "-1", "aria-hidden": "true", class: "unseen" }),
    element("label", { for: "passphrase" }, "Passphrase"),
    element("div", { class: "field" }, field, show),
    typed,
    // Where the eyes are, and above the keyboard of a phone.
    working,
    count,
    element("p", { class: "choice" }, remember, element("label", { for: "remember" }, "Remember this phone")),
    element("p", { class: "quiet", id: "remember-note" }, "Keeps the link here for next time, never your words. Leave it off if others use this device."),
    unlock,
  );
  const lead = element("p", { class: "lead" }, options.note ?? "Take your time: the six words on your card open what is here for you.");

  function tell(): void {
    const words = readWords(field.value);
    const wrong = words.findIndex((word) => word.state === "unknown");
    field.setAttribute("aria-invalid", String(wrong >= 0));
    typed.textContent = field.type === "text" ? shown(field.value) : "";
    const text = describe(field.value, field.type === "text");
    if (count.textContent !== text) count.textContent = text;
    count.classList.toggle("wrong", wrong >= 0);
  }

  // The failure takes the focus: a phone puts its keyboard away, and the field comes next.
  function refuse(failure: Failure): void {
    const told = alert(failure);
    failures.replaceChildren(told);
    if (sentence(failure).again !== true) {
      form.remove();
      lead.remove();
    }
    told.focus({ preventScroll: true });
    told.scrollIntoView({ block: "center" });
  }

  async function submit(event: Event): Promise<void> {
    event.preventDefault();
    if (form.getAttribute("aria-busy") === "true") return;
    failures.replaceChildren();
    const words = sixWords(field.value);
    if (words === undefined) return refuse({ kind: "not-six", what: whatIsWrong(field.value) });
    // In full, so that this is what a password manager keeps.
    field.value = words.join(" ");
    tell();
    busy("Unlocking. This takes a few seconds.");
    unlock.focus({ preventScroll: true });
    working.scrollIntoView({ block: "nearest" });
    try {
      await options.unlock(words, remember.checked);
    } catch (error) {
      refuse(failureOf(error));
    } finally {
      busy("");
    }
  }

  function busy(text: string): void {
    working.textContent = text;
    field.readOnly = count.hidden = text !== "";
    form.setAttribute("aria-busy", String(text !== ""));
  }

  tell();
  return element("div", { class: "unlock" }, heading("Your pages"), lead, failures, form, forgetPhone(options.kept));
}

/** A separator typed at the end completes the word before it. Nothing changes under a cursor elsewhere. */
function completeTyped(field: HTMLInputElement, event: InputEvent): void {
  const atEnd = field.selectionStart === field.value.length;
  if (!event.isComposing && atEnd && /^[\s.,-]$/.test(event.data ?? "")) field.value = `${complete(field.value)} `.trimStart();
}

/** While typing. */
function describe(typed: string, visible: boolean): string {
  const words = readWords(typed);
  const known = words.filter((word) => word.state === "known").length;
  const wrong = words.findIndex((word) => word.state === "unknown");
  if (wrong >= 0) {
    // What was typed is named only where it is shown anyway.
    const named = visible ? ` (“${words[wrong]!.typed}”)` : "";
    return `Word ${wrong + 1}${named} is not in the list.`;
  }
  if (words.length > COUNT) return `${words.length} words. A passphrase has six.`;
  if (known === COUNT) return "All six words recognised.";
  if (known === 0) return "Six words. Three letters of each are enough.";
  return `${known} of ${COUNT} words recognised.`;
}

/** When it was to be unlocked, and is not six words. */
function whatIsWrong(typed: string): string {
  const words = readWords(typed);
  const wrong = words.findIndex((word) => word.state !== "known");
  const missing = COUNT - words.length;
  if (words.length === 0) return "There are no words yet.";
  if (wrong >= 0) return `Word ${wrong + 1} is not on any card.`;
  if (missing > 0) return missing === 1 ? "One word is missing." : `${missing} words are missing.`;
  return missing === -1 ? "There is one word too many." : `There are ${-missing} words too many.`;
}
