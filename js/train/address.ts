/** The way from this browser to a port of the machine that the kernel runs on. */

interface Colab {
  kernel?: { proxyPort?(port: number): Promise<string> };
}

/**
 * Colab's own proxy, jupyter-server-proxy where it is installed, and the port itself where the page comes from the
 * same machine. Rejects with a sentence when there is none.
 */
export async function findAddress(port: number, signal: AbortSignal): Promise<string> {
  const colab = (globalThis as { google?: { colab?: Colab } }).google?.colab;
  if (colab?.kernel?.proxyPort) return colab.kernel.proxyPort(port);

  const base = serverAddress();
  if (base !== undefined) {
    const proxied = new URL(`proxy/${port}/`, base);
    const answer = await fetch(proxied, { signal, credentials: "same-origin" }).catch(() => undefined);
    if (answer?.ok && answer.headers.get("content-type")?.startsWith("text/html")) return proxied.href;
  }
  if (["localhost", "127.0.0.1", "[::1]"].includes(location.hostname)) return `http://127.0.0.1:${port}/`;
  throw new Error(
    `TensorBoard runs beside the kernel, on port ${port} of another machine. To see it here, install ` +
      "jupyter-server-proxy where the Jupyter server runs, and restart the server.",
  );
}

/** Where the Jupyter server lives, which JupyterLab and Notebook 7 write into their page. */
function serverAddress(): URL | undefined {
  const settings = document.getElementById("jupyter-config-data")?.textContent;
  if (!settings) return undefined;
  const { baseUrl } = JSON.parse(settings) as { baseUrl?: string };
  return new URL(baseUrl ?? "/", location.href);
}
