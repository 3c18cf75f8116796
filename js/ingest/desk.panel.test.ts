import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { CardData } from "../shared/card";
import { FakeModel } from "../shared/model.fake";
import type { Places } from "./browser";
import panel, { type Recent } from "./desk.panel";
import type { Glimpse } from "./glimpse";
import type { Item } from "./item";

type State = {
  card: CardData | Record<string, never>;
  items: Item[];
  recent: Recent[];
  variable: string;
  waits: boolean;
  places: Places;
  glimpse: Glimpse | Record<string, never>;
};

const nowhere: Places = {
  ...{ kind: "", phase: "here", sentence: "", asks: false, crumbs: [], search: "", entries: [], page: 1 },
  ...{ more: false, number: 0, access: { endpoint: "", profile: null, anon: false, requester_pays: false } },
};

const item = (more: Partial<Item>): Item => ({
  ...{ id: "1", name: "sales.csv", variable: "sales", phase: "arriving", size: 4, received: 0 },
  ...{ progress: null, sentence: "", code: "" },
  ...more,
});

let model: FakeModel<State>;
let host: HTMLElement;
let undo: () => void;
let begun: object[];
let refusal: string;

beforeEach(() => {
  model = new FakeModel<State>({
    ...{ card: {}, items: [], recent: [], variable: "", waits: false, places: nowhere, glimpse: {} },
  });
  const heard: object[] = []; // a late word of the panel before is not for this one
  begun = heard;
  refusal = "";
  model.answer = (command: string, data: never) => {
    if (refusal && command !== "hello") throw new Error(refusal);
    if (command === "begin") {
      heard.push(data);
      return { id: String(heard.length), position: 0 };
    }
    return command === "piece" ? { kept: true } : {};
  };
  host = document.body.appendChild(document.createElement("div"));
  undo = panel.render({ model, el: host });
});

afterEach(() => {
  undo();
  host.remove();
});

const asked = (command: string) =>
  model.sent
    .map(({ content }) => content as { command: string; data: object })
    .filter((sent) => sent.command === command);
const button = (name: string) =>
  [...host.querySelectorAll<HTMLButtonElement>("button")].find((each) => each.textContent === name);
const field = (place: number) => host.querySelectorAll<HTMLInputElement>("input[type=text]")[place];
const rows = () => [...host.querySelectorAll("li")].map((each) => each.textContent);
const error = () => host.querySelector(".cm-desk > .cm-card > [role=alert]")?.textContent;

function choose(...names: string[]): void {
  const chooser = host.querySelector<HTMLInputElement>("input[type=file]");
  Object.defineProperty(chooser, "files", {
    value: names.map((name) => new File(["abcd"], name)),
    configurable: true,
  });
  chooser?.dispatchEvent(new Event("change"));
}

function type(place: number, text: string): HTMLInputElement | undefined {
  const input = field(place);
  if (input) input.value = text;
  return input;
}

describe("the desk", () => {
  it("says that somebody looks", () => {
    expect(asked("hello")).toHaveLength(1);
  });

  it("says so again until the kernel has heard it", async () => {
    undo();
    vi.useFakeTimers();
    const { answer } = model;
    model.answer = undefined;
    undo = panel.render({ model, el: host });
    await vi.advanceTimersByTimeAsync(2500);
    model.answer = answer;
    await vi.advanceTimersByTimeAsync(20_000);
    vi.useRealTimers();
    expect(asked("hello")).toHaveLength(1 + 4);
  });

  it("says so while the cell waits, and when the page goes", async () => {
    undo();
    vi.useFakeTimers();
    undo = panel.render({ model, el: host });
    await vi.advanceTimersByTimeAsync(45_000);
    expect(asked("hello")).toHaveLength(2);
    model.set("waits", true);
    await vi.advanceTimersByTimeAsync(40_000);
    vi.useRealTimers();
    expect(asked("hello")).toHaveLength(2 + 8);
    expect(asked("hello").at(-1)).toMatchObject({ data: { seen: true } });
    window.dispatchEvent(new Event("pagehide"));
    expect(asked("bye")).toHaveLength(1);
  });

  it("sends what is chosen, one after another", async () => {
    choose("sales.csv", "costs.csv");
    await vi.waitFor(() => expect(asked("finish")).toHaveLength(2));
    expect(begun[0]).toMatchObject({ name: "sales.csv", size: 4, variable: "" });
    expect(asked("piece")).toHaveLength(2);
  });

  it("shows a file once, also before the kernel has said which item it is", async () => {
    model.answer = undefined;
    choose("sales.csv", "costs.csv");
    await vi.waitFor(() => expect(rows()).toHaveLength(2));
    model.set("items", [item({ name: "sales.csv" }), item({ id: "2", name: "old.csv" })]);
    await vi.waitFor(() => expect(rows()).toHaveLength(3));
    const elsewhere = "It does not come from this page";
    expect(rows().filter((row) => row?.includes("sales.csv"))).toHaveLength(1);
    expect(rows().find((row) => row?.includes("sales.csv"))).not.toContain(elsewhere);
    expect(rows().find((row) => row?.includes("old.csv"))).toContain(elsewhere);
  });

  it("numbers a name that was typed for several files", async () => {
    type(1, "table");
    choose("a.csv", "b.csv");
    await vi.waitFor(() => expect(asked("finish")).toHaveLength(2));
    expect(begun.slice(0, 2)).toMatchObject([{ variable: "table" }, { variable: "table_2" }]);
  });

  it("takes what is dropped, and all that is in folders", async () => {
    const drop = host.querySelector(".cm-drop");
    const file = (name: string) => ({
      isFile: true,
      file: (take: (file: File) => void) => take(new File(["abcd"], name)),
    });
    const folder = (...inside: object[]) => ({
      isDirectory: true,
      createReader: () => ({ readEntries: (take: (some: object[]) => void) => take(inside.splice(0, 2)) }),
    });
    const event = (...entries: object[]) => {
      const dropped = new Event("drop", { cancelable: true });
      const items = entries.map((entry) => ({ webkitGetAsEntry: () => entry }));
      return Object.assign(dropped, { dataTransfer: { items, files: [new File(["abcd"], "a.csv")] } });
    };
    const plain = event(file("a.csv"));
    drop?.dispatchEvent(plain);
    expect(plain.defaultPrevented).toBe(true);
    await vi.waitFor(() => expect(asked("finish")).toHaveLength(1));
    drop?.dispatchEvent(event(folder(file("b.csv"), folder(file("c.csv")), file("d.csv"))));
    await vi.waitFor(() => expect(asked("finish")).toHaveLength(4));
    const names = new Set(begun.map((offer) => (offer as { name: string }).name));
    expect([...names]).toEqual(["a.csv", "b.csv", "c.csv", "d.csv"]);
    const before = begun.length;
    drop?.dispatchEvent(event(folder(...Array.from({ length: 150 }, (_, each) => file(`${each}.csv`)))));
    await vi.waitFor(() => expect(error()).toContain("files are too many at once: choose up to 100"));
    expect(begun).toHaveLength(before);
  });

  it("shows a refusal beside its file", async () => {
    refusal = "11 MB do not fit.";
    choose("big.csv");
    await vi.waitFor(() => expect(rows()[0]).toContain("big.csv failed"));
    expect(rows()[0]).toContain("11 MB do not fit.");
    expect(asked("piece")).toHaveLength(0);
  });

  it("reads what is typed, and keeps it when that is refused", async () => {
    refusal = "Type a path or an address first.";
    button("Read")?.click();
    await vi.waitFor(() => expect(error()).toBe("Type a path or an address first."));
    refusal = "";
    type(1, "df");
    type(0, "https://example.org/a.csv")?.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter" }));
    await vi.waitFor(() => expect(field(0)?.value).toBe(""));
    await vi.waitFor(() =>
      expect(asked("fetch").at(-1)?.data).toEqual({ source: "https://example.org/a.csv", variable: "df" }),
    );
    expect(error()).toBe("");
  });

  it("reads what was fetched before by one click", async () => {
    const endpoint = "https://store.example.org";
    const access = { endpoint, profile: null, anon: false, requester_pays: false };
    model.set("recent", [
      { source: "https://example.org/data/a.csv", access: {} },
      { source: "s3://bucket/b.csv", access },
    ]);
    await vi.waitFor(() => expect(button("a.csv")).toBeDefined());
    type(1, "again");
    button("a.csv")?.click();
    await vi.waitFor(() =>
      expect(asked("fetch").at(-1)?.data).toEqual({
        source: "https://example.org/data/a.csv",
        access: {},
        variable: "again",
      }),
    );
    expect(button("b.csv")?.title).toBe("s3://bucket/b.csv (https://store.example.org)");
    button("b.csv")?.click();
    await vi.waitFor(() =>
      expect(asked("fetch").at(-1)?.data).toEqual({ source: "s3://bucket/b.csv", access, variable: "" }),
    );
  });

  it("shows first rows, and loads them when asked", async () => {
    type(0, "far.csv");
    button("Preview")?.click();
    await vi.waitFor(() => expect(asked("preview").at(-1)?.data).toEqual({ source: "far.csv" }));
    const glimpse: Glimpse = {
      source: "far.csv",
      phase: "working",
      sentence: "1 MB",
      progress: 0.5,
      card: {},
    };
    const group = () => host.querySelector<HTMLElement>(".cm-glimpse");
    expect(group()?.hidden).toBe(true);
    model.set("glimpse", glimpse);
    await vi.waitFor(() => expect(group()?.textContent).toContain("1 MB"));
    button("Cancel")?.click();
    await vi.waitFor(() => expect(asked("dismiss")).toHaveLength(1));
    const card: CardData = { title: "far.csv", big: "3 columns", state: "", tone: "", parts: [] };
    model.set("glimpse", { ...glimpse, phase: "here", card });
    await vi.waitFor(() => expect(group()?.querySelector(".cm-big")?.textContent).toBe("3 columns"));
    type(1, "far");
    button("Load")?.click();
    await vi.waitFor(() => expect(asked("load").at(-1)?.data).toEqual({ variable: "far" }));
    model.set("glimpse", { ...glimpse, phase: "failed", sentence: "There is nothing." });
    await vi.waitFor(() =>
      expect(group()?.querySelector("[role=alert]")?.textContent).toBe("There is nothing."),
    );
  });

  it("says what became of each, and cancels", async () => {
    model.set("items", [
      item({ id: "3", phase: "done", code: 'sales = pd.read_csv("sales.csv")' }),
      item({ id: "4", phase: "working", name: "far.csv", progress: 0.5, sentence: "2 MB of 4 MB" }),
      item({ id: "5", phase: "saved", name: "cat.png", sentence: "It is here, as cat.png" }),
    ]);
    await vi.waitFor(() => expect(rows()).toHaveLength(3));
    expect(rows()[0]).toContain('sales.csv → sales hereCancelsales = pd.read_csv("sales.csv")Copy');
    expect(host.querySelectorAll("li [role=progressbar]")[1]?.getAttribute("aria-valuenow")).toBe("50");
    expect(host.querySelector(".cm-visually-hidden")?.textContent).toContain(
      "cat.png: saved. It is here, as cat.png",
    );
    host.querySelector<HTMLButtonElement>("[aria-label='Cancel far.csv']")?.click();
    await vi.waitFor(() => expect(asked("cancel").at(-1)?.data).toEqual({ id: "4" }));
  });

  it("copies the plain line, or selects it where the clipboard is closed", async () => {
    model.set("items", [item({ phase: "done", code: 'sales = pd.read_csv("sales.csv")' })]);
    await vi.waitFor(() => expect(button("Copy")).toBeDefined());
    const writeText = vi.fn(async (_: string) => undefined);
    vi.stubGlobal("navigator", { clipboard: { writeText } });
    button("Copy")?.click();
    await vi.waitFor(() => expect(rows()[0]).toContain("Copied."));
    expect(writeText).toHaveBeenCalledWith('sales = pd.read_csv("sales.csv")');
    vi.stubGlobal("navigator", {});
    button("Copy")?.click();
    await vi.waitFor(() => expect(rows()[0]).toContain("Selected: copy it with Ctrl+C"));
    expect(String(window.getSelection())).toBe('sales = pd.read_csv("sales.csv")');
    vi.unstubAllGlobals();
  });

  it("says how a file goes on that an earlier page began", async () => {
    model.set("items", [item({ size: 4 << 20, received: 1 << 20 })]);
    await vi.waitFor(() => expect(rows()[0]).toContain("1.0 MB of 4.0 MB arrived."));
    expect(rows()[0]).toContain("choose the same file again, and it goes on");
  });

  it("lets the cell go on", async () => {
    expect(button("Do not wait")?.parentElement?.hidden).toBe(true);
    model.set("waits", true);
    await vi.waitFor(() => expect(button("Do not wait")?.parentElement?.hidden).toBe(false));
    button("Do not wait")?.click();
    await vi.waitFor(() => expect(asked("release")).toHaveLength(1));
  });

  it("asks for nothing before the kernel has heard of it", async () => {
    undo();
    vi.useFakeTimers();
    model = new FakeModel<State>(model.state); // what is sent to a busy main shell is not answered in time
    undo = panel.render({ model, el: host });
    button("Do not wait")?.click();
    choose("a.csv");
    await vi.advanceTimersByTimeAsync(900);
    expect(model.sent.map(({ content }) => (content as { command: string }).command)).toEqual(["hello"]);
    model.answer = () => ({});
    await vi.advanceTimersByTimeAsync(200);
    vi.useRealTimers();
    expect(asked("hello")).toHaveLength(2);
    await vi.waitFor(() => expect(asked("release")).toHaveLength(1));
    await vi.waitFor(() => expect(asked("begin")[0]?.data).toMatchObject({ name: "a.csv" }));
  });

  it("shows what is in the frame", async () => {
    model.set("card", { title: "sales.csv", big: "2 rows, 2 columns", state: "", tone: "", parts: [] });
    await vi.waitFor(() => expect(host.querySelector(".cm-big")?.textContent).toBe("2 rows, 2 columns"));
  });

  it("shows hostile text as text", async () => {
    const evil = "<img src=x onerror=alert(1)>";
    model.set("items", [item({ name: evil, variable: evil, phase: "done", sentence: evil, code: evil })]);
    model.set("recent", [{ source: evil, access: { endpoint: evil } }]);
    const entry = { name: evil, is_folder: false, is_ready: true, size: 1, modified: evil, note: evil };
    model.set("places", { ...nowhere, kind: "s3", crumbs: [evil, evil], sentence: evil, entries: [entry] });
    model.set("glimpse", { source: evil, phase: "failed", sentence: evil, progress: null, card: {} });
    await vi.waitFor(() => expect(rows()[0]).toContain(evil));
    await vi.waitFor(() => expect(host.querySelector(".cm-glimpse")?.textContent).toContain(evil));
    expect(host.querySelector(".cm-browser")?.textContent).toContain(evil);
    expect(host.querySelector("img")).toBeNull();
  });

  it("leaves nothing behind", () => {
    undo();
    expect(host.childNodes).toHaveLength(0);
    expect(model.listenerCount).toBe(0);
  });
});
