import { describe, expect, it, vi } from "vitest";
import { h, type Properties, say, set } from "./dom";

describe("h", () => {
  it("nests text, numbers, elements and lists, and leaves out what is absent", () => {
    const list = h("ul", [h("li", "one"), h("li", 2)], null, undefined, false, "");
    expect(list.outerHTML).toBe("<ul><li>one</li><li>2</li></ul>");
  });

  it("takes classes with the tag, and properties or none", () => {
    expect(h("p.cm-note.cm-load", "so far").outerHTML).toBe('<p class="cm-note cm-load">so far</p>');
    expect(h("p", { role: "status" }, "so far").outerHTML).toBe('<p role="status">so far</p>');
    expect(h("p", h("b", "so"), " far").outerHTML).toBe("<p><b>so</b> far</p>");
  });

  it("keeps zero", () => {
    expect(h("b", 0).textContent).toBe("0");
  });

  it("never reads text as markup", () => {
    const cell = h("td", { title: '"><script>' }, "<img src=x onerror=alert(1)>");
    expect(cell.children).toHaveLength(0);
    expect(cell.title).toBe('"><script>');
  });

  it("writes attributes, data, roles, states and our variables", () => {
    const bar = h("div.cm-progress", {
      role: "progressbar",
      dataset: { lmSuppressShortcuts: "true" },
      style: { "--cm-value": 0.5 },
      "aria-busy": false,
      "aria-valuenow": 50,
      title: undefined as never,
    });
    expect(bar.className).toBe("cm-progress");
    expect(bar.getAttribute("data-lm-suppress-shortcuts")).toBe("true");
    expect(bar.getAttribute("aria-busy")).toBe("false");
    expect(bar.getAttribute("aria-valuenow")).toBe("50");
    expect(bar.style.getPropertyValue("--cm-value")).toBe("0.5");
    expect(bar.hasAttribute("title")).toBe(false);
  });

  it("calls handlers with the event", () => {
    const press = vi.fn();
    h("button", { type: "button", onClick: press, onKeydown: press }, "Stop").click();
    expect(press).toHaveBeenCalledOnce();
    expect(press.mock.calls[0]?.[0]).toBeInstanceOf(MouseEvent);
  });

  it("sets the value of a select after its options", () => {
    const select = h("select", { value: "b" }, h("option", { value: "a" }), h("option", { value: "b" }));
    expect(select.value).toBe("b");
  });

  it.each(["innerHTML", "srcdoc", "src", "formaction"])("refuses %s", (name) => {
    expect(() => h("div", { [name]: "x" } as Properties)).toThrow(`<div> takes no property "${name}" here.`);
  });

  it("links to web addresses only", () => {
    expect(h("a", { href: "https://example.org/" }).rel).toBe("noopener noreferrer");
    expect(() => h("a", { href: "javascript:alert(1)" })).toThrow("Not a web address");
  });
});

describe("set and say", () => {
  it("sets properties and leaves the rest", () => {
    const bar = h("div.cm-progress", { role: "progressbar" });
    set(bar, { "aria-valuenow": 50, style: { "--cm-value": 0.5 } });
    expect(bar.getAttribute("aria-valuenow")).toBe("50");
    expect(bar.style.getPropertyValue("--cm-value")).toBe("0.5");
    expect(bar.getAttribute("role")).toBe("progressbar");
  });

  it("shows what an error says, and leaves the same words alone", () => {
    const status = h("p");
    say(status, new Error("The kernel is gone."));
    const text = status.firstChild;
    say(status, "The kernel is gone.");
    expect(status.textContent).toBe("The kernel is gone.");
    expect(status.firstChild).toBe(text);
  });
});
