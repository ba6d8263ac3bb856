// The sample practice as a newcomer meets it: `demo`, a link, six words, every page read. Its pictures are those of the
// README: `SCREENSHOTS=docs/images npm test --prefix tests/web` makes them anew.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { binary, desktop, launch, openPage, phone, read, repository } from "./harness.mjs";

const shots = resolve(repository, process.env.SCREENSHOTS ?? "target/screenshots");
let browser, child, demo, folder;

before(async () => {
  mkdirSync(shots, { recursive: true });
  browser = await launch();
  folder = join(mkdtempSync(join(tmpdir(), "heldspace-test-")), "demo");
  child = spawn(binary, ["demo", "--dir", folder, "--listen", "127.0.0.1:0", "--json"], { stdio: ["ignore", "pipe", "ignore"] });
  demo = JSON.parse(await new Promise((done, failed) => {
    createInterface(child.stdout).once("line", done);
    child.once("exit", (code) => failed(new Error(`demo ended with ${code}`)));
  }));
});

after(async () => {
  child?.kill("SIGTERM");
  rmSync(join(folder, ".."), { recursive: true, force: true });
  await browser.close();
});

test("three members are shown, the first of whom is in both groups", () => {
  assert.equal(demo.members.length, 3);
  assert.deepEqual(Object.keys(demo.members[0]).sort(), ["link", "name", "passphrase"]);
  const content = join(folder, "content");
  const groups = readdirSync(join(content, "groups")).map((name) => readFileSync(join(content, "groups", name, "group.toml"), "utf8").match(/members = \[([^\]]*)\]/)[1]);
  const groupsOf = ({ name }) => {
    const member = readdirSync(join(content, "members")).find((one) => readFileSync(join(content, "members", one, "member.toml"), "utf8").includes(`name = "${name}"`));
    return groups.filter((members) => members.includes(`"${member}"`)).length;
  };
  assert.equal(groups.length, 2);
  assert.deepEqual(demo.members.map(groupsOf), [2, 1, 1]);
});

test("every page of every shown member opens, and names another member only where that one agreed", async () => {
  const everyone = ["Maya", "Jonas", "Leonard", "Grete", "Priya", "Tobias", "Colm", "Aisha", "Rosa"];
  for (const { name, link, passphrase } of demo.members) {
    const page = await (await browser.newContext({ viewport: phone })).newPage();
    await read(page, link, passphrase);
    const count = await page.locator("button.entry").count();
    assert.ok(count >= 10, `${name} has ${count} pages`);
    for (let n = 0; n < count; n += 1) {
      await page.locator("button.entry").nth(n).click();
      await page.locator("iframe.page:not(.pending)").first().waitFor();
      // A page that asks is several frames, and the forms between them.
      const parts = await page.locator("iframe.page").count();
      const said = await Promise.all(Array.from({ length: parts }, (_, n) => page.frameLocator("iframe.page").nth(n).locator("body").innerText()));
      const text = [...said, ...(await page.locator("[data-form]").allInnerTexts())].join("\n");
      assert.ok(text.length > 100 && !/\{\{|\{%|hsvalue/.test(text), text.slice(0, 80));
      // Not our Maya: the page says so, in `not_names`.
      const named = text.replaceAll("Maya Angelou", "");
      const agreed = text.includes("Agenda for 24 November") ? ["Leonard"] : [];
      for (const other of everyone.filter((other) => other !== name && !agreed.includes(other))) assert.ok(!new RegExp(`\\b${other}\\b`).test(named), `${name} reads of ${other}`);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "no sideways scrolling");
      await page.getByRole("button", { name: "All pages" }).click();
      await page.locator("button.entry").first().waitFor();
    }
    await page.context().close();
  }
});

test("pictures for the README", async () => {
  const [{ link, passphrase }] = demo.members;
  for (const [size, viewport] of Object.entries({ phone, desktop })) {
    const context = await browser.newContext({ viewport, deviceScaleFactor: size === "phone" ? 2 : 1 });
    const page = await context.newPage();
    const shot = (name) => page.screenshot({ path: join(shots, `readme-${name}-${size}.png`) });
    await page.goto(link);
    await page.getByLabel("Passphrase").waitFor();
    await shot("unlock");
    await read(page, link, passphrase);
    await shot("list");
    await openPage(page, /Agenda for 24 November/);
    await shot("page");
    await page.goto(demo.url);
    await shot("front");
    await context.close();
  }
});
