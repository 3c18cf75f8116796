/**
 * Bundles every panel: `<slice>/panel.ts` to `<slice>.js`, `<slice>/<name>.panel.ts` to `<name>.js`, and so what draws a
 * page of its own, `<slice>/<name>.page.ts`. What all of them use
 * is built once, to `shared.js`, and the chart, which some use, to `chart.js`: Python puts these in front of a panel, and
 * together they are one ES module.
 */
import { readdirSync, readFileSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { context, build as esbuild, transform } from "esbuild";
import { minify } from "terser";

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
        .filter((file) => /^(panel|.+\.(panel|page))\.ts$/.test(file))
        .map((file) => ({
          in: join(here, slice, file),
          out: file === "panel.ts" ? slice : file.replace(/\.\w+\.ts$/, ""),
        })),
    )
    .sort((a, b) => (a.out < b.out ? -1 : 1));
}

/** Custom properties have long names in the style sheets and short ones in the bundles, the same in all of them. */
const property = /--cm-[a-z0-9-]*[a-z0-9]/g;
const properties = [
  ...new Set(
    readdirSync(here, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name !== "node_modules")
      .flatMap(({ name }) => readdirSync(join(here, name)).map((file) => join(here, name, file)))
      .filter((file) => file.endsWith(".css"))
      .flatMap((file) => readFileSync(file, "utf8").match(property) ?? []),
  ),
].sort();

/** @param {string} name */
function shortened(name) {
  const number = properties.indexOf(name);
  if (number < 0) throw new Error(`No style sheet has ${name}: write the names of custom properties whole.`);
  return `--c${number.toString(36)}`;
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

const base = { file: join(here, "shared/base.ts"), out: "shared", globalName: "cm" };
const chart = { file: join(here, "shared/chart.ts"), out: "chart", globalName: "cmChart" };

/**
 * What a layer exports is taken from its bundle, and only what is used.
 * @param {typeof base} layer @param {import("esbuild").Plugin[]} plugins @returns {import("esbuild").Plugin}
 */
function from({ file, out, globalName }, ...plugins) {
  return {
    name: `from-${out}`,
    async setup(build) {
      const built = await esbuild({
        ...common,
        plugins: [cssAsText, ...plugins],
        entryPoints: [file],
        format: "esm",
      });
      const names = Object.values(built.metafile?.outputs ?? {}).flatMap((output) => output.exports);
      names.sort();
      const files = new Set(Object.keys(built.metafile?.inputs ?? {}).map((input) => resolve(here, input)));
      build.onResolve({ filter: /^\.\.?\// }, ({ path, resolveDir }) =>
        files.has(`${resolve(resolveDir, path)}.ts`) ? { path: out, namespace: out } : undefined,
      );
      build.onLoad({ filter: /.*/, namespace: out }, () => ({
        contents: names
          .map((name, index) => `export const ${name} = /* @__PURE__ */ (() => ${globalName}[${index}])();`)
          .join("\n"),
      }));
    },
  };
}

/** Long names of the browser's, and one of ours, that are written often: they stand once, in the first layer, and `x.name` is `x[$0]`. */
const often = [
  "addEventListener",
  "textContent",
  "replaceChildren",
  "setAttribute",
  "querySelector",
  "activeElement",
  "clientWidth",
  "removeEventListener",
  "preventDefault",
  "getBoundingClientRect",
  "classList",
  "scrollTop",
  "setProperty",
  "lastElementChild",
  "removeAttribute",
  "hidden",
  "append",
  "element",
  "aborted",
  "filter",
  "entries",
  "includes",
  "forEach",
  "dataset",
  "disabled",
  "contains",
  "byteLength",
];
const briefs = often.map((_, index) => `$${index.toString(36)}`);

/** @param {string} code */
function brief(code) {
  const uses = new RegExp(`(?<=[\\w$)\\]])(\\?)?\\.(${often.join("|")})(?![\\w$])`, "g");
  return code.replace(
    uses,
    (_, isOptional, name) => `${isOptional ? "?." : ""}[${briefs[often.indexOf(name)]}]`,
  );
}

/**
 * Writes the bundles: a panel as a module; a layer with its exports in a global, in fewer words than esbuild's own way.
 * Terser finds some 3 % more than esbuild; no function of ours is a constructor, so that all may be arrows; none changes
 * a global's methods or makes text of a symbol, which is all that "unsafe" relies on.
 * @param {string} [globalName] @returns {import("esbuild").Plugin}
 */
function write(globalName) {
  return {
    name: "write",
    setup(build) {
      build.onEnd(async ({ outputFiles = [] }) => {
        for (const { path, text } of outputFiles) {
          const named = text.replace(property, shortened);
          const { code: minified = "" } = await minify(globalName ? asGlobal(named, globalName) : named, {
            ecma: 2020,
            module: !globalName,
            mangle: { reserved: briefs },
            compress: { passes: 3, pure_getters: true, unsafe_arrows: true, unsafe: true },
          });
          const packed = brief(unpacked(minified).replace(/(--c\w+): (?=\S)/g, "$1:"));
          const names = `var ${often.map((name, index) => `${briefs[index]}="${name}"`)};`;
          const code = globalName === base.globalName ? names + packed : packed;
          await mkdir(dirname(path), { recursive: true });
          await writeFile(path, `${code}\n`);
          const size = Buffer.byteLength(code) / 1000;
          console.log(`${basename(path).padEnd(16)} ${size.toFixed(1).padStart(6)} kB`);
        }
      });
    },
  };
}

/** What is taken from a layer one by one, `var a=cm[1],b=cm[3],`, in one go: `var[,a,,b]=cm,`. @param {string} code */
function unpacked(code) {
  return code.replace(/\bvar (?:[\w$]+=cm\[\d+\],)+/, (taken) => {
    /** @type {string[]} */
    const names = [];
    for (const [, name = "", place] of taken.matchAll(/([\w$]+)=cm\[(\d+)\]/g)) names[Number(place)] = name;
    return `var[${names.join()}]=cm,`;
  });
}

/** The exports as a list in the order of their names. @param {string} text @param {string} globalName */
function asGlobal(text, globalName) {
  const [code, exported] = text.trimEnd().split(/export\{([^}]*)\};$/);
  if (exported === undefined) throw new Error(`${globalName} exports nothing.`);
  const locals = new Map(
    exported.split(",").map((each) => /** @type {[string, string]} */ (each.split(" as ").reverse())),
  );
  const list = [...locals.keys()].sort().map((name) => locals.get(name) ?? name);
  return `var ${globalName}=(()=>{${code}return[${list}]})();`;
}

const panels = findPanels();
const names = panels.map((panel) => panel.out);
const clash = names.find((name, index) => names.indexOf(name) !== index);
if (clash) throw new Error(`Two panels would be built to ${clash}.js: rename one of them.`);
if (panels.length === 0) console.log("No panel.ts found, nothing to build.");

/** @type {import("esbuild").BuildOptions} */
const common = {
  absWorkingDir: here,
  bundle: true,
  target: "es2021",
  charset: "utf8",
  minify: true,
  legalComments: "none",
  metafile: true,
  write: false,
  plugins: [cssAsText],
  logLevel: "warning",
};

/**
 * One layer, as a bundle that leaves its exports in a global.
 * @param {typeof base} layer @param {import("esbuild").Plugin[]} plugins
 */
function layer({ file, out, globalName }, ...plugins) {
  return context({
    ...common,
    entryPoints: [{ in: file, out }],
    outdir: resolve(options.out),
    format: "esm",
    plugins: [cssAsText, ...plugins, write(globalName)],
  });
}

const builds = await Promise.all([
  layer(base),
  layer(chart, from(base)),
  context({
    ...common,
    entryPoints: panels,
    outdir: resolve(options.out),
    format: "esm",
    plugins: [cssAsText, from(base), from(chart, from(base)), write()],
  }),
]);

if (options.watch) {
  await Promise.all(builds.map((build) => build.watch()));
} else {
  try {
    await Promise.all(builds.map((build) => build.rebuild()));
  } catch {
    process.exitCode = 1; // esbuild has already printed why
  } finally {
    await Promise.all(builds.map((build) => build.dispose()));
  }
}
