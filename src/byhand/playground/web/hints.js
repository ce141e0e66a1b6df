// What each setting and chart of Watch it learn is, in a sentence where it stands, and the chapter of docs/book/ about it.

import { byId, element } from "./dom.js";
import { t } from "./texts.js";

const CHAPTERS = {
  hidden: "layers", activation: "layers", optimizer: "learning", learning_rate: "learning", schedule: "learning",
  momentum: "learning", batch_size: "learning", epochs: "learning", amount: "honest-numbers", deformations: "accuracy",
  seed: "honest-numbers", loss: "loss", accuracies: "honest-numbers", gradients: "backpropagation",
  inactive: "backpropagation", histogram: "layers", forming: "neuron",
};

// A button, and the sentence that it shows.
function hint(name, about) {
  const button = element("button", { type: "button", className: "hint" }, "?");
  button.setAttribute("aria-label", t("hint.about", { name: about }));
  button.setAttribute("aria-expanded", false);
  const chapter = element("span", { className: "chapter" }, t("hint.chapter", { chapter: `docs/book/${CHAPTERS[name]}.md` }));
  const sentence = element("p", { className: "quiet", hidden: true }, `${t(`hint.${name}`)} `, chapter);
  button.addEventListener("click", () => {
    sentence.hidden = !sentence.hidden;
    button.setAttribute("aria-expanded", !sentence.hidden);
  });
  return [button, sentence];
}

export function startHints() {
  for (const label of document.querySelectorAll("#settings label")) {
    const field = byId(label.htmlFor);
    field.after(...hint(field.name, label.textContent));
  }
  for (const card of document.querySelectorAll("#learn [data-card]")) {
    const title = card.querySelector("h2, figcaption");
    if (card.dataset.card in CHAPTERS) title.after(...hint(card.dataset.card, title.textContent));
  }
}
