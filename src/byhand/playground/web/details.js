// One unit, hidden or output, in detail: what it looks for, its sum term by term, and its say in the answer.

import { app, imageNumber, on } from "./state.js";
import { byId, element, signed } from "./dom.js";
import { largest, paintSigned } from "./pictures.js";
import { goesBack } from "./direction.js";
import { isOff, switchUnit, think, tinkered } from "./tinkering.js";
import { decimal, t } from "./texts.js";

const SHOWN = 4; // terms in the table, for and against

export function startDetails() {
  function render() {
    if (byId("inside").hidden) return;
    const { layer, unit } = app.selected;
    const { result } = app;
    const network = tinkered();
    const output = layer === network.layers.length - 1;
    const name = output ? t("output.label", { label: network.labels[unit] })
      : t(network.layers.length > 2 ? "unit.title.layer" : "unit.title", { unit: unit + 1, layer: layer + 1 });
    byId("unit-name").textContent = name;
    renderPictures(layer, unit);
    renderSum(layer, unit, output);
    byId("say-part").hidden = output || goesBack();
    byId("switch").hidden = output;
    if (output) return;
    byId("switch").setAttribute("aria-pressed", isOff(layer, unit));
    byId("switch").textContent = isOff(layer, unit) ? t("switch.on") : t("switch.it.off");
    // Its say: what each logit would lose without it.
    const without = think(app.grey, imageNumber(), [layer, unit]).logits;
    const sign = isOff(layer, unit) ? -1 : 1;
    renderSay(result.logits.map((logit, k) => sign * (logit - without[k])));
  }

  for (const topic of ["result", "selection", "theme", "tab"]) on(topic, () => { if (app.result) render(); });
  byId("switch").addEventListener("click", () => {
    const { layer, unit } = app.selected;
    switchUnit(layer, unit, !isOff(layer, unit));
  });
}

// A unit's weights, one per input of its layer.
function weightsOf({ inputs, units, weights }, unit) {
  return Float64Array.from({ length: inputs }, (_, i) => weights[i * units + unit]);
}

function renderPictures(layer, unit) {
  const { layers } = tinkered();
  let weights = weightsOf(layers[layer], unit);
  // Behind the first layer, weights are for units, not for pixels: what these look for in turn, all of it added up.
  for (let n = layer - 1; n >= 0; n -= 1) {
    const { inputs, units, weights: before } = layers[n];
    weights = Float64Array.from({ length: inputs }, (_, i) => {
      let sum = 0;
      for (let j = 0; j < units; j += 1) sum += before[i * units + j] * weights[j];
      return sum;
    });
  }
  paintSigned(byId("looks-for"), weights);
  paintSigned(byId("finds"), weights.map((weight, i) => weight * app.result.inputs[i]), 28, largest(weights));
  byId("through").hidden = layer === 0;
}

function renderSum(layer, unit, output) {
  const { result } = app;
  const network = tinkered();
  const weights = weightsOf(network.layers[layer], unit);
  const inputs = layer ? result.outputs[layer - 1] : result.inputs;
  const terms = Array.from(weights, (weight, i) => ({ i, value: inputs[i], weight, term: inputs[i] * weight }));
  const sorted = terms.filter(({ term }) => term).sort((a, b) => b.term - a.term);
  const above = sorted.filter(({ term }) => term > 0).slice(0, SHOWN);
  const below = sorted.filter(({ term }) => term < 0).slice(-SHOWN);
  const shown = [...above, ...below];
  const bias = network.layers[layer].bias[unit];
  const z = result.sums[layer][unit];
  const rest = z - bias - shown.reduce((sum, { term }) => sum + term, 0);
  const place = (i) => (layer ? t("unit.name", { unit: i + 1 }) : t("pixel.name", { row: Math.floor(i / 28) + 1, column: (i % 28) + 1 }));
  const row = (name, middle, value, kind = "") => element("tr", { className: kind },
    element("th", { scope: "row" }, name), element("td", {}, middle), element("td", {}, value));
  byId("terms").replaceChildren(
    ...shown.map(({ i, value, weight, term }) => row(place(i), `${decimal(value.toFixed(2))} × ${signed(weight)}`, signed(term), term > 0 ? "for" : "against")),
    row(t("terms.others", { count: sorted.length - shown.length }), "", signed(rest)),
    row(t("terms.bias"), "", signed(bias)),
    row(t("terms.sum"), "", signed(z), "total"),
    ...(output ? [] : [row(`${network.activation}(z)`, "", decimal(result.outputs[layer][unit].toFixed(3)), "total")]),
  );
  byId("terms-name").textContent = layer
    ? t("terms.units")
    : t("terms.pixels");
}

function renderSay(say) {
  const limit = Math.max(1, largest(say));
  byId("say").replaceChildren(...Array.from(say, (value, k) => {
    const fill = element("span", { className: `fill ${value < 0 ? "against" : "for"}` });
    fill.style.width = `${(50 * Math.abs(value)) / limit}%`;
    return element("li", {}, element("span", { className: "label" }, app.network.labels[k]),
      element("span", { className: "track" }, fill), element("span", { className: "value" }, signed(value)));
  }));
}
