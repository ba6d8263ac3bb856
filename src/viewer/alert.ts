// A failure on the screen: announced at once, told apart for tests by `data-failure`.

import { button, element } from "./dom.ts";
import { sentence, type Failure } from "./failure.ts";

/** With a button where trying again may help, and `retry` says how. */
export function alert(failure: Failure, retry?: () => void): HTMLElement {
  const { what, next, again } = sentence(failure);
  const more = retry !== undefined && again === true && button("Try again", () => retry());
  return element("div", { role: "alert", class: "alert", tabindex: "-1", "data-failure": failure.kind }, element("p", {}, element("strong", {}, what)), element("p", {}, next), more);
}
