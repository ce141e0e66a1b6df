// A training on the server.

import { events, post } from "./stream.js";
import { networkOf } from "./content.js";

// Starts one. Gives its reports one by one, and, once the server has named it, what it can be asked for.
export class RemoteTraining {
  constructor(settings, paused, signal) {
    Object.assign(this, { settings, paused, signal, place: "" });
  }

  async* reports() {
    const answer = await post("trainings", { settings: this.settings, paused: this.paused }, { signal: this.signal });
    for await (const report of events(answer)) {
      if (report.training) this.place = `trainings/${report.training}`;
      yield report;
    }
  }

  // "pause", "resume", "step", "stop", "rate" (a learning rate), "delay" (seconds).
  async command(word, value = 0) {
    await post(this.place, { do: word, value });
  }

  // The network as it is now; null where the server has none.
  async network() {
    const answer = await fetch(`${this.place}/model.json`);
    return answer.ok ? networkOf(await answer.json()) : null;
  }
}

// What goes with some settings: the usual learning rate, and the momentum.
export async function usualOnServer(settings) {
  return (await post("usual", { settings })).json();
}
