import { afterEach, expect, it, vi } from "vitest";
import { FakeModel } from "../shared/model.fake";
import { item, page } from "./items.fake";
import panel, { type State } from "./panel";

let undo: () => void;
afterEach(() => undo());

/** The pixels of cells of one colour each, one below the other; so many bytes a pixel as a colour has. */
function sheet(colours: number[][], size: number): DataView {
  const pixels = colours.flatMap((colour) => Array.from({ length: size * size }, () => colour).flat());
  return new DataView(new Uint8Array(pixels).buffer);
}

/** The colours at the middle and at the upper edge of a picture's frame, where they lie on the canvas of its row. */
function coloursOf(frame: Element): number[][] {
  const canvas = frame.closest(".cm-cells")?.querySelector("canvas") as HTMLCanvasElement;
  const ink = canvas.getContext("2d") as CanvasRenderingContext2D;
  const { left, top, width, height } = frame.getBoundingClientRect();
  const row = canvas.getBoundingClientRect();
  expect(canvas.width).toBe(Math.round(row.width * devicePixelRatio));
  return [height / 2, 3].map((down) => {
    const [x, y] = [left + width / 2 - row.left, top + down - row.top];
    return [...ink.getImageData(x * devicePixelRatio, y * devicePixelRatio, 1, 1).data];
  });
}

const colours = [
  [255, 0, 0],
  [0, 255, 0],
  [0, 0, 255],
];

it("cuts every picture out of the atlas, and draws it again when it is seen", async () => {
  const model = new FakeModel(
    page({
      atlas: sheet(colours, 4),
      tile: { columns: 1, width: 4, height: 4, channels: 3 },
      total: 3,
      items: [0, 1, 2].map((index) => item(index, { width: 4, height: index === 2 ? 2 : 4 })),
    }),
  );
  undo = panel.render({ model, el: document.body });
  const seen = () => [...document.querySelectorAll(".cm-cell .cm-frame")].map(coloursOf);
  const [red, green, blue] = colours.map((colour) => [...colour, 255]);
  const expected = [
    [red, red],
    [green, green],
    [blue, [0, 0, 0, 0]], // half as high as wide: it lies in the middle
  ];
  await vi.waitFor(() => expect(seen()).toEqual(expected));

  for (const canvas of document.querySelectorAll("canvas")) {
    canvas.getContext("2d")?.clearRect(0, 0, canvas.width, canvas.height);
  }
  document.body.style.display = "none";
  await new Promise((resolve) => setTimeout(resolve, 200));
  document.body.style.display = "";
  await vi.waitFor(() => expect(seen()).toEqual(expected));
});

it("paints grey pictures at once, with the first frame", async () => {
  const model = new FakeModel(
    page({
      atlas: sheet([[0], [100], [200]], 4),
      tile: { columns: 1, width: 4, height: 4, channels: 1 },
      total: 3,
      items: [0, 1, 2].map((index) => item(index, { width: 4, height: 4 })),
    }),
  );
  undo = panel.render({ model, el: document.body });
  await new Promise(requestAnimationFrame);
  await new Promise(requestAnimationFrame);
  const seen = [...document.querySelectorAll(".cm-cell .cm-frame")].map((frame) => coloursOf(frame)[0]);
  expect(seen).toEqual([0, 100, 200].map((grey) => [grey, grey, grey, 255]));
});

it("has the same height for a full, a short and an empty page", async () => {
  const class_names = Array.from(
    { length: 10 },
    (_, each) => `${each} a class of forty characters, exactly!`,
  );
  const model = new FakeModel(
    page({ class_names, total: 9, items: Array.from({ length: 9 }, (_, index) => item(index)) }),
  );
  undo = panel.render({ model, el: document.body });
  const root = document.querySelector(".cm-root") as HTMLElement;
  let version = 2;
  for (const width of [400, 600, 1200]) {
    root.style.width = `${width}px`;
    const heights = [];
    for (const count of [9, 4, 0]) {
      model.set("items", page().items.slice(0, count));
      model.set("total", count);
      model.set("version", version++);
      await new Promise((resolve) => setTimeout(resolve, 400));
      heights.push(root.offsetHeight);
    }
    expect(new Set(heights).size).toBe(1);
    expect(root.scrollWidth).toBeLessThanOrEqual(width);
  }
});

it("has all views in one line at 600 pixels", () => {
  const counts = { first: 10_000, correct: 9_876, wrong: 124, classes: [5000, 5000] };
  const class_names = ["a rather long name of a class", "b"];
  undo = panel.render({ model: new FakeModel(page({ counts, class_names })), el: document.body });
  (document.querySelector(".cm-root") as HTMLElement).style.width = "600px";
  const views = [...(document.querySelector("[aria-label=View]")?.children ?? [])] as HTMLElement[];
  expect(views).toHaveLength(5);
  const [first = 0, ...others] = views.map(({ offsetTop, offsetHeight }) => offsetTop + offsetHeight / 2);
  for (const other of others) expect(Math.abs(other - first)).toBeLessThan(2);
});

it("shows the names of both classes whole, and the probability below them", async () => {
  const items = [0, 1, 2].map((index) => item(index, { caption: "predicted Ankle boot,\ntrue T-shirt/top" }));
  undo = panel.render({ model: new FakeModel(page({ total: 3, items })), el: document.body });
  for (const width of [400, 600]) {
    (document.querySelector(".cm-root") as HTMLElement).style.width = `${width}px`;
    await new Promise((resolve) => setTimeout(resolve, 100));
    const parts = [...document.querySelectorAll(".cm-caption, .cm-words")];
    expect(parts).toHaveLength(9);
    for (const part of parts) {
      expect(part.scrollWidth).toBeLessThanOrEqual(part.clientWidth);
      expect(part.scrollHeight).toBeLessThanOrEqual(part.clientHeight);
    }
  }
});

it("leaves the true class to be read where the name of the other is long", async () => {
  const items = [item(0, { caption: `predicted ${"x".repeat(40)},\ntrue ${"y z ".repeat(20)}` })];
  undo = panel.render({ model: new FakeModel(page({ total: 1, items })), el: document.body });
  const caption = (document.querySelector(".cm-caption") as HTMLElement).getBoundingClientRect();
  const [predicted, true_] = [...document.querySelectorAll(".cm-words")].map((line) =>
    line.getBoundingClientRect(),
  );
  const share = (document.querySelector(".cm-caption > :last-child") as HTMLElement).getBoundingClientRect();
  expect(predicted?.bottom).toBe(true_?.top);
  expect(true_?.height).toBeCloseTo(share.height, 0);
  expect(share.bottom).toBeLessThanOrEqual(caption.bottom + 1);
});

/** A model that answers a closer look with `result` and an empty picture. */
async function modelOf(names: string[], result: object): Promise<FakeModel<State>> {
  const model = new FakeModel(page({ items: [item(0, { true: 0, predicted: 1 })], class_names: names }));
  const canvas = new OffscreenCanvas(28, 28);
  canvas.getContext("2d");
  const png = new DataView(await (await canvas.convertToBlob()).arrayBuffer());
  model.send = (content) => {
    const { id } = content as { id: string };
    queueMicrotask(() => model.receive({ kind: "reply", id, ok: true, result }, [png]));
  };
  return model;
}

function look(): void {
  document.querySelector("[role=gridcell]")?.dispatchEvent(new MouseEvent("dblclick", { bubbles: true }));
}

it("breaks no word beside the probabilities at 400 pixels", async () => {
  const result = { values: null, probabilities: [0.3, 0.7] };
  undo = panel.render({ model: await modelOf(["airplane", "automobile"], result), el: document.body });
  (document.querySelector(".cm-root") as HTMLElement).style.width = "400px";
  look();
  const roles = () => [...document.querySelectorAll<HTMLElement>(".cm-bar-role")];
  await vi.waitFor(() =>
    expect(roles().map(({ textContent }) => textContent)).toEqual(["true", "predicted"]),
  );
  const [one, other] = roles().map(({ offsetHeight }) => offsetHeight);
  expect(other).toBe(one);
  const sheet = document.querySelector(".cm-detail-sheet") as HTMLElement;
  expect(sheet.scrollWidth).toBeLessThanOrEqual(sheet.clientWidth);
});

it("keeps the rows of pixel values, which JupyterLab's style sheet would break", async () => {
  const style = document.createElement("style");
  style.textContent = ".jp-OutputArea-output pre { white-space: pre-wrap }";
  const el = document.createElement("div");
  el.className = "jp-OutputArea-output";
  document.body.append(style, el);
  const values = [Array.from({ length: 28 }, () => 255)];
  const clear = panel.render({ model: await modelOf(["a", "b"], { values, probabilities: null }), el });
  undo = () => {
    clear();
    style.remove();
    el.remove();
  };
  look();
  await vi.waitFor(() => expect(document.querySelector("pre")).not.toBeNull());
  expect(getComputedStyle(document.querySelector("pre") as HTMLElement).whiteSpace).toBe("pre");
});

it("has room for the ring around what has the focus", async () => {
  const items = Array.from({ length: 9 }, (_, index) => item(index));
  undo = panel.render({ model: new FakeModel(page({ total: 9, items })), el: document.body });
  const grid = document.querySelector("[role=grid]") as HTMLElement;
  await vi.waitFor(() => expect(grid.querySelectorAll("[role=gridcell]")).toHaveLength(9));
  const frame = grid.getBoundingClientRect();
  const cells = [...grid.querySelectorAll("[role=gridcell]")].map((cell) => cell.getBoundingClientRect());
  const ring = 4;
  expect(Math.min(...cells.map(({ left }) => left)) - ring).toBeGreaterThanOrEqual(frame.left);
  expect(Math.min(...cells.map(({ top }) => top)) - ring).toBeGreaterThanOrEqual(frame.top);
  expect(Math.max(...cells.map(({ bottom }) => bottom)) + ring).toBeLessThanOrEqual(frame.bottom);
});

it("scrolls through a million pictures with few of them on the page", async () => {
  const model = new FakeModel(page({ total: 1_000_000, block: 400 }));
  undo = panel.render({ model, el: document.body });
  const grid = document.querySelector("[role=grid]") as HTMLElement;
  await vi.waitFor(() => expect(grid.scrollHeight).toBeGreaterThan(1_000_000));
  grid.scrollTop = grid.scrollHeight;
  const places = () =>
    [...grid.querySelectorAll<HTMLElement>("[role=gridcell]")].map(({ dataset }) => Number(dataset.place));
  await vi.waitFor(() => expect(Math.max(...places())).toBe(999_999));
  expect(places().length).toBeLessThan(40);
  const seen = grid.querySelector("[data-place='999999']")?.getBoundingClientRect() as DOMRect;
  const frame = grid.getBoundingClientRect();
  expect(seen.top).toBeGreaterThanOrEqual(frame.top);
  expect(seen.bottom).toBeLessThanOrEqual(frame.bottom + 1);
});

it("scrolls a short way pixel by pixel, and skips nothing at the ends of the scroll bar", async () => {
  const model = new FakeModel(page({ total: 10_000_000, block: 400 }));
  undo = panel.render({ model, el: document.body });
  const grid = document.querySelector("[role=grid]") as HTMLElement;
  const settle = async () => {
    for (const _ of [1, 2, 3]) await new Promise(requestAnimationFrame);
  };
  const scroll = async (by: number) => {
    grid.scrollTop += by;
    await settle();
  };
  await settle(); // for its width
  const end = grid.scrollHeight - grid.clientHeight;
  expect(end).toBeGreaterThan(1_000_000);
  for (const [start, by] of [
    [end - 250, 100],
    [250, -100],
  ] as const) {
    await scroll(start - grid.scrollTop);
    for (const _ of [1, 2, 3, 4]) {
      const seen = [...grid.querySelectorAll("[role=gridcell]")].at(by > 0 ? -8 : 8) as HTMLElement;
      const before = seen.getBoundingClientRect().top;
      await scroll(by);
      expect(seen.isConnected).toBe(true);
      const moved = (before - seen.getBoundingClientRect().top) / by;
      expect(moved).toBeGreaterThan(by > 0 ? 0.99 : 0); // at its upper end the bar goes as far as it can
      expect(moved).toBeLessThan(1.01);
    }
  }
});
