// "Look inside": the image that is looked at, the output, and all that shows what lies between.

import { app, on, select, show } from "./state.js";
import { byId } from "./dom.js";
import { Bars, SignedBars, answer } from "./bars.js";
import { argmax } from "./network.js";
import { paintImage } from "./pictures.js";
import { startDirection } from "./direction.js";
import { startConnections } from "./connections.js";
import { startDelta } from "./delta.js";
import { startDetails } from "./details.js";
import { startErrors } from "./errors.js";
import { startMap } from "./map.js";
import { startRelevance } from "./relevance.js";
import { startSheet } from "./sheet.js";
import { startSoftmax } from "./softmax.js";
import { startTinkering } from "./tinkering.js";
import { startUnits } from "./units.js";
import { t } from "./texts.js";

export function startInside() {
  let bars;
  let errors; // p - y
  let drawing = new Uint8Array(784);

  function render() {
    if (app.source === "drawing") drawing = app.grey;
    if (byId("inside").hidden) return;
    paintImage(byId("input"), app.grey.map((_, i) => 255 * Math.min(1, Math.max(0, app.result.inputs[i]))));
    const { labels } = app.network;
    byId("image-name").textContent = {
      drawing: app.grey.some((level) => level) ? t("image.drawing") : t("image.none"),
      photograph: t("image.photograph"),
    }[app.source] ?? t("image.sample", { number: app.source + 1, label: labels[app.sample.labels[app.source]] });
    bars.show(app.result.probabilities);
    errors.show(app.back.deltas.at(-1));
    byId("inside-answer").textContent = answer(app.network, app.result.probabilities).sentence;
    const output = app.network.layers.length - 1;
    for (const list of [bars, errors]) list.mark(app.selected.layer === output ? app.selected.unit : -1);
  }

  function look(n) {
    const count = app.sample.labels.length;
    show(app.sample.images[(n + count) % count], (n + count) % count);
  }
  const here = () => (typeof app.source === "number" ? app.source : -1);

  on("network", () => {
    const output = app.network.layers.length - 1;
    bars = new Bars(byId("outputs"), app.network.labels, (k, pinned) => select(output, k, pinned));
    errors = new SignedBars(byId("output-deltas"), app.network.labels, (k, pinned) => select(output, k, pinned));
  });
  for (const topic of ["result", "selection", "theme", "tab"]) on(topic, () => { if (app.result) render(); });
  // Opened without a drawing, it shows something.
  on("tab", () => {
    if (byId("inside").hidden || !app.result) return;
    if (app.source === "drawing" && !app.grey.some((level) => level)) look(0);
    // ... and of the units first the one that is most active.
    if (!app.selected.chosen && app.result.outputs.length) select(0, argmax(app.result.outputs[0]), false);
  });
  byId("my-drawing").addEventListener("click", () => show(drawing, "drawing"));
  byId("previous").addEventListener("click", () => look(here() < 0 ? 0 : here() - 1));
  byId("next").addEventListener("click", () => look(here() + 1));
  byId("any").addEventListener("click", () => look(Math.floor(Math.random() * app.sample.labels.length)));

  startTinkering();
  startDirection();
  startConnections();
  startUnits();
  startDetails();
  startSheet();
  startDelta();
  startSoftmax();
  startRelevance();
  startMap();
  startErrors();
}
