// The sample's errors, and the right answers that were the closest calls.

import { app, on, show } from "./state.js";
import { byId, element, percent } from "./dom.js";
import { argmax } from "./network.js";
import { paintImage } from "./pictures.js";
import { t } from "./texts.js";

const CLOSE_CALLS = 12;

export function startErrors() {
  function render() {
    if (byId("inside").hidden || !app.sampleResults) return;
    const { labels } = app.network;
    const wanted = byId("errors-of").value;
    const all = app.sampleResults
      .map((probabilities, n) => ({ n, truth: app.sample.labels[n], said: argmax(probabilities), probabilities }))
      .filter(({ truth }) => wanted === "" || truth === Number(wanted))
      .sort((a, b) => a.probabilities[a.truth] - b.probabilities[b.truth]);
    const errors = all.filter(({ truth, said }) => truth !== said);
    const close = all.filter(({ truth, said }) => truth === said).slice(0, CLOSE_CALLS);
    byId("errors-count").textContent = errors.length;
    byId("errors").replaceChildren(...errors.map(thumbnail));
    byId("close-calls").replaceChildren(...close.map(thumbnail));

    function thumbnail({ n, truth, said, probabilities }) {
      const canvas = element("canvas", { className: "image small" });
      paintImage(canvas, app.sample.images[n]);
      const text = truth === said
        ? `${labels[truth]}: ${percent(probabilities[said], 0)}`
        : t("read.as", { truth: labels[truth], said: labels[said] });
      const button = element("button", { type: "button", className: "thumbnail" }, canvas, text);
      button.addEventListener("click", () => {
        show(app.sample.images[n], n);
        byId("image-card").scrollIntoView({ block: "nearest" });
      });
      return element("li", {}, button);
    }
  }

  on("network", () => {
    byId("errors-of").replaceChildren(element("option", { value: "" }, t("all")),
      ...app.network.labels.map((label, k) => element("option", { value: k }, label)));
  });
  for (const topic of ["sample", "theme", "tab"]) on(topic, render);
  byId("errors-of").addEventListener("change", render);
}
