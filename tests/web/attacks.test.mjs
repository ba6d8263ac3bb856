// Three layers stand between a hostile page and its reader: the sanitiser, the frame in which no script runs, and the
// site's policy with Trusted Types. Each is taken away in turn, and every attack of tests/vectors/xss.json is opened and
// clicked on. Without all three they do work: so what is seen here is the layers' doing.

import assert from "node:assert/strict";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { answer, indexes, memberIdentity, objects, openIndex, payloadOf, recipientOf, seal, sealPage, signIndex, storedIndex } from "./forge.mjs";
import { Practice, closeAll, launch, openPage, phone, read, repository } from "./harness.mjs";

/** What runs says so twice: it takes the title, and asks. */
const attacks = JSON.parse(readFileSync(join(repository, "tests/vectors/xss.json"), "utf8")).map((text) => text.replaceAll("alert(1)", "alert(top.document.title=1)"));

let browser;

before(async () => {
  browser = await launch();
});

after(async () => {
  await closeAll();
  await browser.close();
});

/** A practice with a page for each attack; a page that the build refuses reaches nobody. */
function written() {
  const practice = new Practice();
  const card = practice.member("maya");
  attacks.forEach((attack, n) => practice.page(`library/x${n}.md`, `+++\ntitle = "Attack ${n}."\n+++\nWords.\n\n${attack}\n\n- a ${attack}\n`));
  for (;;) {
    try {
      practice.build();
      return { practice, card };
    } catch (error) {
      const refused = new Set(String(error.stderr).match(/library\/x\d+\.md/g));
      assert.ok(refused.size > 0, String(error.stderr));
      for (const file of refused) rmSync(join(practice.root, "content", file));
    }
  }
}

/** Pages that no sanitiser has seen, signed by the practice itself. */
async function unsanitised(page) {
  const practice = new Practice();
  const card = practice.member("maya");
  practice.page("library/x.md", "# A page\n\nWords.");
  practice.build();
  const document = (attack) => `<!doctype html><html lang="en"><head><title>x</title></head><body><main><p>Words.</p>\n${attack}\n</main></body></html>`;
  const sealed = await Promise.all(attacks.map((attack, n) => sealPage(`Attack ${n}.`, document(attack))));
  const payload = payloadOf(await openIndex(storedIndex(practice, card), await memberIdentity(practice, card)));
  const index = await seal(JSON.stringify(signIndex(practice, { ...payload, pages: sealed.map(({ entry }) => entry) })), recipientOf(practice, "maya"));
  await answer(page, indexes, index);
  await answer(page, objects, (_, url) => sealed.find(({ entry }) => url.endsWith(entry.object.name)).sealed);
  return { practice, card };
}

const changed = (page, pattern, change) => page.route(pattern, async (route) => {
  const real = await route.fetch();
  const { "content-encoding": _, "content-length": __, ...headers } = real.headers();
  await route.fulfill({ response: real, ...(await change(headers, real)) });
});

const unpoliced = (page) => changed(page, /\/l$|worker[^/]*\.js$/, ({ "content-security-policy": policy, ...headers }) => {
  assert.match(policy, /require-trusted-types-for/);
  return { headers };
});

const unboxed = (page) => changed(page, /viewer\.[0-9a-f]+\.js$/, async (headers, real) => {
  const script = await real.text();
  assert.match(script, /"allow-same-origin"/);
  return { headers, body: script.replaceAll('"allow-same-origin"', '"allow-same-origin allow-scripts allow-forms allow-popups allow-top-navigation allow-modals"') };
});

/** Opens every page there is, and clicks on everything in it; what came of it. */
async function openAll(page, { practice, card }) {
  const serving = await practice.serve();
  const { host } = new URL(serving.url);
  const happened = [];
  const context = page.context();
  // What the browser blocks by itself never comes to a route. `fine.example` is a link that one may follow.
  await context.route((url) => /^http/.test(url.protocol) && url.host !== host, (route) => {
    const url = route.request().url();
    if (!url.startsWith("https://fine.example")) happened.push(url);
    return route.fulfill({ body: "" });
  });
  page.on("dialog", (dialog) => {
    happened.push(dialog.message());
    return dialog.dismiss();
  });
  page.on("popup", (popup) => popup.close().catch(() => {}));
  await read(page, serving.at(card.link), card.passphrase);
  const titles = await page.locator("button.entry .title").allInnerTexts();
  for (const title of titles) {
    const frame = await openPage(page, title).catch(() => undefined);
    if (frame === undefined) {
      // What ran before may have taken the viewer elsewhere in the meantime.
      happened.push(`${title} did not open`);
      break;
    }
    await frame.getByText("Words.", { exact: true }).first().waitFor({ timeout: 2000 }).catch(() => {});
    for (const one of await frame.locator("a, button, summary, input, area").all()) await one.click({ timeout: 300, noWaitAfter: true }).catch(() => {});
    if ((await page.title()) !== "Pages") happened.push(`${title} ran`);
    await page.evaluate(() => (document.title = "Pages")).catch(() => {});
    // In a browser without any of the layers this page may be anywhere by now.
    const back = page.getByRole("button", { name: "All pages" });
    const isThere = new URL(page.url()).pathname === "/l" && (await back.count()) > 0;
    if (!isThere || !(await back.click({ timeout: 5000 }).then(() => true, () => false))) {
      happened.push(`${title} left`);
      break;
    }
    await page.locator("button.entry").first().waitFor();
  }
  assert.equal(await page.title(), "Pages");
  await practice.close();
  return { happened, opened: titles.length };
}

async function fresh() {
  const page = await (await browser.newContext({ viewport: phone })).newPage();
  return { page, close: () => page.context().close() };
}

test("without the sanitiser, nothing runs and nothing is requested", async () => {
  const { page, close } = await fresh();
  const { happened, opened } = await openAll(page, await unsanitised(page));
  assert.deepEqual(happened, []);
  assert.equal(opened, attacks.length);
  await close();
});

for (const [name, change] of Object.entries({ "the site's policy": unpoliced, "the frame's sandbox": unboxed })) {
  test(`without ${name}, nothing runs and nothing is requested`, async () => {
    const { page, close } = await fresh();
    await change(page);
    const { happened, opened } = await openAll(page, written());
    assert.deepEqual(happened, []);
    assert.ok(opened > attacks.length / 2, `${opened} pages`);
    await close();
  });
}

test("without all three, the attacks work", async () => {
  const { page, close } = await fresh();
  const made = await unsanitised(page);
  await unboxed(page);
  await unpoliced(page);
  const { happened } = await openAll(page, made);
  assert.ok(happened.some((what) => what.includes("evil.example")) && happened.some((what) => / ran$|^1$/.test(what)), JSON.stringify(happened));
  await close();
});
