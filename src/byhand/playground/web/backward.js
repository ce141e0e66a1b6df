// The network's backward pass, the same numbers as byhand's in NumPy; each derivation stands in src/byhand/nn/, at the
// layer of its name.

import { softmax } from "./network.js";

// What da/dz is at an activation a (nn/activations.py).
export const DERIVATIVES = {
  sigmoid: (a) => a * (1 - a),
  tanh: (a) => 1 - a * a,
  relu: (a) => (a > 0 ? 1 : 0),
  identity: () => 1,
};

// The cross-entropy of one example, ln(sum of exp(z)) - z of the right class (nn/losses.py), in nats.
export function lossOf(logits, label) {
  const largest = Math.max(...logits);
  return Math.log(logits.reduce((sum, z) => sum + Math.exp(z - largest), 0)) + largest - logits[label];
}

// From the loss back to every unit, for one example. trace: what Network.forward gave; off: as there.
// Gives dL/dz of each layer, first to last: at the output p - y, and before it the next layer's deltas, each through
// its weight, times the activation's derivative. The network learns with a temperature of 1.
export function deltasOf(network, { outputs, logits }, label, off = []) {
  const { layers } = network;
  const derivative = DERIVATIVES[network.activation];
  const deltas = new Array(layers.length);
  deltas[layers.length - 1] = softmax(logits);
  deltas[layers.length - 1][label] -= 1;
  for (let n = layers.length - 2; n >= 0; n -= 1) {
    const { inputs, units, weights } = layers[n + 1];
    const next = deltas[n + 1];
    const delta = new Float64Array(inputs);
    for (let i = 0; i < inputs; i += 1) {
      if (off[n]?.[i]) continue; // a unit that is switched off says 0, whatever its sum
      const slope = derivative(outputs[n][i]);
      if (slope === 0) continue;
      let back = 0;
      for (let j = 0; j < units; j += 1) back += weights[i * units + j] * next[j];
      delta[i] = back * slope;
    }
    deltas[n] = delta;
  }
  return deltas;
}

// Add `share` of one example's gradient to `gradient`, an array like network.parameters: dL/dw of a weight is what
// comes in through it times the delta of its unit, dL/db of a bias the delta itself (nn/dense.py).
export function addGradient(network, { inputs, outputs }, deltas, gradient, share = 1) {
  let start = 0;
  network.layers.forEach((layer, n) => {
    const signal = n ? outputs[n - 1] : inputs;
    const delta = deltas[n];
    for (let i = 0; i < layer.inputs; i += 1) {
      const factor = share * signal[i];
      if (factor === 0) continue; // most of an image
      const row = start + i * layer.units;
      for (let j = 0; j < layer.units; j += 1) gradient[row + j] += factor * delta[j];
    }
    const bias = start + layer.inputs * layer.units;
    for (let j = 0; j < layer.units; j += 1) gradient[bias + j] += share * delta[j];
    start = bias + layer.units;
  });
}

// One example's gradient by every parameter.
export function gradientOf(network, trace, deltas) {
  const gradient = new Float64Array(network.parameters.length);
  addGradient(network, trace, deltas, gradient);
  return gradient;
}
