// Cards that can be put away, so that a lesson shows only what it is about. The address keeps them.

import { byId, element } from "./dom.js";
import { on, tell } from "./state.js";

const away = new Set();

export function cardsAway() {
  return [...away];
}

// Put away these cards and no others.
export function putAway(names) {
  away.clear();
  for (const name of names) away.add(name);
  for (const card of document.querySelectorAll("[data-card]")) card.classList.toggle("away", away.has(card.dataset.card));
}

export function startCards() {
  const list = byId("card-list");

  function build() {
    const cards = [...document.querySelectorAll("[role=tabpanel]:not([hidden]) [data-card]")];
    list.replaceChildren(...cards.map((card) => {
      const box = element("input", { type: "checkbox", checked: !away.has(card.dataset.card) });
      box.addEventListener("change", () => {
        putAway(box.checked ? cardsAway().filter((name) => name !== card.dataset.card) : [...away, card.dataset.card]);
        tell("cards");
      });
      return element("li", {}, element("label", {}, box, card.querySelector("h2, figcaption").textContent));
    }));
  }

  on("tab", build);
  on("cards", build);
  byId("cards").addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    byId("cards").open = false;
    byId("cards").querySelector("summary").focus();
  });
  document.addEventListener("click", (event) => { if (!byId("cards").contains(event.target)) byId("cards").open = false; });
}
