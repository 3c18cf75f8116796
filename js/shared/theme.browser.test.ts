import { beforeEach, describe, expect, it } from "vitest";
import { h, styleSheet } from "./dom";
import theme from "./theme.css";

let root: HTMLElement;

beforeEach(() => {
  root = h("div.cm-root", styleSheet(theme), h("div.cm-card", "text"));
  document.body.replaceChildren(root);
});

function colour(value: string): [number, number, number] {
  const canvas = h("canvas", { width: 1, height: 1 });
  const ink = canvas.getContext("2d") as CanvasRenderingContext2D;
  const probe = h("span");
  root.append(probe);
  probe.style.color = value;
  ink.fillStyle = getComputedStyle(probe).color;
  ink.fillRect(0, 0, 1, 1);
  probe.remove();
  const [red = 0, green = 0, blue = 0] = ink.getImageData(0, 0, 1, 1).data;
  return [red, green, blue];
}

/** https://www.w3.org/TR/WCAG22/#dfn-relative-luminance */
function luminance(value: string): number {
  const [red = 0, green = 0, blue = 0] = colour(value).map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [low = 0, high = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

const words = ["text", "muted", "accent", "right", "wrong", "warn"];
const lines = [1, 2, 3, 4, 5, 6].map((index) => `series-${index}`);

it("breaks a word of a title that is longer than its line", () => {
  const title = h("h3.cm-title", "x".repeat(300), h("span.cm-badge", "failed"));
  root.append(title);
  expect(title.scrollWidth).toBe(title.clientWidth);
});

it("keeps the ring of the focus off a button of its colour, where the host draws its own", () => {
  document.body.append(
    styleSheet(".jp-ThemedContainer button:focus-visible { outline: 2px solid blue; outline-offset: -1px; }"),
  );
  document.body.classList.add("jp-ThemedContainer");
  const main = h("button.cm-button.cm-primary");
  root.append(main);
  main.focus({ focusVisible: true } as FocusOptions);
  expect(getComputedStyle(main).outlineStyle).toBe("solid");
  expect(getComputedStyle(main).outlineOffset).toBe("2px");
});

describe.each([
  ["light", ["#ffffff"]],
  ["dark", ["#111111", "#1f1f1f"]],
])("the %s theme", (name, hostSurfaces) => {
  beforeEach(() => void root.classList.toggle("cm-dark", name === "dark"));

  it.each([...words, ...lines])("can be read: %s", (variable) => {
    for (const surface of [
      "var(--cm-surface)",
      ...(variable === "text" || variable === "muted" ? [] : hostSurfaces),
    ]) {
      expect(contrast(`var(--cm-${variable})`, surface)).toBeGreaterThanOrEqual(4.5);
    }
  });

  it("has readable words on its main button", () => {
    expect(contrast("var(--cm-on-accent)", "var(--cm-accent)")).toBeGreaterThanOrEqual(4.5);
  });
});

it("takes the colours of the host that it is told", () => {
  document.body.style.setProperty("--jp-ui-font-color1", "rgb(1, 2, 3)");
  expect(colour("var(--cm-text)")).not.toEqual([1, 2, 3]);
  root.dataset.host = "jupyter";
  expect(colour("var(--cm-text)")).toEqual([1, 2, 3]);
  document.body.removeAttribute("style");
});

it("tells what is pressed by a line, which stays where the system has colours of its own, and gives way to the focus", () => {
  const pressed = h("button.cm-button", { "aria-pressed": true }, "Wrong");
  root.append(pressed, h("button.cm-button", "Correct"));
  const lines = () =>
    [...root.querySelectorAll("button")].map((each) => {
      const { outlineStyle, outlineColor } = getComputedStyle(each);
      return outlineStyle === "solid" && outlineColor;
    });
  expect(lines()).toEqual(["rgba(0, 0, 0, 0)", false]);
  pressed.focus({ focusVisible: true } as FocusOptions);
  expect(lines()[0]).not.toBe("rgba(0, 0, 0, 0)");
});

it("touches nothing outside its root", () => {
  const outside = h("div.cm-card");
  document.body.append(outside);
  expect(getComputedStyle(outside).display).toBe("block");
});

it.each([320, 400, 600, 1200])("does not overflow at %i pixels", (width) => {
  root.style.width = `${width}px`;
  const long = "a-file-with-a-very-long-name-".repeat(12);
  root.append(
    h(
      "div.cm-card",
      h("p.cm-big", long),
      h("dl.cm-facts", h("dt", "Driver"), h("dd", long), h("dt", "Memory"), h("dd", "4 GB")),
      h("div.cm-table", h("table", h("tr", h("td", long), h("td.cm-number", "1 234 567")))),
      h("p.cm-error", long),
    ),
  );
  expect(root.scrollWidth).toBeLessThanOrEqual(width);
});

it("aligns numbers to the right, also in a table", () => {
  root.append(h("div.cm-table", h("table", h("tr", h("td.cm-number", 1)))));
  expect(getComputedStyle(root.querySelector("td") as Element).textAlign).toBe("end");
});

it("hides what is hidden", () => {
  root.append(h("div.cm-card", { hidden: true }));
  expect(getComputedStyle(root.lastElementChild as Element).display).toBe("none");
});
