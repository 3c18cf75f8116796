import { describe, expect, it, vi } from "vitest";
import { shares } from "./detail";
import { item } from "./items.fake";
import { cells, change, commands, flush, model, press, render, root, text } from "./panel.fake";

describe("shares", () => {
  it("keeps the order of a few classes and says which was true and which predicted", () => {
    const found = shares([0.1, 0.7, 0.2], ["cat", "dog"], item(0, { true: 0, predicted: 1 }));
    expect(found).toEqual([
      { name: "cat", ratio: 0.1, role: "true" },
      { name: "dog", ratio: 0.7, role: "predicted" },
      { name: "2", ratio: 0.2, role: "" },
    ]);
  });

  it("says both of a class that was recognised", () => {
    expect(shares([1], ["cat"], item(0, { true: 0, predicted: 0 }))[0]?.role).toBe("true, predicted");
  });

  it("sorts many classes by probability", () => {
    const probabilities = Array.from({ length: 1000 }, (_, index) => (index === 500 ? 0.5 : index / 1e6));
    const found = shares(probabilities, [], item(0));
    expect(found.slice(0, 3).map(({ name }) => name)).toEqual(["500", "999", "998"]);
    expect(found).toHaveLength(1000);
  });
});

describe("the closer look", () => {
  const values = [
    [0, 0.5],
    [1, [0.25, 0.75]],
  ];
  const answer = { index: 3, values, probabilities: [0, 0.02, 0, 0, 0, 0, 0, 0.1, 0, 0.88] };

  function open(): Promise<unknown> {
    vi.spyOn(model, "send").mockImplementation((content) => {
      model.sent.push({ content, buffers: [] });
      const { id } = content as { id: string };
      const png = new DataView(new ArrayBuffer(0));
      queueMicrotask(() => model.receive({ kind: "reply", id, ok: true, result: answer }, [png]));
    });
    cells()[0]?.focus();
    press(cells()[0] as Element, "Enter");
    return flush();
  }

  it("shows the probability of every class", async () => {
    render();
    await open();
    expect(commands()).toEqual([["detail", { index: 3 }]]);
    expect(root.querySelectorAll(".cm-shares li")).toHaveLength(10);
    expect(text(".cm-shares li:last-child")).toBe("988.00 %predicted");
    expect(text(".cm-shares li:nth-child(8)")).toBe("710.00 %true");
    expect(document.activeElement?.textContent).toBe("Back to the pictures");
  });

  it("steps to the neighbours, whose captions are told, and comes back to the last one", async () => {
    render({ items: [item(3), item(5, { caption: "5 correct", tone: "ok" })], total: 2 });
    await open();
    const caption = root.querySelector(".cm-detail-caption") as HTMLElement;
    expect(press(document.activeElement as Element, "ArrowRight")).toBe(false);
    await flush();
    expect(root.querySelector(".cm-detail-caption[aria-live=polite]")).toBe(caption);
    expect(caption.textContent).toBe("✓ 5 correct · 87.31 %");
    press(document.activeElement as Element, "Escape");
    expect(commands().map(([, data]) => data)).toEqual([{ index: 3 }, { index: 5 }]);
    expect(document.activeElement).toBe(cells()[1]);
    expect(root.querySelector<HTMLElement>(".cm-detail-sheet")?.hidden).toBe(true);
  });

  it("tells all values of pixels to the keyboard, too, which scrolls through them", async () => {
    render();
    await open();
    const all = root.querySelector("pre") as HTMLElement;
    expect([all.textContent, all.tabIndex]).toEqual(["0\t0.5\n1\t0.25, 0.75", 0]);
    expect(press(all, "ArrowRight")).toBe(true);
    expect(commands()).toHaveLength(1);
    expect(press(all, "Escape")).toBe(false);
    expect(document.activeElement).toBe(cells()[0]);
  });

  it("opens by a double click", () => {
    render();
    cells()[2]?.dispatchEvent(new MouseEvent("dblclick", { bubbles: true }));
    expect(commands()).toEqual([["detail", { index: 8 }]]);
  });

  it("shows what is known while the kernel is silent, and says so", async () => {
    render();
    press(cells()[0] as Element, "Enter");
    expect(text(".cm-detail-caption")).toBe("✗ predicted 9, true 7 · 87.31 %");
    await vi.advanceTimersByTimeAsync(21_000);
    expect(text(".cm-detail [role=alert]")).toContain("The kernel did not answer within 20 s");
  });

  it("closes when the choice changes", async () => {
    render();
    await open();
    change({ items: [item(1)], version: 2 });
    expect(root.querySelector<HTMLElement>(".cm-detail-sheet")?.hidden).toBe(true);
  });
});
