/** Bundles every panel into one ES module: `<slice>/panel.ts` to `<slice>.js`, `<slice>/<name>.panel.ts` to `<name>.js`. */
import { readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { context, transform } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));

const { values: options } = parseArgs({
  options: {
    out: { type: "string", default: join(here, "../colab_magics/static") },
    watch: { type: "boolean", default: false },
  },
});

function findPanels() {
  const folders = readdirSync(here, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !["node_modules", "shared"].includes(entry.name))
    .map((entry) => entry.name);
  return folders
    .flatMap((slice) =>
      readdirSync(join(here, slice))
        .filter((file) => file === "panel.ts" || file.endsWith(".panel.ts"))
        .map((file) => ({
          in: join(here, slice, file),
          out: file === "panel.ts" ? slice : file.slice(0, -".panel.ts".length),
        })),
    )
    .sort((a, b) => (a.out < b.out ? -1 : 1));
}

/** The bundle travels once per displayed panel, so its style sheet is minified like its code. @type {import("esbuild").Plugin} */
const cssAsText = {
  name: "css-as-text",
  setup(build) {
    build.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await transform(await readFile(path, "utf8"), { loader: "css", minify: true });
      return { contents: code.trim(), loader: "text" };
    });
  },
};

/** @type {import("esbuild").Plugin} */
const printSizes = {
  name: "print-sizes",
  setup(build) {
    build.onEnd(({ metafile }) => {
      for (const [file, { bytes }] of Object.entries(metafile?.outputs ?? {})) {
        console.log(`${basename(file).padEnd(16)} ${(bytes / 1000).toFixed(1).padStart(6)} kB`);
      }
    });
  },
};

const panels = findPanels();
const names = panels.map((panel) => panel.out);
const clash = names.find((name, index) => names.indexOf(name) !== index);
if (clash) throw new Error(`Two panels would be built to ${clash}.js: rename one of them.`);
if (panels.length === 0) console.log("No panel.ts found, nothing to build.");

const build = await context({
  entryPoints: panels,
  outdir: resolve(options.out),
  absWorkingDir: here,
  bundle: true,
  format: "esm",
  target: "es2021",
  charset: "utf8",
  minify: true,
  legalComments: "none",
  metafile: true,
  banner: { js: "/* built by `make js`, do not edit */" },
  plugins: [cssAsText, printSizes],
  logLevel: "warning",
});

if (options.watch) {
  await build.watch();
} else {
  try {
    await build.rebuild();
  } catch {
    process.exitCode = 1; // esbuild has already printed why
  } finally {
    await build.dispose();
  }
}
