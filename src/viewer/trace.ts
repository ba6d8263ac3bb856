// The steps that a visit leaves in the tab's history: how far this one is from the first, and how to leave without one
// of them being one Back away. Nothing that a step holds can be read: numbers.

type Step = { readonly depth: number; readonly page?: number };

const step = (): Step | null => history.state as Step | null;
/** How many steps back the first one of this visit is. A reload keeps it. */
let depth = step()?.depth ?? 0;

/** Puts the viewer's bare address in the place of the one that is there. `added`: the browser made it a step of its own. */
export function clearAddress(added = false): void {
  depth += added ? 1 : 0;
  history.replaceState({ depth }, "", "/l");
}

export function stepTo(page: number): void {
  depth += 1;
  history.pushState({ depth, page }, "", "/l");
}

/** After Back or Forward: the page that the step stands for, if it is one. */
export function arrived(): number | undefined {
  depth = step()?.depth ?? depth;
  return step()?.page;
}

/** From a page's step to the list's, when it is not the page that is shown: or Back would lead to the same again. */
export function leavePage(): void {
  if (step()?.page !== undefined) history.back();
}

/** Goes elsewhere in the place of this visit's first step: Back then leads to what was before it. */
export function leave(address: string): void {
  if (depth === 0) return location.replace(address);
  const go = (): void => {
    clearTimeout(late);
    removeEventListener("popstate", go);
    location.replace(address);
  };
  addEventListener("popstate", go);
  // A step within a page's frame is told by no event.
  const late = setTimeout(go, 300);
  history.go(-depth);
}
