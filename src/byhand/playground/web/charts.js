// Line charts and histograms, drawn as SVG at the size they are shown in.

import { announce, element, percent } from "./dom.js";
import { decimal, t } from "./texts.js";

const NAMESPACE = "http://www.w3.org/2000/svg";
const MARGIN = { left: 62, right: 12, top: 10, bottom: 30 };
const HEIGHT = 210;
const MOST_POINTS = 400;

export function svg(name, attributes, text = "") {
  const node = document.createElementNS(NAMESPACE, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.textContent = text;
  return node;
}

// Round numbers between two others, about so many.
function ticks(low, high, count) {
  const rough = (high - low) / count || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough);
  const first = Math.ceil(low / step - 1e-9);
  return Array.from({ length: Math.floor(high / step + 1e-9) - first + 1 }, (_, n) => Number(((first + n) * step).toPrecision(12)));
}

function format(value) {
  if (value !== 0 && (Math.abs(value) < 0.001 || Math.abs(value) >= 100000)) return value.toExponential(0).replace("-", "\u2212");
  return String(Number(value.toPrecision(4))).replace("-", "\u2212");
}

// The room inside an element, in pixels: a picture that is drawn wider is shrunk, and its text with it.
function widthInside(place) {
  const { paddingLeft, paddingRight } = getComputedStyle(place);
  return place.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight);
}

// Curves over the epochs.
export class Curves {
  // place: a <figure> with a <figcaption>. What the vertical axis is: logarithmic, in percent, or of whole numbers.
  constructor(place, { logarithmic = false, percent = false, whole = false } = {}) {
    Object.assign(this, { place, logarithmic, percent, whole });
    this.picture = svg("svg", { role: "img", height: HEIGHT, tabindex: 0 });
    this.names = [];
    this.points = [];
    this.value = document.createElement("p"); // what the pointer is at
    this.value.className = "quiet value-at";
    this.pointed = null; // number of the point
    this.picture.addEventListener("pointermove", (event) => this.point(event.offsetX));
    this.picture.addEventListener("pointerdown", (event) => this.point(event.offsetX));
    this.picture.addEventListener("pointerleave", () => this.leave());
    this.picture.addEventListener("blur", () => this.leave());
    this.picture.addEventListener("keydown", (event) => this.keyed(event));
    this.key = element("p", { className: "quiet line-names" });
    place.append(this.picture, this.value, this.key);
    this.clear([]);
    new ResizeObserver(() => this.draw()).observe(place);
  }

  clear(names) {
    // The run before stays in grey.
    if (this.points.length) this.before = { names: this.names, points: this.points };
    this.names = names;
    this.points = []; // [epoch, value, value, ...]
    this.pointed = null;
    this.key.replaceChildren(...names.map((name, n) => element("span", { className: "line-name" }, element("span", { className: `line-key line-${n}` }), name)));
    this.draw();
  }

  add(epoch, values) {
    this.points.push([epoch, ...values]);
    // Every other point goes when there are more than can be seen; the newest stays.
    if (this.points.length > MOST_POINTS) {
      this.points = this.points.filter((_, n) => n % 2 === 0 || n === this.points.length - 1);
      this.pointed = null;
    }
    this.draw();
  }

  // The point nearest to a place, in pixels across.
  point(across) {
    if (!this.points.length) return;
    let best = 0;
    this.points.forEach(([epoch], n) => {
      if (Math.abs(this.across(epoch) - across) < Math.abs(this.across(this.points[best][0]) - across)) best = n;
    });
    this.pointed = best;
    this.draw();
  }

  leave() {
    this.pointed = null;
    this.draw();
  }

  // Left and right go from point to point.
  keyed(event) {
    const last = this.points.length - 1;
    const next = { ArrowLeft: (this.pointed ?? last + 1) - 1, ArrowRight: (this.pointed ?? last - 1) + 1, Home: 0, End: last }[event.key];
    if (next === undefined || !(next in this.points)) return;
    event.preventDefault();
    this.pointed = next;
    this.draw();
    announce(this.value.textContent);
  }

  text(value) {
    if (!Number.isFinite(value)) return t("chart.none");
    return this.percent ? percent(value) : decimal(format(value));
  }

  // A point's values with their names.
  values(point) {
    return this.names.map((name, n) => `${name}: ${this.text(point[n + 1])}`).join(", ");
  }

  draw() {
    const width = widthInside(this.place);
    if (width <= 0) return;
    const { picture, points } = this;
    picture.setAttribute("width", width);
    picture.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
    const usable = (value) => Number.isFinite(value) && (!this.logarithmic || value > 0);
    const scale = this.logarithmic ? Math.log10 : (value) => value;
    const before = this.before && this.before.names.length === this.names.length ? this.before.points : [];
    const values = [...points, ...before].flatMap((point) => point.slice(1)).filter(usable).map(scale);
    let [low, high] = values.length ? [Math.min(...values), Math.max(...values)] : [0, 1];
    if (this.logarithmic) [low, high] = [Math.floor(low), Math.ceil(high)];
    else if (!this.percent) low = 0;
    if (this.whole) high = Math.max(high, 4);
    if (high - low < 1e-9) [low, high] = [low - (this.percent ? 0.05 : 0), high + 0.05];
    const end = Math.max(points.at(-1)?.[0] ?? 0, before.at(-1)?.[0] ?? 0, 0.1);
    const x = (epoch) => MARGIN.left + (epoch / end) * (width - MARGIN.left - MARGIN.right);
    this.across = x;
    const y = (value) => HEIGHT - MARGIN.bottom - ((scale(value) - low) / (high - low)) * (HEIGHT - MARGIN.top - MARGIN.bottom);

    const nodes = [];
    const levels = this.logarithmic
      ? Array.from({ length: high - low + 1 }, (_, n) => 10 ** (low + n)).filter((_, n) => n % Math.ceil((high - low + 1) / 5) === 0)
      : ticks(low, high, 5);
    for (const level of levels) {
      const text = this.percent ? decimal(`${Number((100 * level).toFixed(2))} %`) : decimal(format(level));
      nodes.push(svg("line", { class: "grid", x1: MARGIN.left, x2: width - MARGIN.right, y1: y(level), y2: y(level) }));
      nodes.push(svg("text", { x: MARGIN.left - 8, y: y(level) + 5, "text-anchor": "end" }, text));
    }
    for (const epoch of ticks(0, end, Math.max(2, width / 110))) {
      nodes.push(svg("text", { x: x(epoch), y: HEIGHT - 8, "text-anchor": "middle" }, decimal(format(epoch))));
    }
    for (const [n] of before.length ? this.names.entries() : []) {
      const path = before.filter((point) => usable(point[n + 1])).map((point) => `${x(point[0]).toFixed(1)},${y(point[n + 1]).toFixed(1)}`);
      if (path.length) nodes.push(svg("polyline", { class: `before line-${n}`, points: path.join(" ") }));
    }
    if (this.pointed !== null) {
      const [epoch] = points[this.pointed];
      nodes.push(svg("line", { class: "pointed", x1: x(epoch), x2: x(epoch), y1: MARGIN.top, y2: HEIGHT - MARGIN.bottom }));
    }
    this.names.forEach((_, n) => {
      const path = points.filter((point) => usable(point[n + 1])).map((point) => `${x(point[0]).toFixed(1)},${y(point[n + 1]).toFixed(1)}`);
      if (path.length) nodes.push(svg("polyline", { class: `line line-${n}`, points: path.join(" ") }));
      // Of a line of one or two points, little or nothing would be seen.
      if (path.length < 3) nodes.push(...path.map((at) => svg("circle", { class: `dot line-${n}`, cx: at.split(",")[0], cy: at.split(",")[1], r: 4 })));
    });
    picture.replaceChildren(...nodes);
    const last = points.at(-1);
    const at = this.pointed === null ? last : points[this.pointed];
    // Room for it is kept while there is nothing to say.
    this.value.textContent = at ? t("chart.at", { epoch: decimal(format(at[0])), values: this.values(at) }) : "\u00a0";
    const title = this.place.querySelector("figcaption").textContent;
    picture.setAttribute("aria-label", last
      ? t("chart.after", { title, epoch: decimal(format(last[0])), values: this.values(last) })
      : title);
  }
}

// How many of some numbers fall between each two of equally spaced bounds.
export class Histogram {
  constructor(place) {
    this.place = place;
    this.picture = svg("svg", { role: "img", height: 150 });
    place.append(this.picture);
  }

  show(values, bins = 41) {
    const [width, height, bottom] = [this.place.clientWidth, 150, 26];
    if (!width) return;
    let limit = 0;
    for (const value of values) limit = Math.max(limit, Math.abs(value));
    limit ||= 1;
    const counts = new Float64Array(bins);
    for (const value of values) counts[Math.min(bins - 1, Math.floor(((value / limit + 1) / 2) * bins))] += 1;
    const most = Math.max(...counts);
    this.picture.setAttribute("width", width);
    const step = width / bins;
    const nodes = Array.from(counts, (count, n) => {
      // The root of the count, so that few large weights are seen beside many small ones.
      const tall = Math.sqrt(count / most) * (height - bottom);
      return svg("rect", { class: "bin", x: n * step, width: Math.max(1, step - 1), y: height - bottom - tall, height: tall });
    });
    nodes.push(svg("text", { x: 0, y: height - 6 }, decimal(`\u2212${limit.toPrecision(2)}`)));
    nodes.push(svg("text", { x: width / 2, y: height - 6, "text-anchor": "middle" }, "0"));
    nodes.push(svg("text", { x: width, y: height - 6, "text-anchor": "end" }, decimal(limit.toPrecision(2))));
    this.picture.replaceChildren(...nodes);
    this.picture.setAttribute("aria-label", t("histogram.label", { count: values.length, most: decimal(limit.toPrecision(2)) }));
  }
}
