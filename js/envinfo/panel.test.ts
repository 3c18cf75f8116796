import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { CardData } from "../shared/card";
import { FakeModel } from "../shared/model.fake";
import panel from "./panel";

const card = (big: string): CardData => ({
  title: "This machine",
  big,
  state: "terminal",
  tone: "",
  parts: [],
});
const markdown = "| CPU | 2 |";

let model: FakeModel<{ card: CardData }>;
let host: HTMLElement;
let undo: () => void;

beforeEach(() => {
  model = new FakeModel({ card: card("2 CPUs") });
  model.answer = (command) => {
    if (command === "refresh") model.set("card", card("4 CPUs"));
    return command === "markdown" ? markdown : null;
  };
  host = document.body.appendChild(document.createElement("div"));
  undo = panel.render({ model, el: host });
});

afterEach(() => {
  undo();
  host.remove();
  vi.unstubAllGlobals();
});

const text = (selector: string) => host.querySelector(selector)?.textContent;
const press = (name: string) =>
  [...host.querySelectorAll("button")].find((button) => button.textContent === name)?.click();
const stubClipboard = (writeText: (text: string) => Promise<void>) =>
  vi.stubGlobal("navigator", { clipboard: { writeText } });

describe("the envinfo panel", () => {
  it("draws the card and two buttons", () => {
    expect(text(".cm-big")).toBe("2 CPUs");
    expect([...host.querySelectorAll("button")].map((button) => button.textContent)).toEqual([
      "Refresh",
      "Copy as Markdown",
    ]);
  });

  it("reads the machine again and keeps the focus", async () => {
    host.querySelector("button")?.focus();
    press("Refresh");
    expect(text("[role=status]")).toBe("Asking the kernel…");
    await vi.waitFor(() => expect(text(".cm-big")).toBe("4 CPUs"));
    expect(text("[role=status]")).toBe("Read again.");
    expect(document.activeElement?.textContent).toBe("Refresh");
  });

  it("asks once while it waits", () => {
    press("Refresh");
    press("Refresh");
    expect(model.sent).toHaveLength(1);
  });

  it("copies the Markdown", async () => {
    const writeText = vi.fn(() => Promise.resolve());
    stubClipboard(writeText);
    press("Copy as Markdown");
    await vi.waitFor(() => expect(text("[role=status]")).toBe("Copied."));
    expect(writeText).toHaveBeenCalledWith(markdown);
    expect(host.querySelector("textarea")?.hidden).toBe(true);
  });

  it.each([
    ["missing", () => vi.stubGlobal("navigator", {})],
    ["forbidden", () => stubClipboard(() => Promise.reject(new Error("denied")))],
  ])("shows the Markdown selected where the clipboard is %s", async (_, stub) => {
    stub();
    press("Copy as Markdown");
    const area = host.querySelector("textarea");
    await vi.waitFor(() => expect(area?.hidden).toBe(false));
    expect(area?.value).toBe(markdown);
    expect([area?.selectionStart, area?.selectionEnd]).toEqual([0, markdown.length]);
    expect(text("[role=status]")).toContain("Ctrl+C");
  });

  it("shows the kernel's error, and takes it away with the next try", async () => {
    const { answer } = model;
    model.answer = () => {
      throw new Error("The kernel is <b>tired</b>.");
    };
    press("Refresh");
    await vi.waitFor(() => expect(text("[role=alert]")).toBe("The kernel is <b>tired</b>."));
    model.answer = answer;
    press("Refresh");
    expect(host.querySelector<HTMLElement>("[role=alert]")?.hidden).toBe(true);
    await vi.waitFor(() => expect(text(".cm-big")).toBe("4 CPUs"));
  });

  it("leaves nothing behind", () => {
    press("Refresh");
    undo();
    expect(host.childNodes).toHaveLength(0);
    expect(model.listenerCount).toBe(0);
  });
});
