// An export in a real browser, from the disk: every page opens, nothing is fetched, in light and dark, on a phone.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { after, before, test } from "node:test";
import { Practice, closeAll, desktop, launch, phone, repository } from "./harness.mjs";

const shots = resolve(repository, "target/screenshots");
let browser, folder;

before(async () => {
  mkdirSync(shots, { recursive: true });
  browser = await launch();
  const practice = new Practice().group("tuesday", "Tuesday group");
  practice.member("maya", "tuesday");
  practice.page("library/sleep.md", "# Sleeping better\n\nOld words.\n");
  practice.build();
  practice
    .page("library/sleep.md", "# Sleeping better\n\n| When | What |\n|---|---|\n| 22:00 | No screens |\n\nNew words.\n")
    .page("groups/tuesday/plan.md", `+++\ntitle = "${"A long title ".repeat(12)}<script>"\n+++\nHello {{ member.name }}.\n`);
  practice.build();
  folder = join(practice.root, "export");
  practice.run("member", "export", "maya", folder);
});

after(async () => {
  await browser?.close();
  await closeAll();
});

for (const [name, viewport] of [["phone", phone], ["desktop", desktop]]) {
  for (const colorScheme of ["light", "dark"]) {
    test(`every page opens and nothing is fetched: ${name}, ${colorScheme}`, async () => {
      const page = await browser.newPage({ viewport, colorScheme });
      const asked = [];
      page.on("request", (request) => asked.push(request.url()));
      await page.goto(pathToFileURL(join(folder, "index.html")).href);
      const fits = () => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth);
      assert.ok(await fits());
      await page.screenshot({ path: join(shots, `export-${name}-${colorScheme}.png`), fullPage: true });
      const links = await page.locator("ol a").count();
      assert.equal(links, 4, "two versions of one page, another, and the one that every practice begins with");
      const seen = [];
      for (let n = 0; n < links; n += 1) {
        await page.locator("ol a").nth(n).click();
        assert.ok(await fits());
        seen.push(await page.locator("main").innerText());
        const [ground, ink] = await page.evaluate(() => [getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]);
        assert.deepEqual([ground, ink], colorScheme === "dark" ? ["rgb(28, 26, 24)", "rgb(232, 226, 216)"] : ["rgb(250, 247, 242)", "rgb(43, 42, 40)"]);
        await page.screenshot({ path: join(shots, `export-page-${n + 1}-${name}-${colorScheme}.png`) });
        await page.goBack();
      }
      assert.match(seen.join("\n"), /Old words[^]*New words|New words[^]*Old words/);
      assert.match(seen.join("\n"), /Hello Maya/);
      assert.ok(asked.every((url) => url.startsWith("file:")), asked.join("\n"));
      await page.close();
    });
  }
}
