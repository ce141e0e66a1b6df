// A map of the sample: images that a layer sees alike lie side by side.

import { app, on, show } from "./state.js";
import { announce, byId, element } from "./dom.js";
import { fetchPatiently } from "./stream.js";
import { paintImage } from "./pictures.js";
import { t } from "./texts.js";

const SIZE = 999; // coordinates go from 0 to this
// The ten label colours of byhand's figures; the digit itself is written, too.
const COLOURS = ["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#8C8C8C", "#7A5195", "#8B6B43"];

export function startMap() {
  const canvas = byId("map");
  const context = canvas.getContext("2d");
  let layers = null;
  let chosen = 0; // number of the image that is pointed at

  function points() {
    const layer = layers[Number(byId("map-layer").value)] ?? layers[0];
    return layer[byId("map-method").value];
  }

  // The pixels, each hidden layer, and the output.
  function nameOf(n) {
    if (n === 0) return t("map.pixels");
    if (n === layers.length - 1) return t("map.output");
    return layers.length === 3 ? t("map.hidden") : t("map.hidden.number", { layer: n });
  }

  // Where image n lies, in pixels of the canvas.
  function place(n) {
    const margin = 14;
    const scale = (canvas.clientWidth - 2 * margin) / SIZE;
    return [margin + points()[2 * n] * scale, margin + points()[2 * n + 1] * scale];
  }

  function render() {
    if (byId("inside").hidden || !layers || !canvas.clientWidth) return;
    const dots = devicePixelRatio;
    const side = canvas.clientWidth;
    Object.assign(canvas, { width: side * dots, height: side * dots });
    context.scale(dots, dots);
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.font = "600 15px system-ui, sans-serif";
    const style = getComputedStyle(canvas);
    const paper = style.getPropertyValue("--card");
    app.sample.labels.forEach((label, n) => {
      const [x, y] = place(n);
      // A coloured disc, and on it the digit in the page's text colour with an edge of its background.
      context.globalAlpha = 0.6;
      context.fillStyle = COLOURS[label % COLOURS.length];
      context.beginPath();
      context.arc(x, y, 9, 0, 2 * Math.PI);
      context.fill();
      context.globalAlpha = 1;
      context.strokeStyle = paper;
      context.lineWidth = 3;
      context.strokeText(app.network.labels[label], x, y + 1);
      context.fillStyle = style.color;
      context.fillText(app.network.labels[label], x, y + 1);
    });
    const [x, y] = place(chosen);
    context.strokeStyle = style.color;
    context.lineWidth = 3;
    context.beginPath();
    context.arc(x, y, 13, 0, 2 * Math.PI);
    context.stroke();
    paintImage(byId("map-image"), app.sample.images[chosen]);
    byId("map-label").textContent = t("map.image", { number: chosen + 1, label: app.network.labels[app.sample.labels[chosen]] });
  }

  function choose(n, speak = false) {
    if (n === undefined || n === chosen) return;
    chosen = n;
    render();
    if (speak) announce(byId("map-label").textContent);
  }

  // The image nearest to a place, among those for which `among` holds.
  function nearest(x, y, among = () => true) {
    let [best, distance] = [undefined, Infinity];
    app.sample.labels.forEach((_, n) => {
      const [px, py] = place(n);
      const d = (px - x) ** 2 + (py - y) ** 2;
      if (d < distance && among(px - x, py - y, n)) [best, distance] = [n, d];
    });
    return best;
  }

  async function fetched(path) {
    const answer = await fetchPatiently(path);
    if (answer.ok) return answer.json();
    byId("map-wait").textContent = (await answer.json()).error;
    return null;
  }

  async function load() {
    byId("map-wait").textContent = t("laying.out.the.map");
    byId("map-wait").hidden = false;
    byId("map-part").hidden = true;
    byId("map-anew").hidden = true;
    const { place: from } = app;
    if (!app.live && !app.map) {
      byId("map-wait").textContent = t("map.none");
      return;
    }
    const loaded = app.map ?? await fetched(`${from}/map.json`);
    if (from !== app.place || !loaded) return;
    layers = loaded;
    byId("map-layer").replaceChildren(...layers.map((_, n) => element("option", { value: n }, nameOf(n))));
    byId("map-layer").value = Math.max(0, layers.length - 2);
    byId("map-wait").hidden = true;
    byId("map-part").hidden = false;
    render();
  }

  canvas.addEventListener("pointermove", (event) => choose(nearest(event.offsetX, event.offsetY)));
  canvas.addEventListener("click", (event) => {
    choose(nearest(event.offsetX, event.offsetY));
    show(app.sample.images[chosen], chosen);
  });
  canvas.addEventListener("keydown", (event) => {
    const [x, y] = place(chosen);
    // The nearest image whose direction is within 45 degrees of the arrow's.
    const ahead = {
      ArrowLeft: (dx, dy) => -dx >= Math.abs(dy),
      ArrowRight: (dx, dy) => dx >= Math.abs(dy),
      ArrowUp: (dx, dy) => -dy >= Math.abs(dx),
      ArrowDown: (dx, dy) => dy >= Math.abs(dx),
    }[event.key];
    if (ahead) choose(nearest(x, y, (dx, dy, n) => n !== chosen && ahead(dx, dy)), true);
    else if (event.key === "Enter" || event.key === " ") show(app.sample.images[chosen], chosen);
    else return;
    event.preventDefault();
  });
  byId("map-layer").addEventListener("change", render);
  byId("map-method").addEventListener("change", render);
  byId("map-anew").addEventListener("click", load);
  on("network", () => {
    layers = null;
    chosen = 0;
    if (!byId("inside").hidden) load();
  });
  on("weights", () => { byId("map-anew").hidden = !app.live; });
  on("theme", render);
  on("tab", () => {
    if (!byId("inside").hidden && !layers) load();
    else render();
  });
  new ResizeObserver(render).observe(canvas);
}
