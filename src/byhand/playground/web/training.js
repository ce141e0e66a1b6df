// A training inside the page: the same steps as byhand's in NumPy (training/loop.py), an image at a time, and the same
// reports as the server's (playground/live.py).

import { Network, argmax } from "./network.js";
import { SCHEDULES, makeOptimiser } from "./optimisers.js";
import { addGradient, deltasOf, lossOf } from "./backward.js";

const POINTS = 40; // reports in a training at least, beside those after 1, 2, 4, 8, ... batches
const MILLISECONDS_BETWEEN_REPORTS = 200;
const INACTIVE_RANGE = 0.01; // see live.py
const TIMES_GUESSING = 2; // see training/divergence.py, as the next one
const BATCHES_TO_JUDGE = 20;
const VANISHING_RATIO = 1e-2; // see training/diagnosis.py

// Numbers from 0 to 1 that follow from a seed: mulberry32, by Tommy Ettinger 2017, public domain.
export function randomNumbers(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let z = Math.imul(state ^ (state >>> 15), state | 1);
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
    return ((z ^ (z >>> 14)) >>> 0) / 4294967296;
  };
}

// First weights, Glorot's or for ReLU He's (nn/initialisers.py); biases are 0.
export function firstParameters(sizes, activation, random) {
  const parameters = [];
  for (let n = 1; n < sizes.length; n += 1) {
    const [inputs, units] = [sizes[n - 1], sizes[n]];
    const limit = Math.sqrt(6 / (inputs + units));
    const draw = activation === "relu"
      ? () => Math.sqrt(2 / inputs) * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
      : () => limit * (2 * random() - 1);
    for (let i = 0; i < inputs * units; i += 1) parameters.push(draw());
    for (let j = 0; j < units; j += 1) parameters.push(0);
  }
  return Float32Array.from(parameters);
}

function shuffled(count, random) {
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i -= 1) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

export class Training {
  // description: of a network like the one to train. examples, heldOut, test: {images, labels}, of grey levels.
  constructor(description, settings, examples, heldOut, test) {
    Object.assign(this, { settings });
    this.random = randomNumbers(settings.seed);
    const sizes = [784, ...settings.hidden, description.labels.length];
    const { activation } = settings;
    const parameters = firstParameters(sizes, activation, this.random);
    this.network = new Network({ ...description, sizes, activation, temperature: 1 }, parameters);
    const scaled = ({ images, labels }, count = labels.length) => ({
      inputs: images.slice(0, count).map((grey) => Float32Array.from(this.network.scaled(grey))), labels,
    });
    this.examples = scaled(examples, settings.amount || undefined);
    this.heldOut = scaled(heldOut);
    this.test = scaled(test);
    this.count = this.examples.inputs.length;
    this.gradient = new Float64Array(parameters.length);
    this.take = makeOptimiser(settings.optimizer, parameters, this.gradient, settings.momentum);
    this.rate = settings.learning_rate;
    this.lastRate = this.rate;
    this.stepsPerEpoch = Math.ceil(this.count / settings.batch_size);
    this.steps = this.stepsPerEpoch * settings.epochs;
    this.step = 0;
    this.epoch = 0;
    this.shown = 0;
    this.state = "running";
    this.since = { loss: 0, right: 0, shown: 0, time: performance.now() };
    this.judged = { loss: 0, shown: 0, batches: 0, first: true };
    this.nextPoint = 1;
    this.nextTime = 0;
  }

  // Show one batch and take one step.
  stepOnce() {
    const { network, examples, settings } = this;
    const at = this.step % this.stepsPerEpoch;
    if (at === 0) {
      this.epoch += 1;
      this.shown = 0;
      this.order = shuffled(this.count, this.random);
    }
    const batch = this.order.subarray(at * settings.batch_size, (at + 1) * settings.batch_size);
    this.gradient.fill(0);
    let loss = 0;
    for (const n of batch) {
      const trace = network.forward(examples.inputs[n]);
      const label = examples.labels[n];
      loss += lossOf(trace.logits, label);
      this.since.right += argmax(trace.logits) === label;
      addGradient(network, trace, deltasOf(network, trace, label), this.gradient, 1 / batch.length);
    }
    if (this.gradientWanted !== false) this.sizes = this.sizesOfGradient();
    this.gradientWanted = false;
    this.lastRate = this.rate * SCHEDULES[settings.schedule](this.step / this.steps);
    this.take(this.lastRate);
    this.step += 1;
    this.shown += batch.length;
    this.since.loss += loss;
    this.since.shown += batch.length;
    Object.assign(this.judged, { loss: this.judged.loss + loss, shown: this.judged.shown + batch.length, batches: this.judged.batches + 1 });
    this.judge();
    if (this.step === this.steps && this.state !== "diverged") this.state = "finished";
  }

  // Training diverges where the loss is no number or far above that of guessing.
  judge() {
    const mean = this.judged.loss / this.judged.shown;
    if (Number.isFinite(mean) && this.judged.batches < BATCHES_TO_JUDGE) return;
    const guessing = Math.log(this.network.labels.length);
    if (!Number.isFinite(mean) || (mean > TIMES_GUESSING * guessing && !this.judged.first)) this.state = "diverged";
    this.judged = { loss: 0, shown: 0, batches: 0, first: false };
  }

  // Whether the first layer's gradient is next to nothing beside the last one's, through no dead units: see live.py.
  vanishing(inactive) {
    const alive = inactive.every((count, n) => count <= this.settings.hidden[n] / 2);
    return inactive.length > 1 && this.sizes[0] < VANISHING_RATIO * this.sizes.at(-1) && alive;
  }

  // The root mean square of each layer's weight gradient.
  sizesOfGradient() {
    let start = 0;
    return this.network.layers.map(({ inputs, units }) => {
      const part = this.gradient.subarray(start, start + inputs * units);
      start += (inputs + 1) * units;
      return Math.sqrt(part.reduce((sum, g) => sum + g * g, 0) / part.length);
    });
  }

  // Accuracy and loss on some images, and how many units of each layer answer all of them alike.
  measure({ inputs, labels }) {
    const { network } = this;
    const hidden = network.sizes.slice(1, -1);
    const low = hidden.map((units) => new Float64Array(units).fill(Infinity));
    const high = hidden.map((units) => new Float64Array(units).fill(-Infinity));
    let [right, loss] = [0, 0];
    inputs.forEach((one, n) => {
      const { outputs, logits } = network.forward(one);
      right += argmax(logits) === labels[n];
      loss += lossOf(logits, labels[n]);
      outputs.forEach((layer, m) => layer.forEach((a, j) => {
        low[m][j] = Math.min(low[m][j], a);
        high[m][j] = Math.max(high[m][j], a);
      }));
    });
    const inactive = low.map((layer, m) => layer.reduce((count, a, j) => count + (high[m][j] - a < INACTIVE_RANGE), 0));
    return { accuracy: right / inputs.length, loss: loss / inputs.length, inactive };
  }

  // Whether it is time to report: after 1, 2, 4, 8, ... batches, forty times in all, and several times a second.
  due() {
    return this.step >= this.nextPoint || performance.now() >= this.nextTime || this.state !== "running";
  }

  report() {
    const begun = performance.now();
    const { since, step, steps, epoch, shown, lastRate, state } = this;
    const report = { state, step, steps, epoch, epochs: this.settings.epochs, examples: this.count, shown, rate: lastRate, warning: "" };
    if (since.shown) {
      const held = this.measure(this.heldOut);
      Object.assign(report, {
        loss: since.loss / since.shown,
        accuracy: since.right / since.shown,
        heldOut: held.accuracy,
        heldOutLoss: held.loss,
        inactive: held.inactive,
        vanishing: this.vanishing(held.inactive),
        gradient: this.sizes,
        speed: (1000 * since.shown) / (performance.now() - since.time),
      });
    }
    if (state === "finished") {
      Object.assign(report, { test_accuracy: this.measure(this.test).accuracy, test_examples: this.test.inputs.length });
    }
    this.since = { loss: 0, right: 0, shown: 0, time: performance.now() };
    this.gradientWanted = true;
    if (step >= this.nextPoint) this.nextPoint = Math.min(2 * Math.max(1, step), step + Math.ceil(steps / POINTS));
    // Measuring takes a fifth of the time at most, on a slow phone too.
    const now = performance.now();
    this.nextTime = now + Math.max(MILLISECONDS_BETWEEN_REPORTS, 4 * (now - begun));
    return report;
  }
}
