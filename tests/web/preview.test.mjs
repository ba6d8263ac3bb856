// The preview in a real browser: what is saved appears, members are switched, a mistake comes and goes, who sees what; and
// nobody reads along who was not given the address.

import assert from "node:assert/strict";
import { renameSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { audit } from "./audit.mjs";
import { blocks, inPage } from "./forms.mjs";
import { Practice, closeAll, desktop, launch, openPage, phone, read } from "./harness.mjs";

let browser, practice, preview, card;

before(async () => {
  browser = await launch();
  practice = new Practice().group("tuesday", "Tuesday group");
  card = practice.member("maya", "tuesday");
  practice.member("ben", "tuesday");
  practice.member("cam");
  preview = await practice.preview("--as", "maya");
});

beforeEach(() => {
  practice
    .page("groups/tuesday/agenda.md", "+++\ntitle = \"Agenda\"\ndate = 2026-11-24\n+++\nHello {{ member.name }}.\n")
    .page("groups/tuesday/later.md", "+++\ndraft = true\n+++\nNot yet.\n")
    .page("members/maya/own.md", "# For Maya\n\nText.\n")
    .page("library/open.md", "+++\npublic = true\n+++\n# Open to all\n\nText.\n");
});

after(async () => {
  await closeAll();
  await browser.close();
});

async function opened(options = {}) {
  const context = await browser.newContext({ viewport: phone, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const wrong = [];
  page.on("pageerror", (error) => wrong.push(String(error)));
  page.on("console", (message) => /Content Security|TrustedHTML|Refused/.test(message.text()) && wrong.push(message.text()));
  await page.goto(preview.url);
  await page.locator("#screen > *").first().waitFor();
  return { page, wrong, close: () => context.close() };
}

const text = (page) => page.frameLocator("iframe.page").locator("body");
const as = (page, member) => page.getByLabel("Preview as").selectOption(member);
const fits = (page) => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth);

test("what is saved appears, by a write and by a rename, where the reader was", async () => {
  const { page, wrong, close } = await opened();
  const long = (line) => `# Agenda\n\nHello {{ member.name }}.\n\n${"A paragraph.\n\n".repeat(60)}${line}\n`;
  practice.page("groups/tuesday/agenda.md", long("The first end."));
  const frame = await openPage(page, /Agenda/);
  await frame.getByText("Hello Maya.").waitFor();
  await frame.getByText("The first end.").waitFor();
  await page.evaluate(() => scrollTo(0, 900));
  practice.page("groups/tuesday/agenda.md", long("Written in place."));
  await text(page).getByText("Written in place.").waitFor();
  const file = join(practice.root, "content/groups/tuesday/agenda.md");
  writeFileSync(`${file}~`, long("Saved by rename."));
  renameSync(`${file}~`, file);
  await text(page).getByText("Saved by rename.").waitFor();
  await page.waitForFunction(() => document.querySelector("iframe.page:not(.pending)") !== null && scrollY === 900);
  assert.deepEqual(wrong, []);
  await close();
});

test("forms are shown as members see them, and cannot be answered", async () => {
  const { page, wrong, close } = await opened();
  await page.route(/\/page\?/, async (route) => {
    const real = await route.fetch();
    const { html, ...data } = await real.json();
    await route.fulfill({ response: real, json: { ...data, html: html.replace("</main>", `${inPage(blocks.phq)}${inPage(blocks.done)}<p>After.</p></main>`) } });
  });
  await openPage(page, /Agenda/);
  await page.waitForFunction(() => document.querySelector("iframe.page.pending") === null);
  assert.equal(await page.locator("iframe.page").count(), 2);
  assert.equal(await page.getByText("Here nothing can be answered.").count(), 2);
  for (const input of await page.locator(".form input, .form .main").all()) assert.ok(await input.isDisabled());
  await audit(page, "forms");
  assert.deepEqual(wrong, []);
  await close();
});

test("the page stays open for the next member, or is said not to be theirs", async () => {
  const { page, close } = await opened();
  await openPage(page, /Agenda/);
  await as(page, "as/ben");
  await text(page).getByText("Hello Ben.").waitFor();
  await as(page, "as/cam");
  await page.getByText("Cam does not get content/groups/tuesday/agenda.md.").waitFor();
  await page.getByRole("heading", { name: "Hello, Cam" }).waitFor();
  assert.equal(await page.locator("iframe").count(), 0);
  await page.goBack();
  await text(page).getByText("Hello Ben.").waitFor();
  await close();
});

test("it looks as the member will see it", async () => {
  practice.build();
  const server = await practice.serve();
  const { page, close } = await opened();
  const seen = async (where) => {
    const frame = await openPage(where, /Agenda/);
    const style = await frame.locator("h1").evaluate((h1) => { const { font, color, margin } = getComputedStyle(h1); return { font, color, margin }; });
    return { style, html: (await frame.locator("body").innerHTML()).trim(), width: (await where.locator("iframe.page").boundingBox()).width };
  };
  const foreseen = await seen(page);
  const member = await page.context().newPage();
  await read(member, server.at(card.link), card.passphrase);
  const titles = (where) => where.locator("button.entry").allInnerTexts();
  const theirs = await titles(member);
  assert.deepEqual(foreseen, await seen(member));
  await page.getByRole("button", { name: "All pages" }).first().click();
  await page.getByRole("heading", { name: "Hello, Maya" }).waitFor();
  assert.deepEqual(await titles(page), theirs);
  await close();
});

test("a mistake appears at its line, with the page as it was, and goes when it is mended", async () => {
  const { page, close } = await opened({ colorScheme: "dark" });
  await openPage(page, /Agenda/);
  practice.page("groups/tuesday/agenda.md", "# Agenda\n\nHello {{ member.nam }}.\n");
  const mistake = page.locator(".mistake");
  await mistake.getByText("content/groups/tuesday/agenda.md:3:10").waitFor();
  assert.equal(await mistake.locator("mark").innerText(), "member.nam");
  assert.match(await mistake.innerText(), /name/);
  await page.getByText("as it was before the mistake").waitFor();
  await text(page).getByText("Hello Maya.").waitFor();
  assert.ok(await fits(page));
  await audit(page);
  // Elsewhere it is told too.
  await as(page, "who");
  await page.locator("td.stale").first().waitFor();
  await mistake.getByText("agenda.md:3:10").waitFor();
  practice.page("groups/tuesday/agenda.md", "# Agenda\n\nMended.\n");
  await mistake.waitFor({ state: "detached" });
  await close();
});

test("who sees what: each mark leads to that page as that member sees it", async () => {
  for (const viewport of [phone, desktop]) {
    for (const colorScheme of ["light", "dark"]) {
      const { page, close } = await opened({ viewport, colorScheme });
      await as(page, "who");
      await page.getByRole("heading", { name: "Who sees what" }).waitFor();
      await page.getByRole("columnheader", { name: "Cam" }).waitFor();
      const row = page.getByRole("row", { name: /Agenda/ });
      assert.equal(await row.getByRole("link").count(), 2);
      assert.ok(await page.getByText("content/groups/tuesday/later.md").isVisible(), "a draft");
      assert.ok(await fits(page));
      await audit(page);
      await row.getByRole("link", { name: "Ben reads Agenda" }).click();
      await text(page).getByText("Hello Ben.").waitFor();
      await audit(page);
      await close();
    }
  }
});

test("a sheet is shown as a member will see it; what only calls itself a PDF is saved", async () => {
  practice.page("members/maya/sheet.pdf", "%PDF-1.4\n%%EOF\n").page("members/maya/own.md", "# For Maya\n\n[The sheet](sheet.pdf)\n");
  const { page, wrong, close } = await opened({ acceptDownloads: true });
  const frame = await openPage(page, /For Maya/);
  const opener = frame.getByRole("button", { name: /^The sheet/ });
  await opener.click();
  await page.locator(".sheet iframe").waitFor();
  await page.getByRole("button", { name: "Back to the page" }).click();
  await opener.waitFor();
  // SECURITY: as it would be, were the bytes not what the file says they are.
  await page.route("**/file?*", (route) => route.fulfill({ contentType: "application/pdf", body: "<script>alert(1)</script>" }));
  const [download] = await Promise.all([page.waitForEvent("download"), opener.click()]);
  assert.equal(download.suggestedFilename(), "sheet.pdf");
  assert.equal(await page.locator(".sheet").count(), 0);
  assert.deepEqual(wrong, []);
  await close();
});

test("the open site, with its own style and its links", async () => {
  const { page, wrong, close } = await opened();
  await as(page, "open");
  await page.getByRole("button", { name: "/library/open/" }).click();
  await page.locator("iframe.page:not(.pending)").waitFor();
  const sheets = await page.frameLocator("iframe.page").locator("html").evaluate((html) => [...html.ownerDocument.styleSheets].map(({ href }) => new URL(href).pathname));
  assert.ok(sheets.length > 0 && sheets.every((path) => /^\/[0-9a-f]{32}\/assets\/open\./.test(path)), sheets.join());
  await page.frameLocator("iframe.page").getByRole("link", { name: "Library", exact: true }).first().click();
  await page.waitForFunction(() => decodeURIComponent(location.hash) === "#/open/library/index.html");
  await text(page).getByText("Open to all").waitFor();
  assert.deepEqual(wrong, []);
  await close();
});

test("an open page that is not there yet is shown as it will be, and the page for nothing is named as that", async () => {
  practice.page("library/soon.md", "+++\ndraft = true\npublic = true\n+++\n# Soon open\n\nText for all.\n");
  const { page, wrong, close } = await opened();
  await as(page, "open");
  await page.getByRole("button", { name: "Where nothing is (/404.html)" }).waitFor();
  await page.getByRole("button", { name: "content/library/soon.md, a draft" }).click();
  await page.getByText("Nobody gets this yet: a draft.").waitFor();
  await text(page).getByText("Text for all.").waitFor();
  practice.page("library/soon.md", "+++\ndraft = true\npublic = true\n+++\n# Soon open\n\n{{ member.name }}\n");
  await page.locator(".mistake").getByText("soon.md:7").first().waitFor();
  practice.page("library/soon.md", "+++\ndraft = true\npublic = true\n+++\n# Soon open\n\nText again.\n");
  await text(page).getByText("Text again.").waitFor();
  await as(page, "who");
  await page.getByRole("listitem").filter({ hasText: "soon.md" }).getByRole("link", { name: "on the open web" }).click();
  await page.locator("iframe.page:not(.pending)").waitFor();
  await text(page).getByText("Text again.").waitFor();
  await audit(page);
  assert.deepEqual(wrong, []);
  await close();
});

test("a list changes while it is looked at, and a practice that can't be read says so", async () => {
  const { page, close } = await opened();
  await page.getByRole("button", { name: /For Maya/ }).waitFor();
  practice.page("members/maya/own.md", "# Renamed for Maya\n\nText.\n");
  await page.getByRole("button", { name: /Renamed for Maya/ }).waitFor();
  const before = await page.locator("button.entry").count();
  const group = join(practice.root, "content/groups/tuesday/group.toml");
  writeFileSync(group, "title = \"Tuesday group\"\nmembers = [\"maya\", \"bem\"]\n");
  await page.locator(".mistake").getByText("group.toml:2:20").waitFor();
  assert.equal(await page.locator("button.entry").count(), before, "what there was is still there");
  writeFileSync(group, "title = \"Tuesday group\"\nmembers = [\"maya\", \"ben\"]\n");
  await page.locator(".mistake").waitFor({ state: "detached" });
  await audit(page);
  await close();
});

test("another site, another name for this machine, and a wrong token get nothing", async () => {
  const stranger = createServer((request, answer) => answer.setHeader("content-type", "text/html").end("<!doctype html><title>x</title>"));
  await new Promise((done) => stranger.listen(0, "127.0.0.1", done));
  const { page, close } = await opened();
  await page.goto(`http://127.0.0.1:${stranger.address().port}/`);
  const tried = await page.evaluate(async (url) => {
    const ask = (address, options) => fetch(address, options).then((answer) => answer.text(), () => "refused");
    const frame = document.createElement("iframe");
    frame.src = url;
    document.body.append(frame);
    await new Promise((loaded) => (frame.onload = loaded));
    const script = (address) => new Promise((done) => {
      const one = document.createElement("script");
      [one.onload, one.onerror, one.src] = [() => done("ran"), () => done("refused"), address];
      document.head.append(one);
    });
    return [await ask(`${url}state`), await ask(`${url}state`, { mode: "no-cors" }), frame.contentDocument === null ? "shut" : frame.contentDocument.body.innerText, await script(`${url}preview.js`)];
  }, preview.url);
  assert.deepEqual(tried, ["refused", "refused", "shut", "refused"]);
  const { port } = new URL(preview.url);
  const seen = async (address) => (await page.goto(address)).text();
  assert.equal(await seen(`http://127.0.0.1:${port}/`), "Nothing here.\n");
  assert.equal(await seen(`http://127.0.0.1:${port}/${"0".repeat(32)}/`), "Nothing here.\n");
  // A name that points here, as after DNS rebinding.
  const rebound = await launch({ args: ["--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP evil.example 127.0.0.1"] });
  const other = await rebound.newPage();
  assert.equal(await (await other.goto(preview.url.replace("127.0.0.1", "evil.example"))).text(), "Nothing here.\n");
  await rebound.close();
  await close();
  stranger.close();
});

test("it says that it has ended", async () => {
  const second = await practice.preview();
  const context = await browser.newContext({ viewport: phone });
  const page = await context.newPage();
  await page.goto(second.url);
  await page.locator("#live").getByText("Live", { exact: true }).waitFor();
  await second.stop();
  await page.getByText("The preview has ended").waitFor();
  assert.ok(await fits(page));
  await context.close();
});
