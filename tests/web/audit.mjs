// axe-core, in a world of its own that the site's policy does not reach.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

async function violations(page) {
  const session = await page.context().newCDPSession(page);
  const { frameTree } = await session.send("Page.getFrameTree");
  const { executionContextId: contextId } = await session.send("Page.createIsolatedWorld", { frameId: frameTree.frame.id, worldName: "axe" });
  await session.send("Runtime.evaluate", { expression: `${axe};0`, contextId });
  const run = "axe.run(document, { iframes: false }).then(({ violations }) => JSON.stringify(violations))";
  const { result } = await session.send("Runtime.evaluate", { expression: run, contextId, awaitPromise: true });
  await session.detach();
  return JSON.parse(result.value).map(({ id, nodes }) => `${id}: ${nodes[0].html}`);
}

/** Fails where the page as it is now keeps anyone out, or scrolls sideways. */
export async function audit(page, name) {
  assert.deepEqual(await violations(page), [], name);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${name} does not scroll sideways`);
}

/** What stands in the page's frame, where no script runs, not even this one: looked at in a page of its own. */
export async function auditFrame(page, url) {
  const html = await page.evaluate(() => document.querySelector("iframe.page").contentDocument.documentElement.outerHTML);
  const other = await page.context().newPage();
  await other.route("**/frame", (route) => route.fulfill({ body: html, contentType: "text/html" }));
  await other.goto(`${url}/frame`);
  assert.deepEqual(await violations(other), [], "inside the page");
  await other.close();
}
