// What all parts of the page share, and how they hear of a change.

export const app = {
  live: false, // served by byhand, which can also train and read photographs
  name: "", // of the model
  network: null, // as it was trained
  sample: null, // labelled images: {images, labels}
  grey: new Uint8Array(784), // the image that is looked at, 0 (paper) to 255 (ink)
  source: "drawing", // where it came from: "drawing", or its number in the sample
  selected: { layer: 0, unit: 0 }, // the unit looked at; the last layer is the output
  sampleResults: null, // the probabilities for each image of the sample
  map: null, // of the sample, where it is inside the file
  result: null, // what the network, as it is tinkered with, makes of it: see Network.forward
};

const listeners = {};

// Topics: "image" (another image), "network" (another network), "tinkering" (it is taken apart differently), "result"
// (after any of these), "selection" (another unit), "sample" (new results for the sample), "tab", "theme".
export function on(topic, listener) {
  (listeners[topic] ??= []).push(listener);
}

export function tell(topic) {
  for (const listener of listeners[topic] ?? []) listener();
}

// Show another image everywhere.
export function show(grey, source) {
  app.grey = grey;
  app.source = source;
  tell("image");
}

// Look at a unit. Pointing at one does so until another is pointed at; a click pins it, a second click unpins it.
export function select(layer, unit, pins) {
  const { selected } = app;
  const same = selected.layer === layer && selected.unit === unit;
  if (!pins && selected.pinned) return;
  app.selected = { layer, unit, pinned: pins && !(same && selected.pinned), chosen: true };
  tell("selection");
}
