/** TensorBoard inside the page, by the first way to it that works from this browser. */
import { type CardData, drawCard } from "../shared/card";
import { h, say } from "../shared/dom";
import { definePanel } from "../shared/panel";
import { findAddress } from "./address";
import css from "./board.css";

type State = {
  card: CardData;
  port: number;
};

export default definePanel<State>({
  name: "board",
  css,
  draw({ model, root, signal }) {
    const card = drawCard(model.get("card"));
    const status = h("p.cm-note", { role: "status" }, "Looking for the way to TensorBoard …");
    root.append(card, status);

    findAddress(model.get("port"), signal).then(
      (address) => {
        if (signal.aborted) return;
        const frame = document.createElement("iframe");
        frame.src = root.classList.contains("cm-dark") ? `${address}?darkMode=true` : address;
        frame.title = "TensorBoard";
        status.replaceWith(frame);
        const link = h("a", { href: address, class: "cm-button" }, "Open in its own tab");
        card.append(h("div.cm-row", link));
      },
      (error: unknown) => {
        if (signal.aborted) return;
        status.className = "cm-error";
        say(status, error);
      },
    );
  },
});
