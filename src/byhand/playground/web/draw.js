// "Draw": what is drawn runs through the network while the pen moves.

import { app, on, show } from "./state.js";
import { Bars, answer } from "./bars.js";
import { Board } from "./drawing.js";
import { afterPause, announce, byId } from "./dom.js";
import { paintImage } from "./pictures.js";
import { partsOf } from "./parts.js";
import { prepare } from "./preparation.js";
import { t } from "./texts.js";

const WIDE_GAP = 0.15; // of the drawing's height: what is so far apart is two digits, even if it could be one

export function startDraw() {
  let bars;
  let digits = []; // where several are drawn, what each reads as
  const board = new Board(byId("board"), byId("pen"), () => {
    const drawn = board.ink();
    const parts = partsOf(drawn);
    const whole = prepare(drawn.ink, drawn.height, drawn.width);
    digits = several(parts, whole, drawn.height);
    // Of several digits, all else on the page shows the one under the pen.
    const [x] = board.strokes.at(-1)?.points.slice(-2) ?? [0];
    const under = digits.find(({ part }) => x - drawn.left <= part.right) ?? digits.at(-1);
    show(under ? under.grey : whole, "drawing");
  });

  function read(grey) {
    return answer(app.network, app.network.forward(app.network.scaled(grey)).probabilities);
  }

  // What each part reads as, if the parts are digits of their own; none where the whole is one digit.
  function several(parts, whole, height) {
    if (parts.length < 2 || !app.network) return [];
    const found = parts.map((part) => {
      const grey = prepare(part.ink, part.height, part.width);
      return { part, grey, ...read(grey) };
    });
    const apart = parts.slice(1).every((part, i) => part.left - parts[i].right > WIDE_GAP * height);
    return !read(whole).sure || (apart && found.every(({ sure }) => sure)) ? found : [];
  }

  const speak = afterPause(700, () => {
    if (app.source === "drawing" && board.strokes.length) {
      announce(t("draw.reads", { sentence: byId("sentence").textContent }));
    }
  });

  function render() {
    if (byId("draw").hidden) return;
    paintImage(byId("seen"), app.grey);
    const blank = app.grey.every((level) => level === 0);
    bars.show(blank ? null : app.result.probabilities);
    const said = blank ? null : answer(app.network, app.result.probabilities);
    const text = ({ best, sure }) => (sure ? app.network.labels[best] : "?");
    const row = app.source === "drawing" ? digits : [];
    byId("answer").textContent = !said ? "" : row.length ? row.map(text).join("") : text(said);
    byId("sentence").textContent = !said
      ? t("draw.first")
      : row.length ? row.map(({ sentence }) => sentence).join("; ") : said.sentence;
    speak();
  }

  on("network", () => {
    digits = [];
    bars = new Bars(byId("bars"), app.network.labels);
  });
  on("result", render);
  on("tab", () => { if (app.result) render(); });
  on("theme", () => {
    board.redraw();
    if (app.result) render();
  });

  byId("undo").addEventListener("click", () => board.undo());
  byId("clear").addEventListener("click", () => board.clear());
  byId("pen-width").addEventListener("input", (event) => { board.penWidth = Number(event.target.value); });
  byId("eraser").addEventListener("click", (event) => {
    board.erases = !board.erases;
    event.currentTarget.setAttribute("aria-pressed", board.erases);
  });
}
