// The two strings that the browser takes as more than text, and only through this policy: the worker's address, and a
// page on its way into the frame where nothing can run.

type Policy = { createHTML(html: string): string; createScriptURL(address: string): string };
type Factory = { createPolicy(name: string, rules: Policy): Policy };

/** What the template of this page says under a name. */
export const setting = (name: string): string => document.querySelector<HTMLMetaElement>(`meta[name="heldspace-${name}"]`)?.content ?? "";

const rules: Policy = {
  // SECURITY: frame.ts alone calls this for what is shown, with HTML whose digest the signed index names, for a sandboxed
  // srcdoc. parts.ts does to cut such a page, in a document that runs and fetches nothing, and hands the text on to
  // frame.ts. (On the author's own machine preview.ts does too, for a document that nothing shows.)
  createHTML: (html) => html,
  createScriptURL(address) {
    // SECURITY: no other script can ever become the worker.
    if (address !== setting("worker")) throw new TypeError("not the worker");
    return address;
  },
};

const factory = (globalThis as { trustedTypes?: Factory }).trustedTypes;
export const trusted: Policy = factory?.createPolicy("heldspace", rules) ?? rules;
