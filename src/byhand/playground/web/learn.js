// "Watch it learn": a training on the server, steered from here and drawn as it goes.

import { Curves, Histogram } from "./charts.js";
import { announce, byId, element, percent } from "./dom.js";
import { post } from "./stream.js";
import { fillForm, followUsual, readForm, writeAddress } from "./settings.js";
import { largest, paintMosaic } from "./pictures.js";
import { LocalTraining, usualHere } from "./local.js";
import { RemoteTraining, usualOnServer } from "./remote.js";
import { app, on } from "./state.js";
import { startHints } from "./hints.js";
import { offerSaved, offerTrained } from "./models.js";
import { decimal, t, whole } from "./texts.js";

const MOST_UNITS = 128; // shown as images
const STEPS_TO_JUDGE = 50; // see training/diagnosis.py

export function startLearn() {
  const form = byId("settings");
  const loss = new Curves(byId("loss"));
  const accuracy = new Curves(byId("accuracies"), { percent: true });
  const gradient = new Curves(byId("gradients"), { logarithmic: true });
  const inactive = new Curves(byId("inactive"), { whole: true });
  let histograms = [];
  let training = null; // a RemoteTraining or a LocalTraining
  let kept = null; // the training that was saved last
  let first = true; // nothing has been opened yet: the address is the visitor's
  let stop = null; // ends the stream, and with it the training
  let state = "none";
  let fetching = false;
  let more = false; // the network has learned more since the fetching began
  let network = null; // as it is now

  const slowness = () => [0, 0.05, 0.2, 0.5, 1][Number(byId("slow").value)]; // seconds after each batch

  async function start(paused) {
    stop?.abort();
    const mine = new AbortController();
    stop = mine;
    const settings = readForm(form);
    const layers = [...settings.hidden.map((_, n) => t("layer.short", { layer: n + 1 })), t("map.output.short")];
    loss.clear([t("curve.batches"), t("curve.heldOut")]);
    accuracy.clear([t("curve.batches"), t("curve.heldOut")]);
    gradient.clear(layers);
    inactive.clear(layers.slice(0, -1));
    byId("inactive").hidden = layers.length === 1;
    histograms = layers.map((name) => {
      const place = element("figure", {}, element("figcaption", {}, name));
      return { place, chart: new Histogram(place) };
    });
    byId("histograms").replaceChildren(...histograms.map(({ place }) => place));
    say("");
    for (const id of ["learn-result", "learn-saved"]) byId(id).textContent = "";
    setState("starting");
    // On a phone, where the settings stand above, the run and its first curve would be out of sight.
    if (byId("run").getBoundingClientRect().top > innerHeight / 4) byId("run").scrollIntoView();
    try {
      const begun = new (app.live ? RemoteTraining : LocalTraining)(settings, paused, mine.signal);
      for await (const report of begun.reports()) {
        if (report.training) {
          training = begun;
          if (slowness()) command("delay", slowness());
          if (paused) command("step");
        } else show(report);
      }
      if (going()) setState("gone", t("gone"));
    } catch (error) {
      if (!mine.signal.aborted) setState("gone", error.message);
    }
  }

  function show(report) {
    const epochs = Math.max(0, report.epoch - 1) + report.shown / report.examples || 0;
    if (report.loss !== undefined) {
      loss.add(epochs, [report.loss, report.heldOutLoss]);
      accuracy.add(epochs, [report.accuracy, report.heldOut]);
      gradient.add(epochs, report.gradient);
      if (report.inactive.length) inactive.add(epochs, report.inactive);
      byId("progress-epoch").textContent = t("progress.epoch", { epoch: report.epoch, epochs: report.epochs, step: whole(report.step), steps: whole(report.steps) });
      byId("progress-numbers").textContent = t("progress.numbers", {
        loss: Number.isFinite(report.loss) ? decimal(report.loss.toPrecision(3)) : t("loss.infinite"), known: percent(report.accuracy), heldOut: percent(report.heldOut),
      });
      byId("progress-rate").textContent = t("progress.rate", { rate: decimal(String(Number(report.rate.toPrecision(3)))) })
        + (report.state === "running" && !slowness() ? t("progress.speed", { speed: whole(Math.round(report.speed / 100) * 100) }) : "");
      say(report.message || report.warning || warning(report));
    }
    if (report.state !== state) setState(report.state, report.message);
    if (report.state === "finished") {
      byId("learn-result").textContent = t("result", { part: percent(report.test_accuracy, 2), count: whole(report.test_examples) });
    }
    if (report.weights) fetchNetwork();
  }

  // What goes wrong without running away, in a sentence.
  function warning({ inactive: silent, accuracy: known, heldOut, epoch, vanishing, step, gradient: sizes }) {
    const { hidden } = readForm(form);
    const layer = silent.findIndex((count, n) => count > hidden[n] / 2);
    if (layer >= 0) {
      return t("warning.inactive", { silent: silent[layer], units: hidden[layer], layer: layer + 1 });
    }
    if (vanishing && step > STEPS_TO_JUDGE) {
      return t("warning.vanishing", { times: whole(Math.round(sizes.at(-1) / Math.max(sizes[0], 1e-30))) });
    }
    if (epoch > 2 && known - heldOut > 0.1) {
      return t("warning.heart");
    }
    return "";
  }

  // A problem, where it happens; empty when it is over.
  function say(text) {
    if (byId("learn-message").textContent !== text) byId("learn-message").textContent = text;
  }

  function setState(next, message = "") {
    state = next;
    const going = ["starting", "running", "paused"].includes(state);
    const words = state === "none" ? "" : t(`state.${state}`);
    byId("state").textContent = words;
    if (message) say(message);
    if (state !== "starting") announce(`${words}. ${message}`);
    byId("start").textContent = t(state === "none" ? "start" : "start.anew");
    byId("pause").textContent = t(state === "paused" ? "resume" : "pause");
    byId("pause").disabled = !["running", "paused"].includes(state);
    byId("stop").disabled = !going;
    byId("step").disabled = state === "starting";
    for (const field of form.elements) if (field.name && field.name !== "learning_rate") field.disabled = going;
    const none = !network || ["none", "starting", "gone"].includes(state);
    if (!app.live) return;
    byId("save").disabled = none;
    for (const link of [byId("download"), byId("export")]) {
      if (none) link.removeAttribute("href");
      else link.href = `${training.place}/${link.dataset.file}`;
    }
  }

  // One at a time. What is learned meanwhile is fetched next, so that it ends with the network as it was in the end.
  async function fetchNetwork() {
    more = true;
    if (fetching) return;
    fetching = true;
    try {
      while (more) {
        more = false;
        const asked = training;
        const found = await asked.network();
        if (!found || asked !== training) continue; // of a training that has made way for another
        network = found;
        setState(state);
        render();
        offerTrained(network, asked.place);
      }
    } finally {
      fetching = false;
    }
  }

  function render() {
    if (byId("learn").hidden || !network) return;
    const [first] = network.layers;
    const count = Math.min(MOST_UNITS, first.units);
    const images = Array.from({ length: count }, (_, j) => Float32Array.from({ length: first.inputs }, (__, i) => first.weights[i * first.units + j]));
    byId("forming").hidden = false;
    paintMosaic(byId("forming"), images);
    byId("forming").setAttribute("aria-label", t("forming.label", { count, most: decimal(largest(first.weights).toFixed(2)) }));
    histograms.forEach(({ chart }, n) => chart.show(network.layers[n].weights));
  }

  async function command(word, value = 0) {
    try {
      await training.command(word, value);
    } catch (error) {
      say(error.message);
    }
  }

  async function settingChanged({ target }) {
    await followUsual(form, target.name, app.live ? usualOnServer : usualHere).catch((error) => say(error.message));
    writeAddress(form);
    if (target.name === "learning_rate" && going() && target.reportValidity()) command("rate", Number(target.value));
  }

  const going = () => ["running", "paused"].includes(state);

  if (!app.live) {
    // What only the server can do.
    for (const node of document.querySelectorAll("[data-server]")) node.remove();
    // The file has fewer images.
    const most = app.training.examples.labels.length;
    for (const option of [...byId("amount").options]) if (Number(option.value) > most) option.remove();
  }
  startHints();
  for (const option of byId("amount").options) if (Number(option.value)) option.textContent = whole(Number(option.value));
  fillForm(form);
  if (app.live) byId("save").hidden = !app.saving;
  setState("none");
  // The Enter key in a field starts a training, but does not end one.
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target.tagName !== "INPUT") return;
    event.preventDefault();
    settingChanged(event);
    if (!going() && form.reportValidity()) start(false);
  });
  byId("start").addEventListener("click", () => { if (form.reportValidity()) start(false); });
  form.addEventListener("change", settingChanged);
  byId("pause").addEventListener("click", () => command(state === "paused" ? "resume" : "pause"));
  byId("step").addEventListener("click", () => {
    if (going()) command("step");
    else if (form.reportValidity()) start(true);
  });
  byId("stop").addEventListener("click", () => command("stop"));
  byId("slow").addEventListener("input", () => { if (going()) command("delay", slowness()); });
  byId("save")?.addEventListener("click", async () => {
    try {
      const { folder } = await (await post(`${training.place}/save`, {})).json();
      byId("learn-saved").textContent = t("saved", { folder });
      kept = training;
      offerSaved(folder);
    } catch (error) {
      say(error.message);
    }
  });
  addEventListener("hashchange", () => { if (location.hash.startsWith("#learn?") && !going()) fillForm(form); });
  // Leaving or reloading the page loses what was learned and not saved.
  addEventListener("beforeunload", (event) => {
    if (training && network && training !== kept && !["none", "gone", "failed"].includes(state)) event.preventDefault();
  });
  on("tab", render);
  for (const topic of ["tab", "cards"]) on(topic, () => { setTimeout(() => { if (!byId("learn").hidden && !first) writeAddress(form); }); });
  setTimeout(() => { first = false; });
  on("theme", render);
}
