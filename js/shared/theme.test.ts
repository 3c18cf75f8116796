import { afterEach, describe, expect, it, vi } from "vitest";
import { followTheme, readTheme, themeChanged } from "./theme";

const { documentElement, body } = document;

afterEach(() => {
  documentElement.removeAttribute("theme");
  for (const key of Object.keys(body.dataset)) delete body.dataset[key];
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

function systemPrefersDark(matches: boolean): EventTarget {
  const query = Object.assign(new EventTarget(), { matches });
  vi.spyOn(window, "matchMedia").mockReturnValue(query as never);
  return query;
}

describe("readTheme", () => {
  it.each([
    ["true", false],
    ["false", true],
  ])("reads JupyterLab's light=%s", (light, dark) => {
    body.dataset.jpThemeLight = light;
    expect(readTheme()).toEqual({ host: "jupyter", dark });
  });

  it.each([
    ["vscode-light", false],
    ["vscode-dark", true],
    ["vscode-high-contrast", true],
    ["vscode-high-contrast-light", false],
  ])("reads %s", (kind, dark) => {
    body.dataset.vscodeThemeKind = kind;
    expect(readTheme()).toEqual({ host: "vscode", dark });
  });

  it("reads Colab's dark theme, and takes Colab without one as light", () => {
    systemPrefersDark(true);
    documentElement.setAttribute("theme", "dark");
    expect(readTheme()).toEqual({ host: "colab", dark: true });
    documentElement.removeAttribute("theme");
    vi.stubGlobal("google", { colab: {} });
    expect(readTheme()).toEqual({ host: "colab", dark: false });
  });

  it("asks the system last", () => {
    systemPrefersDark(true);
    expect(readTheme()).toEqual({ host: "page", dark: true });
  });

  it("reads the page around an iframe", () => {
    const outer = document.implementation.createHTMLDocument();
    outer.body.dataset.vscodeThemeKind = "vscode-dark";
    vi.spyOn(window, "parent", "get").mockReturnValue({ document: outer } as never);
    expect(readTheme()).toEqual({ host: "vscode", dark: true });
  });

  it("copes with a page of another origin around it", () => {
    systemPrefersDark(false);
    const stranger = Object.defineProperty({}, "document", {
      get() {
        throw new DOMException("Blocked a frame", "SecurityError");
      },
    });
    vi.spyOn(window, "parent", "get").mockReturnValue(stranger as never);
    expect(readTheme()).toEqual({ host: "page", dark: false });
  });
});

describe("followTheme", () => {
  it("follows live changes until it is undone", async () => {
    const root = document.createElement("div");
    const told = vi.fn();
    window.addEventListener(themeChanged, told);
    body.dataset.jpThemeLight = "true";
    const undo = followTheme(root);
    expect(root.dataset.host).toBe("jupyter");
    expect(root.classList.contains("cm-dark")).toBe(false);

    body.dataset.jpThemeLight = "false";
    await vi.waitFor(() => expect(root.classList.contains("cm-dark")).toBe(true));
    expect(told).toHaveBeenCalledTimes(2);

    undo();
    body.dataset.jpThemeLight = "true";
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(root.classList.contains("cm-dark")).toBe(true);
    window.removeEventListener(themeChanged, told);
  });

  it("follows the system where no host speaks", () => {
    const query = systemPrefersDark(false);
    const root = document.createElement("div");
    const undo = followTheme(root);
    Object.assign(query, { matches: true });
    query.dispatchEvent(new Event("change"));
    expect(root.classList.contains("cm-dark")).toBe(true);
    undo();
  });
});
