// What the preview's server says: `src/preview/data.rs`. It is the author's own, on this machine, and believed.

import type { Entry, View } from "./reader.ts";

export type State = {
  readonly number: number;
  readonly is_checked: boolean;
  readonly trouble: string | null;
  readonly blind: string | null;
  readonly is_sure: boolean;
  readonly practice: string;
  readonly lang: string;
  readonly dir: string;
  readonly page_style: string;
  readonly open_style: string;
  readonly members: readonly Person[];
  readonly first: string | null;
  readonly mistakes: readonly Mistake[];
};

export type Person = { readonly folder: string; readonly name: string; readonly reads: boolean };

export type Mistake = {
  readonly file: string;
  readonly line: number | null;
  readonly column: number | null;
  readonly what: string;
  readonly hint: string;
  readonly marked: { readonly line: string; readonly before: number; readonly marked: number } | null;
};

export type List = {
  readonly view: View;
  readonly files: readonly { readonly id: string; readonly file: string; readonly is_stale: boolean }[];
  readonly notes: readonly string[];
  readonly unsure: readonly string[];
};

export type PageData = {
  readonly html: string | null;
  readonly entry: Entry | null;
  readonly is_stale: boolean;
  readonly not_yet: string | null;
  readonly mistakes: readonly Mistake[];
};

export type OpenPage = { readonly path: string; readonly address: string; readonly is_missing: boolean };

export type NotYet = { readonly file: string; readonly why: string; readonly members: readonly string[]; readonly is_open: boolean };

export type OpenList = { readonly pages: readonly OpenPage[]; readonly not_yet: readonly NotYet[] };

export type Matrix = {
  readonly members: readonly string[];
  readonly rows: readonly { readonly file: string; readonly title: string; readonly cells: readonly Cell[] }[];
  readonly open: readonly OpenPage[];
  readonly not_yet: readonly NotYet[];
  readonly notes: readonly string[];
};

export type Cell = "no" | "reads" | "keeps" | "stale" | "unsure";

/** Asks the server below this page's address; the text too, to tell whether anything changed. */
export async function ask<T>(path: string, query: Readonly<Record<string, string>> = {}): Promise<{ text: string; data: T }> {
  const answer = await fetch(`${path}?${new URLSearchParams(query)}`, { cache: "no-store" });
  if (!answer.ok) throw new Error(String(answer.status));
  const text = await answer.text();
  return { text, data: JSON.parse(text, (key, value: unknown) => (typeof value === "string" && !AS_IT_IS.has(key) ? visible(value) : value)) as T };
}

/** What the host shows for an address where nothing is, is no page that anyone goes to. */
export const openName = ({ address, is_missing }: OpenPage): string => (is_missing ? `Where nothing is (${address})` : address);

/** A document is shown where nothing can come of it; by its file a page is asked for again. */
const AS_IT_IS = new Set(["html", "file", "folder", "members", "open", "path"]);

/** SECURITY: characters that nobody sees could make a name, or the text around it, look like another. */
export const visible = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (hidden) => (hidden === "\t" ? hidden : `\\u{${hidden.codePointAt(0)!.toString(16)}}`));
