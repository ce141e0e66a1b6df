// Ten bars, one per digit, and the answer in words.

import { argmax } from "./network.js";
import { element, percent, small } from "./dom.js";
import { t } from "./texts.js";

// A share with its sign in words.
function words(part) {
  return part.startsWith("> ") ? t("answer.more", { part: part.slice(2) }) : part;
}

// What a network says, in a word and in a sentence; whether it is sure is judged as `byhand read` does.
export function answer({ labels, sure: limit }, probabilities) {
  const best = argmax(probabilities);
  const sure = probabilities[best] >= limit;
  const second = argmax(probabilities.map((p, k) => (k === best ? -1 : p)));
  const sentence = sure
    ? t("answer.sure", { label: labels[best], part: words(percent(probabilities[best])) })
    : t("answer.unsure", { first: labels[best], part: percent(probabilities[best], 0), second: labels[second], other: percent(probabilities[second], 0) });
  return { best, sure, sentence };
}

export class Bars {
  // list: an empty <ol> or <ul>. pointed: called with the number of a bar that is pointed at, and whether by a click.
  constructor(list, labels, pointed = null) {
    this.rows = Array.from(labels, (label, k) => {
      const [fill, value] = [element("span", { className: "fill" }), element("span", { className: "value" })];
      const track = element("span", { className: "track" }, fill);
      const name = pointed ? element("button", { type: "button", className: "label" }, label) : element("span", { className: "label" }, label);
      const row = element("li", {}, name, track, value);
      if (pointed) {
        name.setAttribute("aria-label", t("output.label", { label }));
        name.addEventListener("focus", () => pointed(k, false));
        row.addEventListener("pointerenter", (event) => { if (event.pointerType === "mouse") pointed(k, false); });
        row.addEventListener("click", () => pointed(k, true));
      }
      return { row, fill, value };
    });
    list.replaceChildren(...this.rows.map(({ row }) => row));
  }

  // probabilities: one per label, or null where there is nothing to say.
  show(probabilities) {
    const best = probabilities ? argmax(probabilities) : -1;
    this.rows.forEach(({ row, fill, value }, k) => {
      const part = probabilities ? probabilities[k] : 0;
      fill.style.transform = `scaleX(${part})`;
      value.textContent = probabilities ? percent(part) : "";
      row.classList.toggle("best", k === best);
    });
  }

  // Mark the bar that is looked at; -1 for none.
  mark(chosen) {
    this.rows.forEach(({ row }, k) => row.classList.toggle("selected", k === chosen));
  }
}

// Bars to both sides of a middle line, with a name that can be pointed at.
export class SignedBars extends Bars {
  constructor(list, labels, pointed = null) {
    super(list, labels, pointed);
    list.classList.add("signed");
  }

  // values: one per label, below or above 0; a full bar is 1.
  show(values) {
    this.rows.forEach(({ fill, value }, k) => {
      fill.className = `fill ${values[k] < 0 ? "against" : "for"}`;
      fill.style.width = `${50 * Math.min(1, Math.abs(values[k]))}%`;
      value.textContent = small(values[k]);
    });
  }
}
