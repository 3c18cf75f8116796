/** A strip in which a pet walks, and what lets sparks fly where a training tells of an epoch's end; gone in five minutes. */
import type { CardData } from "../shared/card";
import { button } from "../shared/controls";
import { h, say, set } from "../shared/dom";
import { epochEnded } from "../shared/epoch";
import { definePanel } from "../shared/panel";
import { drawPet, type Shape } from "./drawing";
import css from "./panel.css";
import { spark, stillness } from "./sparks";
import { walk } from "./walk";

type State = {
  card: CardData;
  pet: string;
  says: string;
  shapes: readonly Shape[];
  sparks: string;
  until: number;
};

const life = 300_000; // milliseconds
const beat = 150; // milliseconds between two drawings: each frame costs a page the same, however little moves
const gladness = 10; // beats
const linger = 1000; // the sparks of a last epoch still fly when its cell has ended, and this panel with it

export default definePanel<State>({
  name: "fun",
  css,
  draw({ model, root, signal, onChange }) {
    const name = model.get("pet");
    const drawing = drawPet(model.get("shapes"));
    const pet = h("button.cm-pet", {
      type: "button",
      "aria-label": `Pet the ${name}`,
      onClick: greet,
    });
    const says = h("span.cm-says", { role: "status" });
    const ground = h("div", { class: name && "cm-ground" }, name ? [pet, says] : model.get("sparks"));
    const strip = h(
      "div",
      { class: `cm-card cm-row cm-${name}` },
      ground,
      h("code", "%fun off"),
      button("×", () => endAt(1), { "aria-label": "Take it away" }),
    );
    pet.append(drawing.element);
    root.append(strip);

    let seconds = 1;
    let glad = 0;
    let isSeen = true;
    let timer: ReturnType<typeof setTimeout> | undefined;

    function endAt(time: number): void {
      model.set("until", time);
      model.save_changes();
    }

    function isOver(): boolean {
      return Date.now() >= model.get("until");
    }

    function greet(): void {
      glad = gladness;
      say(says, model.get("says"));
    }

    function step(): void {
      clearTimeout(timer);
      if (isOver()) strip.remove();
      if (!isSeen || !strip.isConnected) return;
      const isStill = matchMedia(stillness).matches;
      const isHeld = isStill || glad > 0 || pet.matches(":hover, :focus-visible");
      if (!isHeld) seconds += beat / 1000;
      if (glad && !--glad) say(says, "");
      const { x, faces, swing } = walk(seconds, ground.clientWidth - pet.clientWidth);
      const hop = isStill ? 0 : Math.abs(Math.sin(glad));
      set(ground, { style: { "--cm-x": x, "--cm-y": -6 * hop, "--cm-faces": faces } });
      drawing.swing(isHeld ? hop : swing);
      timer = setTimeout(() => requestAnimationFrame(step), beat); // a hidden page has no frames
    }

    function hear(event: Event): void {
      if (isOver()) return;
      event.stopImmediatePropagation(); // of another panel of this kind
      spark(event.target as Element, (event as CustomEvent<boolean>).detail);
    }

    if (!model.get("until")) endAt(Date.now() + life);
    new IntersectionObserver(([entry]) => {
      isSeen = !!entry?.isIntersecting;
      step();
    }).observe(strip);
    if (model.get("sparks")) {
      window.addEventListener(epochEnded, hear);
      signal.addEventListener("abort", () =>
        setTimeout(() => window.removeEventListener(epochEnded, hear), linger),
      );
    }
    step();
    onChange("until", step);
  },
});
