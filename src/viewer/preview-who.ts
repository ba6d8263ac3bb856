// Who sees what: a row for each page, a column for each member; each cell leads to that page as that member sees it.

import { element, heading } from "./dom.ts";
import { openName, visible, type Cell, type Matrix, type Person } from "./preview-data.ts";

export type Hrefs = { page(member: string, file: string): string; open(path: string): string };

const SIGNS: Record<Cell, { readonly sign: string; readonly means: string }> = {
  no: { sign: "", means: "does not read" },
  reads: { sign: "●", means: "reads" },
  keeps: { sign: "◐", means: "keeps, as it was when they left," },
  stale: { sign: "!", means: "reads, as it was before a mistake," },
  unsure: { sign: "?", means: "may read" },
};

const LEGEND: readonly (readonly [Cell, string])[] = [
  ["reads", "reads it"],
  ["keeps", "keeps it as it was when they left"],
  ["stale", "reads it; it has a mistake now"],
  ["unsure", "only your keys can tell"],
];

export function whoScreen(matrix: Matrix, people: readonly Person[], hrefs: Hrefs): HTMLElement {
  const nameOf = (folder: string): string => people.find((person) => person.folder === folder)?.name ?? folder;
  const names = matrix.members.map(nameOf);
  const used = new Set(matrix.rows.flatMap(({ cells }) => cells));
  return element("div", { class: "who" },
    heading("Who sees what"),
    element("p", { class: "lead" }, "After the next build. A page is for those in its row; open a cell to read it as they would."),
    element("p", { class: "quiet" }, ...LEGEND.filter(([cell]) => used.has(cell)).map(([cell, means]) => element("span", { class: "key" }, `${SIGNS[cell].sign} ${means}`))),
    ...matrix.notes.map((note) => element("p", { class: "note" }, note)),
    matrix.rows.length === 0 ? element("p", { class: "note" }, "There is no page for members yet.") : table(matrix, names, hrefs),
    ...filesUnder("On the open web, for everyone", matrix.open.map((page) => element("a", { href: hrefs.open(page.path) }, visible(openName(page))))),
    ...filesUnder("For nobody yet", matrix.not_yet.map(({ file, why, members, is_open }) => element("span", {},
      `${visible(file)}, ${why}. `,
      ...(is_open ? ["As it will be ", element("a", { href: hrefs.open(file) }, "on the open web"), "."] : []),
      ...(members.length > 0 ? ["As it will be for ", ...members.flatMap((folder, at) => [at > 0 && ", ", element("a", { href: hrefs.page(folder, file) }, nameOf(folder))]), "."] : []),
    ))),
  );
}

function table({ members, rows }: Matrix, names: readonly string[], hrefs: Hrefs): HTMLElement {
  const head = element("tr", {}, element("th", { scope: "col" }, "Page"), ...names.map((name) => element("th", { scope: "col" }, element("span", {}, name))));
  const body = rows.map(({ file, title, cells }) => element("tr", {},
    element("th", { scope: "row" }, element("span", { class: "title" }, title), element("span", { class: "quiet" }, visible(file))),
    ...cells.map((cell, at) => {
      const { sign, means } = SIGNS[cell];
      if (cell === "no") return element("td");
      return element("td", { class: cell }, element("a", { href: hrefs.page(members[at]!, file), "aria-label": `${names[at]} ${means} ${title}` }, sign));
    }),
  ));
  return element("div", { class: "matrix", tabindex: "0", role: "region", "aria-label": "Members and pages" },
    element("table", {}, element("thead", {}, head), element("tbody", {}, ...body)));
}

function filesUnder(title: string, files: readonly (string | HTMLElement)[]): HTMLElement[] {
  if (files.length === 0) return [];
  return [element("h2", {}, title), element("ul", { class: "files" }, ...files.map((file) => element("li", {}, file)))];
}
