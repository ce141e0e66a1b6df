// One unit, backwards: its delta term by term, the gradient of one of its weights, and both changed by hand.

import { app, on } from "./state.js";
import { byId, element, signed, small } from "./dom.js";
import { DERIVATIVES, lossOf } from "./backward.js";
import { goesBack, truth } from "./direction.js";
import { paintSigned } from "./pictures.js";
import { setParameters, tinkered } from "./tinkering.js";
import { softmax } from "./network.js";
import { t } from "./texts.js";

const SHOWN = 6; // terms in the table
const OFFERED = 12; // weights to choose from
const STEP = 1e-4; // of the finite difference; float64 leaves some 8 digits

// Where the first weight of a layer stands in network.parameters.
function startOf(network, layer) {
  return network.layers.slice(0, layer).reduce((sum, { inputs, units }) => sum + (inputs + 1) * units, 0);
}

export function startDelta() {
  let input = null; // through which the weight that is looked at comes in; null for the strongest

  const signal = (layer) => (layer ? app.result.outputs[layer - 1] : app.result.inputs);
  const place = (layer, i) => (layer ? t("unit.name", { unit: i + 1 }) : t("pixel.name", { row: Math.floor(i / 28) + 1, column: (i % 28) + 1 }));

  function rows(...content) {
    return content.map(([name, middle, value, kind = ""]) => element("tr", { className: kind },
      element("th", { scope: "row" }, name), element("td", {}, middle), element("td", {}, value)));
  }

  // At an output p - y, elsewhere what comes back from the next layer, times the activation's slope.
  function renderDelta(network, layer, unit, output) {
    const delta = app.back.deltas[layer][unit];
    if (output) {
      const p = softmax(app.result.logits)[unit];
      const y = unit === truth() ? 1 : 0;
      byId("delta-terms").replaceChildren(...rows(
        [t("delta.p"), "", small(p)], [t("delta.y"), "", String(y)], [t("delta.output"), "p \u2212 y", small(delta), "total"]));
      return;
    }
    const { units, weights } = network.layers[layer + 1];
    const next = app.back.deltas[layer + 1];
    const last = layer + 1 === network.layers.length - 1;
    const terms = Array.from(next, (d, j) => ({ j, d, weight: weights[unit * units + j], term: d * weights[unit * units + j] }))
      .sort((a, b) => Math.abs(b.term) - Math.abs(a.term));
    const shown = terms.slice(0, SHOWN);
    const sum = terms.reduce((total, { term }) => total + term, 0);
    const rest = terms.slice(SHOWN).reduce((total, { term }) => total + term, 0);
    const off = app.off[layer]?.[unit];
    const slope = off ? 0 : DERIVATIVES[network.activation](app.result.outputs[layer][unit]);
    const formula = { sigmoid: "a (1 \u2212 a)", tanh: "1 \u2212 a\u00b2", relu: t("delta.relu"), identity: "1" }[network.activation];
    byId("delta-terms").replaceChildren(...rows(
      ...shown.map(({ j, d, weight, term }) => [last ? t("output.name", { label: network.labels[j] }) : t("unit.name", { unit: j + 1 }),
        `${small(d)} \u00d7 ${signed(weight)}`, small(term), term > 0 ? "for" : "against"]),
      ...(terms.length > shown.length ? [[t("terms.others", { count: terms.length - shown.length }), "", small(rest)]] : []),
      [t("delta.back"), "dL/da", small(sum), "total"],
      [t("delta.slope"), formula, small(slope)],
      [t("delta.hidden"), "dL/dz", small(delta), "total"]));
  }

  function renderWeight(network, layer, unit) {
    const { inputs, units, weights } = network.layers[layer];
    const values = signal(layer);
    const delta = app.back.deltas[layer][unit];
    const order = Array.from({ length: inputs }, (_, i) => i)
      .sort((a, b) => Math.abs(values[b] * weights[b * units + unit]) - Math.abs(values[a] * weights[a * units + unit]));
    const offered = order.slice(0, OFFERED);
    if (input !== null && input < inputs && !offered.includes(input)) offered.push(input);
    if (input === null || input >= inputs) input = offered[0];
    const choice = byId("weight-choice");
    choice.replaceChildren(...offered.map((i) => element("option", { value: i }, place(layer, i))));
    choice.value = input;
    const start = startOf(network, layer);
    const at = start + input * units + unit;
    if (document.activeElement !== byId("weight-value")) byId("weight-value").value = Number(weights[input * units + unit].toPrecision(5));
    if (document.activeElement !== byId("bias-value")) byId("bias-value").value = Number(network.layers[layer].bias[unit].toPrecision(5));
    if (!goesBack()) return;
    byId("gradient-terms").replaceChildren(...rows(
      [layer ? t("gradient.activation") : t("gradient.input"), place(layer, input), small(values[input])],
      [t("gradient.delta"), "", small(delta)],
      [t("gradient.weight"), t("gradient.product"), small(values[input] * delta), "total"],
      [t("gradient.difference"), "", small(difference(network, at))],
      [t("gradient.bias"), t("gradient.delta.itself"), small(delta), "total"]));
  }

  // The same by trying it out: how the loss changes when the weight is moved a little either way.
  function difference(network, at) {
    const loss = (change) => {
      const parameters = Float64Array.from(network.parameters);
      parameters[at] += change;
      return lossOf(network.with(parameters).forward(app.result.inputs, app.off).logits, truth());
    };
    return (loss(STEP) - loss(-STEP)) / (2 * STEP);
  }

  function render() {
    if (byId("inside").hidden) return;
    const { layer, unit } = app.selected;
    const network = tinkered();
    const output = layer === network.layers.length - 1;
    renderWeight(network, layer, unit);
    if (!goesBack()) return;
    renderDelta(network, layer, unit, output);
    byId("gradient-figure").hidden = layer > 0;
    if (layer === 0) paintSigned(byId("gradient-picture"), app.result.inputs.map((x) => x * app.back.deltas[0][unit]));
  }

  // Numbers are set when the field is left or Enter is pressed.
  function change(field, at) {
    const value = Number(field.value);
    if (!field.value.trim() || !Number.isFinite(value) || Math.abs(value) > 1e6) {
      field.blur();
      render();
      return;
    }
    const parameters = Float32Array.from(tinkered().parameters);
    parameters[at] = value;
    setParameters(parameters);
  }

  byId("weight-choice").addEventListener("change", (event) => {
    input = Number(event.target.value);
    render();
  });
  byId("weight-value").addEventListener("change", (event) => {
    const { layer, unit } = app.selected;
    const network = tinkered();
    change(event.target, startOf(network, layer) + input * network.layers[layer].units + unit);
  });
  byId("bias-value").addEventListener("change", (event) => {
    const { layer, unit } = app.selected;
    const network = tinkered();
    const { inputs, units } = network.layers[layer];
    change(event.target, startOf(network, layer) + inputs * units + unit);
  });
  on("selection", () => { input = null; });
  on("network", () => { input = null; });
  for (const topic of ["result", "selection", "theme", "tab"]) on(topic, () => { if (app.result) render(); });
}
