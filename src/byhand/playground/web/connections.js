// The strongest connections as lines, from the pixels through the units to the output: forwards what each carries, and
// backwards how the loss changes with its weight.

import { app, on, select } from "./state.js";
import { byId } from "./dom.js";
import { goesBack } from "./direction.js";
import { largest } from "./pictures.js";
import { svg } from "./charts.js";
import { t } from "./texts.js";
import { tinkered } from "./tinkering.js";

const MOST_UNITS = 12; // of each hidden layer
const MOST_LINES = 30; // between two layers
const [HEIGHT, TOP, EDGE] = [400, 34, 12];

export function startConnections() {
  const picture = svg("svg", { height: HEIGHT });
  picture.setAttribute("role", "img");
  byId("connections").append(picture);

  // What goes through the weight from i to j of a layer.
  function through(network, layer) {
    const { units, weights } = network.layers[layer];
    const signal = layer ? app.result.outputs[layer - 1] : app.result.inputs;
    const deltas = app.back.deltas[layer];
    return goesBack() ? (i, j) => signal[i] * deltas[j] : (i, j) => signal[i] * weights[i * units + j];
  }

  // Of each hidden layer the units that matter most now, and the one that is looked at.
  function chosenUnits(network, layer) {
    const { units, weights } = network.layers[layer + 1];
    const weight = (i) => {
      if (goesBack()) return Math.abs(app.back.deltas[layer][i]);
      let most = 0;
      for (let j = 0; j < units; j += 1) most = Math.max(most, Math.abs(weights[i * units + j]));
      return most * Math.abs(app.result.outputs[layer][i]);
    };
    const all = Array.from({ length: network.sizes[layer + 1] }, (_, i) => i).sort((a, b) => weight(b) - weight(a));
    const chosen = all.slice(0, MOST_UNITS);
    if (app.selected.layer === layer && !chosen.includes(app.selected.unit)) chosen[chosen.length - 1] = app.selected.unit;
    return chosen.sort((a, b) => a - b);
  }

  function render() {
    const width = byId("connections").clientWidth;
    if (byId("inside").hidden || !width) return;
    const network = tinkered();
    picture.setAttribute("width", width);
    picture.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
    const nodes = [];
    const columns = network.layers.map((layer, n) => (n < network.layers.length - 1
      ? chosenUnits(network, n) : Array.from({ length: layer.units }, (_, k) => k)));
    const side = Math.min(224, width * 0.36, HEIGHT - TOP - 20);
    const corner = (HEIGHT - TOP - side) / 2 + TOP;
    const across = (n) => side + ((n + 1) / columns.length) * (width - side - EDGE - 26);
    const down = (n, place) => TOP + ((place + 0.5) / columns[n].length) * (HEIGHT - TOP - 8);

    // The image, and on it where lines begin.
    const cell = side / 28;
    nodes.push(svg("rect", { class: "paper", x: 0, y: corner, width: side, height: side }));
    app.result.inputs.forEach((x, i) => {
      if (x <= 0.05) return;
      nodes.push(svg("rect", { class: "ink", x: (i % 28) * cell, y: corner + Math.floor(i / 28) * cell, width: cell + 0.2, height: cell + 0.2, opacity: Math.min(1, x) }));
    });
    const lines = columns.map((units, n) => {
      const carried = through(network, n);
      const from = n ? columns[n - 1] : Array.from(app.result.inputs.keys()).filter((i) => app.result.inputs[i] > 0);
      // Of a unit that is looked at, its own; else of all.
      const into = app.selected.layer === n && app.selected.chosen ? [app.selected.unit] : units;
      const found = from.flatMap((i, a) => into.map((j) => ({ i, a, j, value: carried(i, j) })));
      return found.sort((one, other) => Math.abs(other.value) - Math.abs(one.value)).slice(0, MOST_LINES);
    });
    lines.forEach((found, n) => {
      const limit = largest(found.map(({ value }) => value)) || 1;
      for (const { i, a, j, value } of found) {
        if (!value) continue;
        const [x1, y1] = n ? [across(n - 1), down(n - 1, a)] : [((i % 28) + 0.5) * cell, corner + (Math.floor(i / 28) + 0.5) * cell];
        const part = Math.abs(value) / limit;
        nodes.push(svg("line", { class: `connection ${value > 0 ? "for" : "against"}`, x1, y1, x2: across(n), y2: down(n, columns[n].indexOf(j)), "stroke-width": 0.5 + 2 * part, opacity: 0.2 + 0.6 * part }));
      }
    });
    columns.forEach((units, n) => {
      const output = n === columns.length - 1;
      const values = goesBack() ? app.back.deltas[n] : output ? app.result.probabilities : app.result.outputs[n];
      const limit = largest(values) || 1;
      units.forEach((unit, place) => {
        const node = svg("circle", { cx: across(n), cy: down(n, place), r: 8, class: app.selected.layer === n && app.selected.unit === unit ? "node selected" : "node" });
        const inner = svg("circle", { cx: across(n), cy: down(n, place), r: 8, class: `level ${values[unit] < 0 ? "against" : "for"}`, opacity: Math.abs(values[unit]) / limit });
        inner.append(svg("title", {}, output ? t("output.name", { label: network.labels[unit] }) : t("unit.name", { unit: unit + 1 })));
        inner.addEventListener("click", () => select(n, unit, true));
        nodes.push(node, inner);
        if (output) nodes.push(svg("text", { x: across(n) + 14, y: down(n, place) + 5 }, network.labels[unit]));
      });
      const name = output ? t("connections.output") : columns.length > 2 ? t("connections.layer", { layer: n + 1 }) : t("connections.hidden");
      nodes.push(svg("text", { x: Math.min(across(n), width - 28), y: 18, "text-anchor": "middle" }, width < 500 && columns.length > 3 ? String(n + 1) : name));
    });
    picture.replaceChildren(...nodes);
    picture.setAttribute("aria-label", t(goesBack() ? "connections.back.label" : "connections.label"));
  }

  for (const topic of ["result", "selection", "theme", "tab"]) on(topic, () => { if (app.result) render(); });
  new ResizeObserver(() => { if (app.result) render(); }).observe(byId("connections"));
}
