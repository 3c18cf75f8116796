import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FakeModel } from "../shared/model.fake";
import panel from "./parcel.panel";
import { hex, sha256 } from "./sha256";

const part = 4 * 1024 * 1024;
const card = { title: "", big: "", state: "", tone: "" as const, parts: [] };

let model: FakeModel<{ card: typeof card; name: string; size: number }>;
let host: HTMLElement;
let undo: () => void;
let saved: Blob[];
let names: string[];
let isFirst: boolean;
let isDamaged: boolean;
let body: Uint8Array<ArrayBuffer>;

function draw(size: number): void {
  body = Uint8Array.from({ length: size }, (_, at) => (at * 31 + (at >> 9)) & 255);
  model = new FakeModel({ card, name: "<b>df.csv", size });
  model.send = (content) => {
    const { id, command, data } = content as { id: string; command: string; data: { position: number } };
    queueMicrotask(() => {
      if (command === "claim") return model.receive({ kind: "reply", id, ok: true, result: isFirst });
      const found = body.slice(data.position, data.position + part);
      const sent = isDamaged ? found.map((byte) => byte ^ 1) : found;
      const result = { sha256: hex(sha256(found)) };
      model.receive({ kind: "reply", id, ok: true, result }, [new DataView(sent.buffer)]);
    });
  };
  undo = panel.render({ model, el: host });
}

beforeEach(() => {
  host = document.body.appendChild(document.createElement("div"));
  [saved, names, isFirst, isDamaged] = [[], [], true, false];
  vi.spyOn(URL, "createObjectURL").mockImplementation((blob) => {
    saved.push(blob as Blob);
    return "blob:here";
  });
  vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (this: HTMLAnchorElement) {
    names.push(this.download);
  });
});

afterEach(() => {
  undo();
  host.remove();
  vi.restoreAllMocks();
});

describe("the parcel", () => {
  it.each([0, 1, part, 2 * part + 5])("of %d bytes is saved whole, under its name", async (size) => {
    draw(size);
    await vi.waitFor(() => expect(saved).toHaveLength(1));
    const got = new Uint8Array((await saved[0]?.arrayBuffer()) ?? new ArrayBuffer(1));
    expect(hex(sha256(got))).toBe(hex(sha256(body)));
    await vi.waitFor(() => expect(names).toEqual(["<b>df.csv"]));
    expect(host.textContent).toContain("given to the browser");
    expect(host.querySelector("b")).toBeNull();
  });

  it("is saved by a second page only when the person asks", async () => {
    isFirst = false;
    draw(3);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(saved).toHaveLength(0);
    host.querySelector("button")?.click();
    await vi.waitFor(() => expect(saved).toHaveLength(1));
  });

  it("is not saved when it is damaged", async () => {
    isDamaged = true;
    draw(3);
    await vi.waitFor(() =>
      expect(host.querySelector("[role=alert]")?.textContent).toContain("is damaged on its way"),
    );
    expect(saved).toHaveLength(0);
  });
});
