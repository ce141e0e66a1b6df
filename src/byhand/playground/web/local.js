// A training inside the page itself, for a file without a server: in a web worker made of the file's own text.

import { Network } from "./network.js";
import { app } from "./state.js";
import { t } from "./texts.js";

let count = 0;

export class LocalTraining {
  constructor(settings, paused, signal) {
    Object.assign(this, { settings, paused, place: `here/${count += 1}`, parameters: null, description: null });
    this.waiting = []; // reports that have come
    this.wake = () => {};
    const script = new Blob([document.getElementById("worker").textContent], { type: "text/javascript" });
    const address = URL.createObjectURL(script);
    this.worker = new Worker(address);
    signal.addEventListener("abort", () => this.end());
    this.worker.onmessage = ({ data }) => {
      URL.revokeObjectURL(address);
      if (data.parameters) this.parameters = data.parameters;
      this.take({ ...data.report, weights: Boolean(data.parameters) });
    };
    this.worker.onerror = (event) => this.take({ state: "failed", message: event.message || t("local.failed") });
  }

  take(report) {
    this.waiting.push(report);
    this.wake();
  }

  end() {
    this.worker.terminate();
    this.ended = true;
    this.wake();
  }

  async* reports() {
    const { description, examples, heldOut } = app.training;
    const { hidden, activation } = this.settings;
    this.description = { ...description, activation, sizes: [784, ...hidden, description.labels.length], temperature: 1 };
    this.worker.postMessage({ do: "start", description, settings: this.settings, paused: this.paused, examples, heldOut, test: app.sample });
    yield { training: this.place };
    while (!this.ended) {
      while (this.waiting.length) {
        const report = this.waiting.shift();
        if (report.state === "diverged") report.message = t("local.diverged", { rate: this.settings.learning_rate });
        yield report;
        if (["finished", "stopped", "diverged", "failed"].includes(report.state)) {
          this.worker.terminate();
          return;
        }
      }
      await new Promise((resolve) => { this.wake = resolve; });
    }
  }

  async command(word, value = 0) {
    this.worker.postMessage({ do: word, value });
  }

  async network() {
    return this.parameters && new Network(this.description, this.parameters);
  }
}

// The usual learning rate as training/recipe.py has it, with its constants, which the file holds.
export async function usualHere(settings) {
  const { optimizer, activation } = settings;
  const { sgd, adam, batchSize, momentum: usual } = app.training.usual;
  const momentum = settings.momentum ?? (optimizer === "nesterov" ? usual : app.settings.momentum);
  const batches = settings.batch_size / batchSize;
  const rate = optimizer === "adam" ? adam[activation] * Math.sqrt(batches) : sgd[activation] * Math.min(batches, 2) * (1 - momentum);
  return { learning_rate: Number(rate.toPrecision(3)), momentum };
}
