/** Buckets of S3 and Google Drive: where one is, what lies there page by page, and what is chosen. */

import { button, field, sentence } from "../shared/controls";
import { h, set } from "../shared/dom";
import { bytes } from "../shared/format";

type Access = { endpoint: string; profile: string | null; anon: boolean; requester_pays: boolean };

/** As the state of `Places` in `colab_magics/ingest/places.py`. */
export type Places = {
  kind: "" | "s3" | "drive";
  phase: "looking" | "here" | "failed" | "closed";
  sentence: string;
  /** Whether a login can be asked for from here. */
  asks: boolean;
  crumbs: string[];
  search: string;
  entries: Entry[];
  page: number;
  more: boolean;
  number: number;
  access: Access;
};

type Entry = {
  name: string;
  is_folder: boolean;
  is_ready: boolean;
  size: number | null;
  modified: string;
  note: string;
};

export interface Browser {
  element: HTMLElement;
  show(places: Places): void;
}

type Command = (name: "look" | "choose", data: object) => void;

export function browser(command: Command): Browser {
  const s3 = button("S3", () => (kind === "s3" ? command("look", { kind: "" }) : goTo()));
  const drive = button("Google Drive", () => command("look", { kind: kind === "drive" ? "" : "drive" }));
  const kinds = h("div.cm-row", h("span.cm-note", "Browse"), s3, drive);

  const place = field("Bucket and folder", "s3://bucket/folder/", goTo);
  const endpoint = field("Endpoint", "https://… if not Amazon's");
  const profile = field("Profile", "");
  const [anon, pays] = [check(), check()];
  const checks = h("div.cm-row", h("label", anon, " anonymous"), h("label", pays, " requester pays"));
  const access = h("div.cm-desk-form", endpoint.label, profile.label, checks);
  const store = h("details", h("summary", "Store and credentials"), access);
  const bucketForm = h("div.cm-parts", form(place.label, button("Go", goTo)), store);
  const name = field("Search Drive", "part of a file's name", find);
  const driveForm = form(name.label, button("Search", find));
  const crumbs = h("nav.cm-row", { "aria-label": "Folder" });
  const [said, problem] = [sentence(), sentence(true)];
  const logIn = button("", () => command("look", { kind: "drive", log_in: true }));
  const entries = h("ul.cm-entries");
  const back = button("Back", () => command("look", { page: "back", number }));
  const next = button("Next", () => command("look", { page: "next", number }));
  const page = h("span.cm-note");
  const pages = h("div.cm-row", back, page, next);
  const parts = [bucketForm, driveForm, crumbs, problem.element, said.element, logIn, entries, pages];
  const body = h("div.cm-browser", parts);

  let kind: Places["kind"] = "";
  let number = 0;
  let hadFocus = false;
  let isFilled = false;

  function goTo(): void {
    command("look", {
      kind: "s3",
      place: place.input.value,
      access: {
        endpoint: endpoint.input.value,
        profile: profile.input.value,
        anon: anon.checked,
        requester_pays: pays.checked,
      },
    });
  }

  function find(): void {
    command("look", { kind: "drive", search: name.input.value });
  }

  function entry({ name, is_folder, is_ready, size, modified, note }: Entry, index: number): HTMLElement {
    const choose = () =>
      command(is_folder ? "look" : "choose", { [is_folder ? "into" : "entry"]: index, number });
    const facts = note || [size === null ? "" : bytes(size), modified].filter(Boolean).join(" · ");
    const label = button((is_folder ? "📁 " : "") + name, choose, {
      class: "cm-entry",
      disabled: !is_folder && !is_ready,
    });
    return h("li", label, h("span.cm-note", facts));
  }

  function crumb(word: string, index: number, all: readonly string[]): HTMLElement[] {
    if (index === all.length - 1) return [h("b", { "aria-current": "location" }, word)];
    return [button(word, () => command("look", { crumb: index, number })), h("span", "›")];
  }

  return {
    element: h("div", kinds, body),
    show(places) {
      hadFocus = body.contains(body.ownerDocument.activeElement) || hadFocus;
      const { phase } = places;
      ({ kind, number } = places);
      set(s3, { "aria-pressed": kind === "s3" });
      set(drive, { "aria-pressed": kind === "drive" });
      body.hidden = kind === "";
      bucketForm.hidden = kind !== "s3";
      driveForm.hidden = kind !== "drive";
      if (!isFilled) fill(places.access);
      crumbs.replaceChildren(...places.crumbs.flatMap(crumb));
      const words = phase === "looking" ? "Looking…" : places.sentence;
      const isFailed = phase === "failed";
      problem.say(isFailed ? words : "");
      said.say(isFailed ? "" : words || (places.entries.length ? "" : "Nothing is here."));
      logIn.hidden = phase !== "closed";
      logIn.textContent = places.asks ? "Log in" : "Look again";
      entries.replaceChildren(...places.entries.map(entry));
      entries.hidden = !places.entries.length;
      pages.hidden = places.page === 1 && !places.more;
      page.textContent = `Page ${places.page}`;
      back.disabled = places.page === 1;
      next.disabled = !places.more;
      if (phase === "looking") return;
      // What was pressed is gone: who works by keyboard goes on at the first entry.
      if (hadFocus && !body.contains(body.ownerDocument.activeElement)) {
        entries.querySelector<HTMLButtonElement>("button:not([disabled])")?.focus();
      }
      hadFocus = false;
    },
  };

  function fill(given: Access): void {
    isFilled = true;
    endpoint.input.value = given.endpoint;
    profile.input.value = given.profile ?? "";
    anon.checked = given.anon;
    pays.checked = given.requester_pays;
  }
}

function form(...children: HTMLElement[]): HTMLElement {
  return h("div.cm-desk-form.cm-short", children);
}

function check(): HTMLInputElement {
  return h("input", { type: "checkbox" });
}
