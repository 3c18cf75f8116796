import { describe, expect, it } from "vitest";
import { type CardData, drawCard, drawTable, redrawCard } from "./card";
import { h } from "./dom";

const card: CardData = {
  title: "This machine",
  big: "2 CPUs",
  state: "JupyterLab",
  tone: "",
  parts: [
    {
      kind: "facts",
      items: [
        ["CPU", "2"],
        ["RAM", "4.0 GB"],
      ],
    },
    {
      kind: "table",
      columns: ["Name", "Rows"],
      rows: [
        ["a", "10"],
        [{ heights: [1, 8], words: "b" }, "2"],
      ],
      numeric: [false, true],
      caption: "Columns",
    },
    { kind: "note", tone: "warn", sentence: "Only half can be used." },
  ],
};
const hostile = "<img src=x onerror=alert(1)>";

describe("drawCard", () => {
  it("says title, state, the big answer and every part, in order", () => {
    const text = drawCard(card).textContent;
    const places = [
      "This machine",
      "JupyterLab",
      "2 CPUs",
      "CPU",
      "4.0 GB",
      "Columns",
      "Rows",
      "10",
      "Warning",
      "Only half",
    ];
    const found = places.map((place) => text.indexOf(place));
    expect(found).toEqual([...found].sort((a, b) => a - b));
    expect(found).not.toContain(-1);
  });

  it("leaves out what is empty", () => {
    const drawn = drawCard({ title: "Nothing", big: "", state: "", tone: "", parts: [] });
    expect(drawn.querySelector(".cm-big, .cm-badge, .cm-time, dl, table")).toBeNull();
    expect(drawn.textContent).toBe("Nothing");
  });

  it.each(["ok", "warn", "wrong"] as const)("tells the tone %s by colour and word", (tone) => {
    const drawn = drawCard({ ...card, tone, parts: [{ kind: "note", tone, sentence: "So it is." }] });
    expect(drawn.querySelector(`.cm-title .cm-badge.cm-${tone}`)?.textContent).toBe("JupyterLab");
    expect(drawn.querySelector(`.cm-note .cm-badge.cm-${tone}`)?.textContent).toMatch(/\w/);
  });

  it("draws a table that keyboard and screen reader can use", () => {
    const drawn = drawCard(card);
    expect(drawn.querySelector("td svg")?.parentElement?.textContent).toBe(" b");
    const region = drawn.querySelector("[role=region]");
    expect(region?.getAttribute("tabindex")).toBe("0");
    expect(region?.getAttribute("aria-label")).toBe("Columns");
    expect([...drawn.querySelectorAll("th")].map((cell) => cell.scope)).toEqual(["col", "col"]);
    const [frame] = drawTable({
      kind: "table",
      columns: ["draw", h("button", "name")],
      rows: [],
      numeric: [],
      caption: "",
    });
    expect(frame?.getAttribute("aria-label")).toBe("draw, name");
    expect([...drawn.querySelectorAll("td.cm-number")].map((cell) => cell.textContent)).toEqual(["10", "2"]);
  });

  it("takes no text for markup", () => {
    const drawn = drawCard({
      title: hostile,
      big: hostile,
      state: hostile,
      tone: "wrong",
      parts: [
        { kind: "facts", items: [[hostile, hostile]] },
        { kind: "table", columns: [hostile], rows: [[hostile]], numeric: [false], caption: hostile },
        { kind: "note", tone: "", sentence: hostile },
      ],
    });
    expect(drawn.querySelector("img")).toBeNull();
    expect(drawn.textContent.split(hostile)).toHaveLength(10);
  });
});

describe("redrawCard", () => {
  it("replaces what is said and leaves the extras with their focus", () => {
    const button = h("button", { type: "button" }, "Refresh");
    const drawn = drawCard(card, button);
    document.body.append(drawn);
    button.focus();
    redrawCard(drawn, { ...card, title: "Another", big: "4 CPUs", parts: [] });
    expect(drawn.textContent).toBe("AnotherJupyterLab4 CPUsRefresh");
    expect(drawn.getAttribute("aria-label")).toBe("Another");
    expect(document.activeElement).toBe(button);
    drawn.remove();
  });
});
