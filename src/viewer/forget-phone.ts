// What this device keeps of a member, gone at a touch, and a second one: what was not sent yet goes too.

import { button, element } from "./dom.ts";

export type Forgetting = {
  /** Whether there is anything to forget. */
  isKept(): Promise<boolean>;
  forget(): void;
};

export function forgetPhone({ isKept, forget }: Forgetting): HTMLElement {
  const place = element("div", { class: "foot", hidden: true });
  const ask = (): void => {
    const yes = button("Yes, forget it", () => {
      forget();
      const done = element("p", { class: "quiet", role: "status", tabindex: "-1" }, "Forgotten. This device keeps nothing of yours now.");
      place.replaceChildren(done);
      done.focus();
    });
    place.replaceChildren(element("p", {}, "The link goes from this device, and what you wrote here: drafts, and answers that were not sent yet. This cannot be undone."), element("div", { class: "tools" }, yes, button("Keep it", offer)));
    yes.focus();
  };
  const offer = (): void => place.replaceChildren(element("p", { class: "quiet" }, "This device keeps something for you: the link, or what you wrote here, locked with your words."), button("Forget this phone", ask));
  offer();
  void isKept().then((kept) => (place.hidden = !kept));
  return place;
}
