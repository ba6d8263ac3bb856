// Bundles the viewer into dist/, the same bytes on any machine with the locked packages. `--check` writes nothing and
// compares instead: whoever wants to know what members are served runs it.

import { build } from "esbuild";
import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const LIMIT = 77_000;

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, "dist");

const { outputFiles } = await build({
  absWorkingDir: here,
  entryPoints: ["viewer.ts", "worker.ts", "viewer.css", "preview.ts", "preview.css"],
  outdir: "dist",
  bundle: true,
  minify: true,
  format: "iife",
  // Phones of 2020; what they lack beyond syntax, the viewer looks for and says.
  target: ["es2020", "chrome87", "firefox102", "safari14.1"],
  charset: "utf8",
  legalComments: "eof",
  write: false,
  logLevel: "warning",
});

const files = new Map(outputFiles.map(({ path, contents }) => [path.slice(dist.length + 1), Buffer.from(contents)]));
// What the preview adds is served to its author alone.
const published = [...files].filter(([name]) => !name.startsWith("preview."));
const size = published.reduce((sum, [, contents]) => sum + gzipSync(contents, { level: 9 }).length, 0);
if (size > LIMIT) throw new Error(`JavaScript and CSS are ${size} bytes with gzip; a phone on a bad network should get at most ${LIMIT}`);
files.set("licenses.txt", Buffer.from(await licenses()));

if (process.argv.includes("--check")) {
  const stale = [];
  for (const [name, contents] of files) {
    const found = await readFile(join(dist, name)).catch(() => undefined);
    if (found === undefined || !contents.equals(found)) stale.push(name);
  }
  stale.push(...(await readdir(dist)).filter((name) => !files.has(name)));
  if (stale.length > 0) {
    console.error(`src/viewer/dist is not what the sources give: ${stale.join(", ")}`);
    console.error("Run: cd src/viewer && npm ci --ignore-scripts && node build.mjs");
    process.exit(1);
  }
} else {
  await mkdir(dist, { recursive: true });
  for (const [name, contents] of files) await writeFile(join(dist, name), contents);
}

/** The licences of the packages that are in the bundle, as they ask for. */
async function licenses() {
  const { packages } = JSON.parse(await readFile(join(here, "package-lock.json"), "utf8"));
  const bundled = Object.entries(packages).filter(([path, { dev }]) => path !== "" && dev !== true);
  const texts = bundled.map(async ([path, { version }]) => {
    const text = await readFile(join(here, path, "LICENSE"), "utf8");
    return `${path.replace("node_modules/", "")} ${version}\n\n${text.trim()}\n`;
  });
  const words = "words.txt is drawn from the EFF short word list 2, by the Electronic Frontier Foundation, CC BY 3.0 US.\n";
  return [...(await Promise.all(texts)), words].join("\n----\n\n");
}
