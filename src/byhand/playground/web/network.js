// The network's forward pass: the same numbers as byhand's in NumPy, and every step of the way kept. Backwards it goes
// in backward.js.

import { deskew } from "./deskew.js";

const LARGEST_EXPONENT = 80;

// What a hidden unit makes of its weighted sum z.
const ACTIVATIONS = {
  sigmoid: (z) => 1 / (1 + Math.exp(Math.min(-z, LARGEST_EXPONENT))),
  tanh: Math.tanh,
  relu: (z) => Math.max(z, 0),
  identity: (z) => z,
};

// Probabilities from logits z: exp(z / temperature), divided by what all of them sum up to. Subtracting the largest
// first changes nothing and keeps exp() within bounds.
export function softmax(logits, temperature = 1) {
  const largest = Math.max(...logits);
  const powers = Float64Array.from(logits, (z) => Math.exp((z - largest) / temperature));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}

export class Network {
  // description: sizes, activation, labels, minimum, maximum, deskew, temperature, sure, as `content.py` writes them.
  // parameters: Float32Array, layer by layer: weights (inputs x units, row by row), then biases.
  constructor(description, parameters) {
    const { sizes, activation, labels, minimum, maximum, temperature, sure } = description;
    Object.assign(this, { sizes, activation, labels, temperature, sure, description, parameters });
    this.layers = [];
    let start = 0;
    for (let n = 1; n < sizes.length; n += 1) {
      const [inputs, units] = [sizes[n - 1], sizes[n]];
      const middle = start + inputs * units;
      this.layers.push({
        inputs,
        units,
        weights: parameters.subarray(start, middle),
        bias: parameters.subarray(middle, middle + units),
      });
      start = middle + units;
    }
    // Min-max scaling as one factor and one offset per pixel; a pixel that never varies is scaled to 0.
    const at = (value, i) => (typeof value === "number" ? value : value[i]);
    this.factor = new Float64Array(sizes[0]);
    this.offset = new Float64Array(sizes[0]);
    for (let i = 0; i < sizes[0]; i += 1) {
      const span = at(maximum, i) - at(minimum, i);
      this.factor[i] = span > 0 ? 1 / span : 0;
      this.offset[i] = at(minimum, i) * this.factor[i];
    }
  }

  // The same network with other weights.
  with(parameters) {
    return new Network(this.description, parameters);
  }

  // Grey levels 0 to 255 to the network's inputs, 0 to 1.
  scaled(grey) {
    const pixels = this.description.deskew ? deskew(grey) : grey;
    return Float64Array.from(this.factor, (factor, i) => pixels[i] * factor - this.offset[i]);
  }

  // From inputs to probabilities. off[n][j] = 1 silences unit j of hidden layer n.
  // Returns each layer's weighted sums and outputs; the last layer's sums are the logits.
  forward(inputs, off = []) {
    const sums = [];
    const outputs = [];
    let signal = inputs;
    this.layers.forEach((layer, n) => {
      const z = weightedSums(layer, signal);
      sums.push(z);
      if (n < this.layers.length - 1) {
        signal = z.map(ACTIVATIONS[this.activation]);
        if (off[n]) signal.forEach((_, j) => { if (off[n][j]) signal[j] = 0; });
        outputs.push(signal);
      }
    });
    const logits = sums[sums.length - 1];
    return { inputs, sums, outputs, logits, probabilities: softmax(logits, this.temperature) };
  }
}

// z = x W + b. Row by row, so that memory is read in its order and inputs of 0, most of an image, cost nothing.
function weightedSums({ weights, bias, units }, inputs) {
  const z = Float64Array.from(bias);
  for (let i = 0; i < inputs.length; i += 1) {
    const x = inputs[i];
    if (x === 0) continue;
    const row = i * units;
    for (let j = 0; j < units; j += 1) z[j] += x * weights[row + j];
  }
  return z;
}

// Where the largest of some numbers stands.
export function argmax(values) {
  let best = 0;
  for (let i = 1; i < values.length; i += 1) if (values[i] > values[best]) best = i;
  return best;
}
