import { beforeEach, describe, expect, it, vi } from "vitest";
import { type Browser, browser, type Places } from "./browser";

const s3: Places = {
  kind: "s3",
  phase: "here",
  sentence: "",
  asks: false,
  crumbs: ["Buckets", "data", "deep/"],
  search: "",
  entries: [
    { name: "er/", is_folder: true, is_ready: false, size: null, modified: "", note: "" },
    { name: "a.csv", is_folder: false, is_ready: true, size: 2048, modified: "2026-01-02", note: "" },
    { name: "b ", is_folder: false, is_ready: false, size: 1, modified: "", note: "It has no address." },
  ],
  page: 1,
  more: true,
  number: 7,
  access: { endpoint: "https://s3.example.org", profile: null, anon: true, requester_pays: false },
};

let said: [string, object][];
let view: Browser;

beforeEach(() => {
  said = [];
  view = browser((name, data) => said.push([name, data]));
  document.body.replaceChildren(view.element);
});

const buttons = () => [...view.element.querySelectorAll<HTMLButtonElement>("button")];
const press = (words: string) =>
  buttons()
    .find((each) => each.textContent === words)
    ?.click();
const entries = () => [...view.element.querySelectorAll(".cm-entries li")].map((each) => each.textContent);
const field = (place: number) => view.element.querySelectorAll<HTMLInputElement>("input[type=text]")[place];

describe("the browser", () => {
  it("is closed at first, and opened by a button", () => {
    view.show({ ...s3, kind: "", crumbs: [], entries: [] });
    expect(view.element.querySelector<HTMLElement>(".cm-browser")?.hidden).toBe(true);
    press("Google Drive");
    expect(said).toEqual([["look", { kind: "drive" }]]);
    press("S3");
    expect(said[1]).toMatchObject(["look", { kind: "s3", place: "", access: { anon: true } }]);
    view.show(s3);
    press("S3");
    expect(said[2]).toEqual(["look", { kind: "" }]);
  });

  it("lists folders and files, and says what cannot be read", () => {
    view.show(s3);
    expect(entries()).toEqual(["📁 er/", "a.csv2.0 kB · 2026-01-02", "b It has no address."]);
    expect(buttons().find((each) => each.textContent === "b ")?.disabled).toBe(true);
    press("📁 er/");
    press("a.csv");
    press("data");
    press("Next");
    expect(said).toEqual([
      ["look", { into: 0, number: 7 }],
      ["choose", { entry: 1, number: 7 }],
      ["look", { crumb: 1, number: 7 }],
      ["look", { page: "next", number: 7 }],
    ]);
    expect(buttons().find((each) => each.textContent === "Back")?.disabled).toBe(true);
    view.show({ ...s3, page: 2, more: false });
    press("Back");
    expect(said[4]).toEqual(["look", { page: "back", number: 7 }]);
  });

  it("goes to what is typed, by the store that the line names", () => {
    view.show(s3);
    const place = field(0);
    if (place) place.value = "s3://other/x";
    place?.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter" }));
    const access = { endpoint: "https://s3.example.org", profile: "", anon: true, requester_pays: false };
    expect(said).toEqual([["look", { kind: "s3", place: "s3://other/x", access }]]);
  });

  it("searches Drive, and says how to log in", () => {
    const drive: Places = { ...s3, kind: "drive", crumbs: ["My Drive"], entries: [], more: false };
    view.show({ ...drive, phase: "closed", sentence: "Set a variable.", asks: false });
    expect(view.element.textContent).toContain("Set a variable.");
    press("Look again");
    view.show({ ...drive, phase: "closed", sentence: "Google asks.", asks: true });
    press("Log in");
    press("Search");
    expect(said).toEqual([
      ["look", { kind: "drive", log_in: true }],
      ["look", { kind: "drive", log_in: true }],
      ["look", { kind: "drive", search: "" }],
    ]);
  });

  it("tells what it waits for, what went wrong, and that nothing is there", () => {
    view.show({ ...s3, phase: "looking", entries: [] });
    expect(view.element.querySelector("[role=status]")?.textContent).toBe("Looking…");
    view.show({ ...s3, phase: "failed", entries: [], sentence: "There is no bucket x." });
    expect(view.element.querySelector("[role=alert]")?.textContent).toBe("There is no bucket x.");
    view.show({ ...s3, entries: [] });
    expect(view.element.querySelector("[role=status]")?.textContent).toBe("Nothing is here.");
  });

  it("keeps the focus inside when what was pressed goes", async () => {
    view.show(s3);
    buttons()
      .find((each) => each.textContent === "📁 er/")
      ?.focus();
    view.show({ ...s3, phase: "looking", entries: [] });
    view.show({ ...s3, number: 9 });
    await vi.waitFor(() => expect(document.activeElement?.textContent).toBe("📁 er/"));
  });
});
