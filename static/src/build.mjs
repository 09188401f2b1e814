// Builds the front-end assets into static/build/: one stylesheet, three scripts, one icon sprite.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";
import { ICONS } from "./icons.mjs";

const source = dirname(fileURLToPath(import.meta.url));
const root = join(source, "..", "..");
const target = join(root, "static", "build");

/** One <symbol> per icon that a page uses; `filled-` icons come from Tabler's filled set. */
function sprite() {
  const symbols = ICONS.map((name) => {
    const filled = name.startsWith("filled-");
    const file = join(root, "node_modules/@tabler/icons/icons", filled ? "filled" : "outline", `${name.replace("filled-", "")}.svg`);
    const body = readFileSync(file, "utf8").replace(/<!--[\s\S]*?-->/g, "").match(/<svg[^>]*>([\s\S]*)<\/svg>/)[1];
    const paint = filled ? 'fill="currentColor" stroke="none"' : 'fill="none" stroke-linecap="round" stroke-linejoin="round"';
    return `<symbol id="${name}" viewBox="0 0 24 24" ${paint}>${body.replace(/\s+/g, " ").trim()}</symbol>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("\n")}</svg>\n`;
}

const options = {
  absWorkingDir: root,
  entryPoints: [
    { in: join(source, "js/app.js"), out: "app" },
    { in: join(source, "js/charts.js"), out: "charts" },
    { in: join(source, "entry.js"), out: "entry" },
    { in: join(source, "css/app.css"), out: "app" },
  ],
  outdir: target,
  bundle: true,
  minify: true,
  sourcemap: false,
  legalComments: "none",
  format: "iife",
  target: ["chrome100", "firefox100", "safari15.4"],
  logLevel: "info",
};

rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
writeFileSync(join(target, "icons.svg"), sprite());
if (process.argv.includes("--watch")) {
  await (await esbuild.context(options)).watch();
} else {
  await esbuild.build(options);
}
