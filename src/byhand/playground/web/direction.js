// Forwards or backwards: the switch, the true digit, and one step of learning from the image that is looked at.

import { app, on, tell } from "./state.js";
import { argmax, softmax } from "./network.js";
import { byId, element, small } from "./dom.js";
import { changedByHand, restoreWeights, setParameters, tinkered } from "./tinkering.js";
import { t } from "./texts.js";
import { gradientOf, lossOf } from "./backward.js";

// What the image shows: as was chosen for it, as the sample knows, or else what the network says.
export function truth() {
  if (app.truth !== null) return app.truth;
  return typeof app.source === "number" ? app.sample.labels[app.source] : argmax(app.result.logits);
}

export function goesBack() {
  return app.direction === "backward";
}

export function startDirection() {
  const rate = () => 10 ** Number(byId("step-rate").value);

  function go(direction) {
    app.direction = direction;
    tell("direction");
  }

  function stepped() {
    const network = tinkered();
    const gradient = gradientOf(network, app.result, app.back.deltas);
    const parameters = network.parameters.map((value, i) => value - rate() * gradient[i]);
    return { parameters, network: network.with(parameters) };
  }

  function render() {
    const back = goesBack();
    byId("inside").classList.toggle("backward", back);
    byId("forwards").setAttribute("aria-pressed", !back);
    byId("backwards").setAttribute("aria-pressed", back);
    byId("truth-choice").hidden = !back;
    byId("step-card").hidden = !back;
    byId("restore").hidden = !changedByHand();
    for (const node of document.querySelectorAll("[data-only]")) node.hidden = (node.dataset.only === "backward") !== back;
    if (!back || byId("inside").hidden) return;
    byId("truth").value = truth();
    const p = softmax(app.result.logits)[truth()];
    byId("back-loss").textContent = t("back.loss", { label: app.network.labels[truth()], p: small(p), loss: small(app.back.loss) });
    const after = lossOf(stepped().network.forward(app.result.inputs, app.off).logits, truth());
    byId("step-rate-value").textContent = small(rate());
    byId("loss-before").textContent = small(app.back.loss);
    byId("loss-after").textContent = small(after);
    byId("step-verdict").textContent = t(after < app.back.loss ? "step.better" : "step.worse");
  }

  on("network", () => {
    byId("truth").replaceChildren(...app.network.labels.map((label, k) => element("option", { value: k }, label)));
  });
  let source = null;
  on("image", () => {
    // Another image has another truth; a drawing that goes on keeps its own.
    if (app.source !== source) app.truth = null;
    source = app.source;
  });
  for (const topic of ["result", "tab"]) on(topic, () => { if (app.result) render(); });
  byId("forwards").addEventListener("click", () => go("forward"));
  byId("backwards").addEventListener("click", () => go("backward"));
  byId("truth").addEventListener("change", (event) => {
    app.truth = Number(event.target.value);
    tell("direction");
  });
  byId("step-rate").addEventListener("input", render);
  byId("take-step").addEventListener("click", () => setParameters(stepped().parameters));
  byId("restore").addEventListener("click", () => {
    restoreWeights();
    byId(goesBack() ? "backwards" : "forwards").focus(); // this button is gone
  });
}
