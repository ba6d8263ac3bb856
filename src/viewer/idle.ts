// Locks what nobody uses: a warning after nine minutes, the lock after ten, by the clock and not by timers alone.

import { button, element } from "./dom.ts";

const IDLE = 10 * 60_000;
const WARNING = 60_000;

export type Idleness = {
  /** Where the warning appears. Announced, since it is there before its text. */
  readonly place: HTMLElement;
  /** Whether there is something to lock. */
  unlocked(): boolean;
  lock(): void;
};

export function watchIdleness({ place, unlocked, lock }: Idleness): void {
  let last = Date.now();
  const warn = (needed: boolean): void => {
    if (needed === place.hasChildNodes()) return;
    if (needed) place.append(element("p", {}, element("span", {}, "Locks in a minute."), button("Keep open", () => undefined)));
    else place.replaceChildren();
  };
  const check = (): void => {
    const idle = Math.abs(Date.now() - last);
    warn(unlocked() && idle >= IDLE - WARNING && idle < IDLE);
    if (idle >= IDLE) lock();
  };
  // A phone that slept runs no timer: the first touch after ten minutes must lock, not count as use.
  const active = (): void => {
    check();
    last = Date.now();
  };
  // Only once the touch is over: what it means to press must not go away under it.
  const used = (): void => warn(false);
  for (const type of ["pointerdown", "keydown", "scroll", "wheel", "focusin"]) addEventListener(type, active, { capture: true, passive: true });
  for (const type of ["click", "keyup", "scroll", "wheel"]) addEventListener(type, used, { capture: true, passive: true });
  document.addEventListener("visibilitychange", check);
  setInterval(check, 5000);
}
