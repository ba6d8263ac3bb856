// A failure on the screen: announced at once, told apart for tests by `data-failure`.

import { element } from "./dom.ts";
import { sentence, type Failure } from "./failure.ts";

export function alert(failure: Failure): HTMLElement {
  const { what, next } = sentence(failure);
  return element("div", { role: "alert", class: "alert", "data-failure": failure.kind }, element("p", {}, element("strong", {}, what)), element("p", {}, next));
}
