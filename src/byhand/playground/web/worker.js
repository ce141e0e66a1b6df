// The web worker of the exported file: trains in a thread of its own, reports, and obeys commands.

import { Training } from "./training.js";

const SLICE = 40; // milliseconds of learning before the page is listened to
const MILLISECONDS_BETWEEN_WEIGHTS = 500;

let training = null;
let paused = false;
let stepsWanted = 0;
let delay = 0; // milliseconds after each batch, in slow motion
let nextWeights = 0;
let timer = 0;

function send() {
  const report = training.report();
  if (paused && report.state === "running") report.state = "paused";
  const message = { report };
  if (report.state !== "running" || performance.now() >= nextWeights) {
    message.parameters = training.network.parameters.slice();
    nextWeights = performance.now() + MILLISECONDS_BETWEEN_WEIGHTS;
  }
  postMessage(message);
}

function work() {
  const stop = performance.now() + SLICE;
  while (training.state === "running" && (!paused || stepsWanted)) {
    training.stepOnce();
    stepsWanted = Math.max(0, stepsWanted - 1);
    if (paused || delay || training.due()) send();
    if (delay || performance.now() >= stop) break;
  }
  if (training.state === "running" && (!paused || stepsWanted)) timer = setTimeout(work, delay);
}

const COMMANDS = {
  start({ description, settings, examples, heldOut, test, paused: waits }) {
    training = new Training(description, settings, examples, heldOut, test);
    paused = waits;
    send();
  },
  pause() { paused = true; },
  resume() { paused = false; },
  step() {
    paused = true;
    stepsWanted += 1;
  },
  stop() { training.state = "stopped"; },
  rate({ value }) { training.rate = value; },
  delay({ value }) { delay = 1000 * value; },
};

onmessage = ({ data }) => {
  if (training && !["running"].includes(training.state)) return;
  COMMANDS[data.do](data);
  if (["pause", "stop"].includes(data.do)) send();
  clearTimeout(timer);
  work();
};
