import { describe, expect, it } from "vitest";
import { asked, button, change, field, flush, model, render, root, set, text } from "./panel.fake";

describe("the views", () => {
  it("tell their counts and are asked for", () => {
    render();
    expect(button("Correct").textContent).toBe("Correct503");
    button("First").click();
    expect(asked()).toEqual([{ view: "first" }]);
  });

  it("take one class", () => {
    render();
    const select = root.querySelector("select") as HTMLSelectElement;
    expect(select.options[4]?.textContent).toBe("3 (3)");
    set(select, "3");
    expect(asked()).toEqual([{ view: "class", number: 3 }]);
    change({ query: { ...model.get("query"), view: "class", number: 3 } });
    expect(select.value).toBe("3");
  });

  it("are closed where labels or predictions are missing", () => {
    const counts = { first: 5, correct: null, wrong: null, classes: null };
    render({ counts, confusion: {}, can_rank: false });
    for (const name of ["Wrong", "Confusion matrix"]) expect(button(name).disabled).toBe(true);
    expect(root.querySelector("select")?.disabled).toBe(true);
    expect(field<HTMLSelectElement>("Order").options[1]?.disabled).toBe(true);
    expect(root.querySelector(".cm-range")).toBeNull();
  });

  it("are put in order and narrowed", () => {
    render();
    set(field("Order"), "loss");
    button("Reverse").click();
    field("Highest probability in percent").value = "60";
    set(field("Lowest probability in percent"), "50");
    set(field("Part of the name"), "cat");
    expect(asked()).toEqual([
      { sort: "loss" },
      { reverse: true },
      { confidence: [0.5, 0.6] },
      { search: "cat" },
    ]);
  });

  it("take an empty limit for none", () => {
    render();
    set(field("Highest probability in percent"), "60");
    set(field("Highest probability in percent"), "");
    expect(asked()).toEqual([{ confidence: [0, 0.6] }, {}]);
  });

  it("leave alone what is being typed when an answer comes", () => {
    render();
    const high = field("Highest probability in percent");
    const type = (value: string) => {
      high.value = value;
      high.dispatchEvent(new Event("input", { bubbles: true }));
    };
    const answer = () => change({ query: { ...model.get("query"), confidence: [0.5, 1] } });
    type("6");
    answer();
    expect([field("Lowest probability in percent").value, high.value]).toEqual(["50", "6"]);
    high.dispatchEvent(new Event("focusout", { bubbles: true }));
    answer();
    expect(high.value).toBe("100");
  });

  it("say what went wrong, and show what still holds", async () => {
    render();
    model.answer = () => {
      throw new Error("That is no range of probabilities.");
    };
    set(field("Lowest probability in percent"), "900");
    await flush();
    expect(text("[role=alert]")).toBe("That is no range of probabilities.");
    expect(field("Lowest probability in percent").value).toBe("0");
  });
});
