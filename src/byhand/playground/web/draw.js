// "Draw": what is drawn runs through the network while the pen moves.

import { app, on, show } from "./state.js";
import { Bars, answer } from "./bars.js";
import { Board } from "./drawing.js";
import { afterPause, announce, byId } from "./dom.js";
import { paintImage } from "./pictures.js";
import { prepare } from "./preparation.js";

export function startDraw() {
  const board = new Board(byId("board"), byId("pen"), () => {
    const { ink, height, width } = board.ink();
    show(prepare(ink, height, width), "drawing");
  });
  let bars;

  const speak = afterPause(700, () => {
    if (app.source === "drawing" && board.strokes.length) {
      announce(`The network reads: ${answer(app.network, app.result.probabilities).sentence}`);
    }
  });

  function render() {
    if (byId("draw").hidden) return;
    paintImage(byId("seen"), app.grey);
    const blank = app.grey.every((level) => level === 0);
    bars.show(blank ? null : app.result.probabilities);
    const said = blank ? null : answer(app.network, app.result.probabilities);
    byId("answer").textContent = !said ? "" : said.sure ? app.network.labels[said.best] : "?";
    byId("sentence").textContent = said ? said.sentence : "Draw a digit, large, in the middle of the board.";
    speak();
  }

  on("network", () => {
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
