import { afterEach, describe, expect, it, vi } from "vitest";
import { findAddress } from "./address";

const { signal } = new AbortController();

function visit(address: string, settings?: object): void {
  vi.stubGlobal("location", new URL(address));
  document.body.replaceChildren();
  if (settings === undefined) return;
  const element = document.createElement("script");
  element.id = "jupyter-config-data";
  element.type = "application/json";
  element.textContent = JSON.stringify(settings);
  document.body.append(element);
}

function serve(status: number, type: string) {
  const fetched = vi.fn(async () => new Response("", { status, headers: { "content-type": type } }));
  vi.stubGlobal("fetch", fetched);
  return fetched;
}

describe("the way to TensorBoard", () => {
  afterEach(() => void vi.unstubAllGlobals());

  it("is jupyter-server-proxy where that answers", async () => {
    visit("https://hub.example/user/ada/lab", { baseUrl: "/user/ada/" });
    const fetched = serve(200, "text/html; charset=utf-8");
    expect(await findAddress(6006, signal)).toBe("https://hub.example/user/ada/proxy/6006/");
    expect(fetched).toHaveBeenCalledOnce();
  });

  it("is the port itself on the same machine without the proxy", async () => {
    visit("http://localhost:8888/lab", { baseUrl: "/" });
    serve(404, "text/html");
    expect(await findAddress(6006, signal)).toBe("http://127.0.0.1:6006/");
  });

  it("is told to be missing on another machine", async () => {
    visit("https://hub.example/lab", { baseUrl: "/" });
    serve(404, "text/html");
    await expect(findAddress(6006, signal)).rejects.toThrow("install jupyter-server-proxy");
  });

  it("is Colab's own proxy in Colab", async () => {
    visit("https://x.example/output");
    vi.stubGlobal("google", {
      colab: { kernel: { proxyPort: async (port: number) => `https://${port}.example/` } },
    });
    expect(await findAddress(6006, signal)).toBe("https://6006.example/");
  });
});
