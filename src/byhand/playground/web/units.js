// The hidden units as a grid of lamps: the more active a unit, the brighter. Those of a large layer come in
// pages, the ones that matter most first.

import { app, on, select } from "./state.js";
import { byId, element } from "./dom.js";
import { goesBack } from "./direction.js";
import { lamp, largest } from "./pictures.js";
import { isOff } from "./tinkering.js";
import { t, whole } from "./texts.js";

const MOST_LAMPS = 128;

// The units of each page: first those to whose weights the next layer gives the most room, on each in their own order.
function pagesOf(layer) {
  const { units, weights } = app.network.layers[layer + 1];
  const all = Array.from({ length: app.network.sizes[layer + 1] }, (_, unit) => unit);
  if (all.length <= MOST_LAMPS) return [all];
  const size = all.map((unit) => weights.subarray(unit * units, (unit + 1) * units).reduce((sum, w) => sum + w * w, 0));
  all.sort((a, b) => size[b] - size[a]);
  return Array.from({ length: Math.ceil(all.length / MOST_LAMPS) }, (_, n) => all.slice(n * MOST_LAMPS, (n + 1) * MOST_LAMPS).sort((a, b) => a - b));
}

export function startUnits() {
  const grids = byId("units");
  let pages = []; // for each hidden layer, its pages
  let open = []; // for each hidden layer, the page that is shown
  let lamps = []; // for each hidden layer, its lamps: {unit, button}

  function build() {
    const hidden = app.network.sizes.slice(1, -1);
    lamps = hidden.map((_, layer) => pages[layer][open[layer]].map((unit, n) => {
      const button = element("button", { type: "button", className: "lamp", tabIndex: n ? -1 : 0 });
      button.setAttribute("aria-label", t("unit.label", { unit: unit + 1 }));
      button.addEventListener("pointerenter", (event) => { if (event.pointerType === "mouse") select(layer, unit, false); });
      button.addEventListener("focus", () => select(layer, unit, false));
      button.addEventListener("click", () => select(layer, unit, true));
      return { unit, button };
    }));
    grids.replaceChildren(...lamps.map((row, layer) => {
      const buttons = row.map(({ button }) => button);
      const name = hidden.length > 1 ? t("layer.number", { layer: layer + 1 }) : t("layer.only");
      const grid = element("div", { className: "lamps" }, ...buttons);
      grid.setAttribute("role", "group");
      const turned = open[layer] * MOST_LAMPS;
      const count = buttons.length === hidden[layer] ? t("units.all", { count: buttons.length })
        : t("units.page", { from: turned + 1, to: turned + buttons.length, count: whole(hidden[layer]) });
      grid.setAttribute("aria-label", `${name}, ${count}`);
      grid.addEventListener("keydown", (event) => move(event, buttons));
      const turn = element("div", { className: "tools", hidden: pages[layer].length === 1 },
        ...[[-1, "\u25c0", "units.before"], [1, "\u25b6", "units.after"]].map(([step, sign, label]) => {
          const button = element("button", { type: "button", disabled: !(open[layer] + step in pages[layer]) }, sign);
          button.setAttribute("aria-label", t(label));
          button.addEventListener("click", () => {
            open[layer] += step;
            build();
            render();
          });
          return button;
        }));
      return element("div", {}, element("h3", {}, `${name}: ${count}`), grid, turn);
    }));
    byId("units-card").hidden = !hidden.length;
  }

  function render() {
    if (byId("inside").hidden) return;
    const colour = lamp();
    lamps.forEach((row, layer) => {
      // Forwards each unit's activation, backwards its delta.
      const outputs = goesBack() ? app.back.deltas[layer] : app.result.outputs[layer];
      const limit = goesBack() || app.network.activation === "relu" ? largest(outputs) || 1 : 1;
      row.forEach(({ unit, button }) => {
        button.style.backgroundColor = colour(outputs[unit] / limit);
        button.classList.toggle("off", isOff(layer, unit));
        button.classList.toggle("selected", app.selected.layer === layer && app.selected.unit === unit);
      });
    });
  }

  on("network", () => {
    pages = app.network.sizes.slice(1, -1).map((_, layer) => pagesOf(layer));
    open = pages.map(() => 0);
    build();
  });
  // A unit that is chosen elsewhere brings its page.
  on("selection", () => {
    const { layer, unit, pinned } = app.selected;
    if (!pinned || !pages[layer]) return;
    const page = pages[layer].findIndex((units) => units.includes(unit));
    if (page === open[layer]) return;
    open[layer] = page;
    build();
  });
  for (const topic of ["result", "selection", "theme", "tab"]) on(topic, () => { if (app.result) render(); });
}

// The arrow keys go from lamp to lamp; one of them is in the order of the Tab key.
function move(event, buttons) {
  const here = buttons.indexOf(document.activeElement);
  const columns = getComputedStyle(event.currentTarget).gridTemplateColumns.split(" ").length;
  const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[event.key];
  const next = { Home: 0, End: buttons.length - 1 }[event.key] ?? here + step;
  if (here < 0 || !(next in buttons)) return;
  event.preventDefault();
  buttons[here].tabIndex = -1;
  buttons[next].tabIndex = 0;
  buttons[next].focus();
}
