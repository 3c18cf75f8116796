/** A file from the kernel: fetched in parts, each proven, and saved as the browser saves a download. */
import type { CardData } from "../shared/card";
import { button, sentence } from "../shared/controls";
import { h } from "../shared/dom";
import { bytes } from "../shared/format";
import { ask } from "../shared/messages";
import { definePanel } from "../shared/panel";
import { progressBar } from "../shared/progress";
import { digest, hex } from "./sha256";

type State = {
  card: CardData;
  name: string;
  size: number;
};

/** As `LARGEST_PIECE` in `colab_magics/ingest/upload.py`. */
const part = 4 * 1024 * 1024;
const inFlight = 4;

export default definePanel<State>({
  name: "parcel",
  draw({ model, root, signal }) {
    const name = model.get("name");
    const size = model.get("size");
    const badge = h("span.cm-badge");
    const progress = progressBar("Fetched");
    const note = h("p.cm-note", { role: "status" });
    const failure = sentence(true);
    const control = button("Save", save);
    root.append(
      h(
        "section.cm-card",
        { "aria-label": name },
        h("h3.cm-title", name, badge),
        progress.bar,
        h("div.cm-row", control, note),
        failure.element,
      ),
    );
    show("", "ready", 0);

    function show(tone: string, word: string, done: number): void {
      badge.className = `cm-badge ${tone}`;
      badge.textContent = word;
      progress.show(size ? done / size : done);
      note.textContent = done < size ? `${bytes(done)} of ${bytes(size)}` : bytes(size);
    }

    async function save(): Promise<void> {
      control.disabled = true;
      failure.say("");
      try {
        const url = URL.createObjectURL(await fetchAll());
        const link = h("a", { href: url, download: name });
        link.removeAttribute("target"); // a download opens no page
        link.click();
        setTimeout(() => URL.revokeObjectURL(url), 60_000);
        show("cm-ok", "given to the browser", size || 1);
        control.textContent = "Save again";
      } catch (error) {
        if (signal.aborted) return;
        show("cm-wrong", "failed", 0);
        failure.say(error);
      } finally {
        control.disabled = false;
      }
    }

    async function fetchAll(): Promise<Blob> {
      const parts: Blob[] = [];
      let next = 0;
      let done = 0;
      const fetchSome = async () => {
        while (next < size) {
          const position = next;
          next += part;
          const bytes = await fetchPart(position);
          // A Blob of its own, which the browser may keep on the disk.
          parts[position / part] = new Blob([bytes]);
          done += bytes.length;
          show("", "on its way", done);
        }
      };
      await Promise.all(Array.from({ length: inFlight }, fetchSome));
      return new Blob(parts, { type: "application/octet-stream" });
    }

    async function fetchPart(position: number): Promise<Uint8Array<ArrayBuffer>> {
      for (let tried = 1; ; tried += 1) {
        const { result, buffers } = await ask<{ sha256: string }>(
          model,
          "part",
          { position },
          { signal, timeout: 60_000 },
        );
        const view = buffers[0];
        const found = view
          ? new Uint8Array(new Uint8Array(view.buffer, view.byteOffset, view.byteLength))
          : null;
        if (found && hex(await digest(found)) === result.sha256) return found;
        if (tried === 3)
          throw new Error(`${name} is damaged on its way, again and again: try another network.`);
      }
    }

    ask<boolean>(model, "claim", {}, { signal, timeout: 600_000 })
      .then(({ result }) => (result ? save() : undefined))
      .catch(() => undefined);
  },
});
