/** Follows the theme of the page, or of the page around it where the output is an iframe. */

export type Host = "jupyter" | "vscode" | "colab" | "page";

export interface Theme {
  host: Host;
  dark: boolean;
}

/** The event on `window` after which colours must be read anew. */
export const themeChanged = "cm-theme";

const watched = [
  "data-jp-theme-light",
  "data-jp-theme-name",
  "data-vscode-theme-kind",
  "data-vscode-theme-id",
  "theme",
];

export function readTheme(): Theme {
  for (const page of reachableDocuments()) {
    const theme = themeOf(page);
    if (theme) return theme;
  }
  return { host: "page", dark: systemDark().matches };
}

/** Keeps `data-host` and `cm-dark` on the root up to date, and tells the window of every change; returns the undoing. */
export function followTheme(root: HTMLElement): () => void {
  const update = () => {
    const { host, dark } = readTheme();
    root.dataset.host = host;
    root.classList.toggle("cm-dark", dark);
    window.dispatchEvent(new Event(themeChanged));
  };
  const observers = reachableDocuments().map((page) => {
    const observer = new MutationObserver(update);
    for (const element of [page.documentElement, page.body]) {
      if (element) observer.observe(element, { attributeFilter: watched });
    }
    return observer;
  });
  const system = systemDark();
  system.addEventListener("change", update);
  update();

  return () => {
    for (const observer of observers) observer.disconnect();
    system.removeEventListener("change", update);
  };
}

function themeOf({ body, documentElement }: Document): Theme | undefined {
  const jupyterLight = body?.dataset.jpThemeLight;
  if (jupyterLight !== undefined) return { host: "jupyter", dark: jupyterLight === "false" };

  const vscodeKind = body?.dataset.vscodeThemeKind;
  if (vscodeKind !== undefined) {
    return { host: "vscode", dark: vscodeKind === "vscode-dark" || vscodeKind === "vscode-high-contrast" };
  }

  const colabTheme = documentElement.getAttribute("theme");
  if (colabTheme !== null || isColab()) return { host: "colab", dark: colabTheme === "dark" };
  return undefined;
}

function isColab(): boolean {
  const { google } = globalThis as { google?: { colab?: unknown } };
  return google?.colab !== undefined;
}

function reachableDocuments(): Document[] {
  try {
    return window.parent === window ? [document] : [document, window.parent.document];
  } catch {
    return [document]; // the page around us is of another origin
  }
}

function systemDark(): MediaQueryList {
  return window.matchMedia("(prefers-color-scheme: dark)");
}
