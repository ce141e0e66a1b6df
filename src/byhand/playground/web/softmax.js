// From the output's sums to probabilities, step by step, with a temperature to turn.

import { app, on } from "./state.js";
import { argmax, softmax } from "./network.js";
import { byId, element, signed } from "./dom.js";
import { decimal } from "./texts.js";

export function startSoftmax() {
  const knob = byId("temperature");
  const temperature = () => 10 ** Number(knob.value);

  function render() {
    if (byId("inside").hidden) return;
    const { logits } = app.result;
    const T = temperature();
    byId("temperature-value").textContent = decimal(T.toFixed(2));
    const divided = logits.map((z) => z / T);
    const best = argmax(divided);
    const probabilities = softmax(logits, T);
    byId("softmax").replaceChildren(...Array.from(logits, (z, k) => {
      const cells = [signed(z, 1), signed(divided[k], 1), signed(divided[k] - divided[best], 1),
        decimal(Math.exp(divided[k] - divided[best]).toFixed(3)), decimal((100 * probabilities[k]).toFixed(1))];
      return element("tr", { className: k === best ? "total" : "" },
        element("th", { scope: "row" }, app.network.labels[k]), ...cells.map((text) => element("td", {}, text)));
    }));
  }

  on("network", () => {
    knob.value = Math.log10(app.network.temperature);
  });
  for (const topic of ["result", "tab"]) on(topic, () => { if (app.result) render(); });
  knob.addEventListener("input", render);
}
