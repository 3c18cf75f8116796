/** One panel: its root, theme, updates, errors and undoing, so that a slice only draws. */
import { h, messageOf, styleSheet } from "./dom";
import { coalesce } from "./frame";
import type { ChangeEvent, Key, Model } from "./model";
import { followTheme } from "./theme";
import theme from "./theme.css";

export type { Model } from "./model";

export interface Scene<State> {
  model: Model<State>;
  root: HTMLElement;
  /** Aborts when the view goes away: hand it to listeners, charts and commands. */
  signal: AbortSignal;
  /** Calls `update` at most once a frame after any of the traits changed; not called for the first drawing. */
  onChange(keys: Key<State> | readonly Key<State>[], update: () => void): void;
}

export interface PanelDefinition<State> {
  name: string;
  css?: string;
  draw(scene: Scene<State>): void;
}

export interface RenderProperties<State> {
  model: Model<State>;
  el: HTMLElement;
}

export interface Panel<State> {
  render(properties: RenderProperties<State>): () => void;
}

export function definePanel<State extends object>({
  name,
  css = "",
  draw,
}: PanelDefinition<State>): Panel<State> {
  return {
    render({ model, el }) {
      const view = new AbortController();
      const { signal } = view;
      const style = styleSheet(theme + css);
      const root = h("div", { class: `cm-root cm-${name}`, dataset: { lmSuppressShortcuts: "true" } }, style);
      const stopFollowing = followTheme(root);
      root.addEventListener("focusin", suppressShortcuts, { signal });
      el.append(root);

      const onChange: Scene<State>["onChange"] = (keys, update) => {
        const request = coalesce(() => guard(update, root), signal);
        for (const key of [keys].flat() as Key<State>[]) {
          const event: ChangeEvent<State> = `change:${key}`;
          model.on(event, request);
          signal.addEventListener("abort", () => model.off(event, request), { once: true });
        }
      };
      if (!guard(() => draw({ model, root, signal, onChange }), root)) {
        view.abort();
        root.replaceChildren(style, ...root.querySelectorAll(":scope > .cm-failure"));
      }
      return () => {
        view.abort();
        stopFollowing();
        root.remove();
      };
    },
  };
}

/**
 * Keeps the keys that are pressed in the panel from the notebook. Lumino looks at the focused element first and at its
 * parents after: the notebook's own `:focus` binding would match before the mark on our root is met.
 */
function suppressShortcuts({ target }: FocusEvent): void {
  if (target instanceof HTMLElement) target.dataset.lmSuppressShortcuts = "true";
}

/** Shows what went wrong in the panel itself: few people look into the browser's console. */
function guard(work: () => void, root: HTMLElement): boolean {
  try {
    work();
    return true;
  } catch (error) {
    console.error(error);
    root.querySelector(":scope > .cm-failure")?.remove();
    root.append(
      h(
        "div.cm-card.cm-failure",
        { role: "alert" },
        h("p.cm-error", messageOf(error)),
        h("p.cm-note", "This panel could not be drawn. Run the cell again, or report the message above."),
      ),
    );
    return false;
  }
}
