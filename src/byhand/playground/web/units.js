// The hidden units as a grid of lamps: the more active a unit, the brighter. Of a large layer, those that matter most.

import { app, on, select } from "./state.js";
import { byId, element } from "./dom.js";
import { goesBack } from "./direction.js";
import { lamp, largest } from "./pictures.js";
import { isOff } from "./tinkering.js";

const MOST_LAMPS = 128;

// The units to show: those to whose weights the next layer gives the most room, in their own order.
function chosenUnits(layer) {
  const { units, weights } = app.network.layers[layer + 1];
  const all = Array.from({ length: app.network.sizes[layer + 1] }, (_, unit) => unit);
  if (all.length <= MOST_LAMPS) return all;
  const size = all.map((unit) => weights.subarray(unit * units, (unit + 1) * units).reduce((sum, w) => sum + w * w, 0));
  return all.sort((a, b) => size[b] - size[a]).slice(0, MOST_LAMPS).sort((a, b) => a - b);
}

export function startUnits() {
  const grids = byId("units");
  let lamps = []; // for each hidden layer, its lamps: {unit, button}

  function build() {
    const hidden = app.network.sizes.slice(1, -1);
    lamps = hidden.map((_, layer) => chosenUnits(layer).map((unit, n) => {
      const button = element("button", { type: "button", className: "lamp", tabIndex: n ? -1 : 0 });
      button.setAttribute("aria-label", `Unit ${unit + 1}`);
      button.addEventListener("pointerenter", (event) => { if (event.pointerType === "mouse") select(layer, unit, false); });
      button.addEventListener("focus", () => select(layer, unit, false));
      button.addEventListener("click", () => select(layer, unit, true));
      return { unit, button };
    }));
    grids.replaceChildren(...lamps.map((row, layer) => {
      const buttons = row.map(({ button }) => button);
      const name = hidden.length > 1 ? `Hidden layer ${layer + 1}` : "Hidden layer";
      const grid = element("div", { className: "lamps" }, ...buttons);
      grid.setAttribute("role", "group");
      const count = buttons.length === hidden[layer] ? `${buttons.length} units` : `the ${buttons.length} of ${hidden[layer]} units that matter most`;
      grid.setAttribute("aria-label", `${name}, ${count}`);
      grid.addEventListener("keydown", (event) => move(event, buttons));
      return element("div", {}, element("h3", {}, `${name}: ${count}`), grid);
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

  on("network", build);
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
