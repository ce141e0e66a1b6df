// "Take it apart": units switched off, noise on the image, the smallest weights pruned, and what becomes of it.

import { afterPause, byId, percent } from "./dom.js";
import { app, on, tell } from "./state.js";
import { answer } from "./bars.js";
import { argmax } from "./network.js";
import { decimal, t } from "./texts.js";

const tinkering = {
  off: [], // for each hidden layer one number per unit, 1 where it is switched off
  noise: 0, // standard deviation of what is added to each pixel, where ink is 1
  pruned: 0, // part of the weights that are set to 0, the smallest first
  parameters: null, // of the network with weights changed by hand, or a step taken; null where there are none
  network: null, // the network with all that done to its weights
};
// Noise is drawn once: the same picture every time. Image n takes its numbers from place 97 n on.
const NOISE = normalNumbers(10007);

// The network as it is taken apart.
export function tinkered() {
  return tinkering.network;
}

// Whether weights were changed by hand or a step was taken.
export function changedByHand() {
  return tinkering.parameters !== null;
}

// Give the network other weights.
export function setParameters(parameters) {
  tinkering.parameters = Float32Array.from(parameters);
  prune();
  tell("tinkering");
}

export function restoreWeights() {
  tinkering.parameters = null;
  prune();
  tell("tinkering");
}

// A unit of a hidden layer is switched off.
export function isOff(layer, unit) {
  return tinkering.off[layer][unit] === 1;
}

export function switchUnit(layer, unit, off) {
  tinkering.off[layer][unit] = off ? 1 : 0;
  tell("tinkering");
}

// What the network, taken apart as it is, makes of an image. flipped: a unit [layer, unit] to switch for this once.
export function think(grey, number = 0, flipped = null) {
  const { network, noise, off } = tinkering;
  const inputs = network.scaled(grey);
  if (noise) {
    for (let i = 0; i < inputs.length; i += 1) inputs[i] += noise * NOISE[(97 * number + i) % NOISE.length];
  }
  if (!flipped) return network.forward(inputs, off);
  const [layer, unit] = flipped;
  const switched = off.map((units) => units.slice());
  switched[layer][unit] = 1 - switched[layer][unit];
  return network.forward(inputs, switched);
}

// How the sample fares, in slices so that the page stays quick; `done` gets the results, one per image.
// Called again before it is done, it starts anew.
let round = 0;
export function thinkSample(done) {
  round += 1;
  const mine = round;
  const results = [];
  const slice = () => {
    if (mine !== round) return;
    const stop = performance.now() + 12;
    while (results.length < app.sample.labels.length && performance.now() < stop) {
      results.push(think(app.sample.images[results.length], results.length).probabilities);
    }
    if (results.length < app.sample.labels.length) setTimeout(slice);
    else done(results);
  };
  slice();
}

export function startTinkering() {
  let before = null; // the intact network's accuracy on the sample

  function untouched() {
    return !tinkering.parameters && !tinkering.noise && !tinkering.pruned && tinkering.off.every((units) => !units.includes(1));
  }

  function measure() {
    thinkSample((results) => {
      app.sampleResults = results;
      const right = results.filter((probabilities, n) => argmax(probabilities) === app.sample.labels[n]).length;
      const accuracy = right / results.length;
      if (untouched()) before = accuracy;
      byId("accuracy").textContent = t("accuracy.of", { part: percent(accuracy), count: results.length })
        + (before === null || untouched() ? "" : t("accuracy.untouched", { part: percent(before) }));
      tell("sample");
    });
  }

  function render() {
    const count = tinkering.off.reduce((sum, units) => sum + units.reduce((a, b) => a + b, 0), 0);
    byId("off-count").textContent = count;
    byId("noise-value").textContent = decimal(tinkering.noise.toFixed(2));
    byId("pruned-value").textContent = percent(tinkering.pruned, 0);
    byId("tinkered-answer").textContent = answer(app.network, app.result.probabilities).sentence;
  }

  const measureSoon = afterPause(30, measure);

  on("network", () => {
    tinkering.off = app.network.sizes.slice(1, -1).map((units) => new Uint8Array(units));
    app.off = tinkering.off;
    tinkering.parameters = null;
    prune();
    before = null;
    measureSoon();
  });
  on("weights", () => {
    tinkering.parameters = null;
    prune();
    before = null;
    if (!byId("inside").hidden) measureSoon();
  });
  on("tab", () => { if (app.result && !byId("inside").hidden) measureSoon(); });
  on("tinkering", measureSoon);
  on("result", render);

  byId("noise").addEventListener("input", (event) => {
    tinkering.noise = Number(event.target.value);
    tell("tinkering");
  });
  byId("pruned").addEventListener("input", (event) => {
    tinkering.pruned = Number(event.target.value);
    prune();
    tell("tinkering");
  });
  byId("some-off").addEventListener("click", () => {
    for (const units of tinkering.off) {
      const on = Array.from(units.keys()).filter((unit) => !units[unit]);
      for (let n = Math.ceil(units.length / 10); n > 0 && on.length; n -= 1) {
        units[on.splice(Math.floor(Math.random() * on.length), 1)[0]] = 1;
      }
    }
    tell("tinkering");
  });
  byId("repair").addEventListener("click", () => {
    for (const units of tinkering.off) units.fill(0);
    Object.assign(tinkering, { noise: 0, pruned: 0, parameters: null });
    byId("noise").value = 0;
    byId("pruned").value = 0;
    prune();
    tell("tinkering");
  });
}

function prune() {
  const network = tinkering.parameters ? app.network.with(tinkering.parameters) : app.network;
  if (!tinkering.pruned) {
    tinkering.network = network;
    return;
  }
  // All weights, biases excepted, by their size.
  network.sorted ??= Float32Array.from(network.layers.flatMap(({ weights }) => Array.from(weights, Math.abs))).sort();
  const count = Math.round(tinkering.pruned * network.sorted.length);
  const limit = count < network.sorted.length ? network.sorted[count] : Infinity;
  tinkering.network = network.with(network.parameters.slice());
  for (const { weights } of tinkering.network.layers) {
    for (let i = 0; i < weights.length; i += 1) if (Math.abs(weights[i]) < limit) weights[i] = 0;
  }
}

// Standard normal numbers (Box and Muller 1958) from a fixed start (the generator of Park and Miller 1988).
function normalNumbers(count) {
  let seed = 1;
  const uniform = () => {
    seed = (seed * 48271) % 2147483647;
    return seed / 2147483647;
  };
  return Float64Array.from({ length: count }, () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()));
}
