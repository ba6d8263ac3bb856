// Making elements. Text is always text here: nothing in the viewer parses HTML but the frame.

export type Child = Node | string | undefined | false;
type Attributes = Record<string, string | boolean | undefined | ((event: Event) => void)>;

/** An element; `onclick` and the like take functions, `true` is an attribute without value, `false` is none. */
export function element<K extends keyof HTMLElementTagNameMap>(name: K, attributes: Attributes = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(key.slice(2), value);
    else if (value !== undefined && value !== false) made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.filter((child): child is Node | string => child !== undefined && child !== false));
  return made;
}

/** A screen's heading, where the focus goes when the screen changes, so that a screen reader begins there. */
export const heading = (text: Child, attributes: Attributes = {}, ...more: Child[]): HTMLHeadingElement =>
  element("h1", { tabindex: "-1", ...attributes }, text, ...more);

/** Words of the practice, which may be in another language than the viewer's own. */
export const theirs = (text: string): HTMLElement => element("span", { dir: "auto", lang: document.getElementById("help")?.lang || undefined }, text);

/** A name in whatever script it is, which must not turn round what stands beside it. */
export const named = (text: string): HTMLElement => element("bdi", {}, text);

export const button = (label: string, onclick: (event: Event) => void, attributes: Attributes = {}): HTMLButtonElement =>
  element("button", { type: "button", ...attributes, onclick }, label);

const days = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "UTC" });
/** `2026-11-24` or Unix seconds → `24 November 2026`, which stays on one line. */
export const day = (date: string | number): string => {
  const time = typeof date === "number" ? date * 1000 : Date.parse(date);
  return Number.isNaN(time) ? "" : days.format(time).replaceAll(" ", "\u00a0");
};

const moments = new Intl.DateTimeFormat("en-GB", { weekday: "long", day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit" });
/** Unix seconds → `Tuesday 24 November 2026 at 18:05`, by this device's time of day. */
export const moment = (time: number): string => moments.format(time * 1000);
