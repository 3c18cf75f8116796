import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { playwright } from "@vitest/browser-playwright";
import { defineConfig, type TestProjectConfiguration } from "vitest/config";

const chromium = process.env.CHROMIUM ?? "/usr/bin/chromium";

/** Style sheets are text in the bundles, so they are text in the tests too. */
const cssAsText = {
  name: "css-as-text",
  enforce: "pre" as const,
  resolveId(source: string, importer: string | undefined) {
    if (source.endsWith(".css") && importer) return `${resolve(dirname(importer), source)}.text.js`;
    return undefined;
  },
  async load(id: string) {
    if (!id.endsWith(".css.text.js")) return undefined;
    return `export default ${JSON.stringify(await readFile(id.slice(0, -".text.js".length), "utf8"))}`;
  },
};

const page: TestProjectConfiguration = {
  plugins: [cssAsText],
  define: { HOSTILE: await readFile("../tests/hostile.json", "utf8") },
  test: {
    name: "page",
    environment: "happy-dom",
    include: ["**/*.test.ts"],
    exclude: ["node_modules", "**/*.browser.test.ts"],
  },
};

const browser: TestProjectConfiguration = {
  plugins: [cssAsText],
  server: { host: "127.0.0.1" },
  test: {
    name: "browser",
    include: ["**/*.browser.test.ts"],
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      api: { host: "127.0.0.1" },
      instances: [{ browser: "chromium" }],
      provider: playwright({
        launchOptions: {
          executablePath: chromium,
          args: [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
          ],
        },
      }),
    },
  },
};

const hasChromium = existsSync(chromium);
if (!hasChromium) {
  console.warn(
    `No Chromium at ${chromium}: tests in *.browser.test.ts are skipped. Set CHROMIUM to its path.`,
  );
}

export default defineConfig({ test: { projects: hasChromium ? [page, browser] : [page] } });
