// The pixels that mattered: how the network's confidence changes when a little of the ink is wiped away.

import { app, imageNumber, on } from "./state.js";
import { afterPause, byId } from "./dom.js";
import { argmax } from "./network.js";
import { paintSigned } from "./pictures.js";
import { think } from "./tinkering.js";

const REACH = 1; // pixels wiped around each: 3 x 3

// The logarithm of the odds for class k, ln(p / (1 - p)): confidence on a scale that does not saturate.
function logOdds(logits, k) {
  const others = logits.filter((_, j) => j !== k);
  const most = Math.max(...others);
  return logits[k] - most - Math.log(others.reduce((sum, z) => sum + Math.exp(z - most), 0));
}

// For each pixel, how much of the log odds of the answer is lost when it and its neighbours become paper.
function* relevance(grey, number) {
  const whole = think(grey, number).logits;
  const answer = argmax(whole);
  const before = logOdds(whole, answer);
  const wiped = Uint8Array.from(grey);
  for (let i = 0; i < grey.length; i += 1) {
    const [y, x] = [Math.floor(i / 28), i % 28];
    const changed = [];
    for (let row = Math.max(0, y - REACH); row <= Math.min(27, y + REACH); row += 1) {
      for (let column = Math.max(0, x - REACH); column <= Math.min(27, x + REACH); column += 1) {
        if (grey[28 * row + column]) changed.push(28 * row + column);
      }
    }
    if (!changed.length) continue;
    for (const j of changed) wiped[j] = 0;
    const loss = before - logOdds(think(wiped, number).logits, answer);
    for (const j of changed) wiped[j] = grey[j];
    yield { pixel: i, loss };
  }
}

export function startRelevance() {
  let round = 0;

  // In slices, so that the page stays quick with a large network; a newer image ends the work on an older one.
  const render = afterPause(80, () => {
    if (byId("inside").hidden) return;
    round += 1;
    const mine = round;
    const pixels = relevance(app.grey, imageNumber());
    const found = new Float64Array(784);
    const slice = () => {
      const stop = performance.now() + 12;
      while (mine === round && performance.now() < stop) {
        const { value, done } = pixels.next();
        if (done) {
          paintSigned(byId("mattered"), found);
          byId("mattered-answer").textContent = app.network.labels[argmax(app.result.logits)];
          return;
        }
        found[value.pixel] = value.loss;
      }
      if (mine === round) setTimeout(slice);
    };
    slice();
  });
  for (const topic of ["result", "theme", "tab"]) on(topic, render);
}
