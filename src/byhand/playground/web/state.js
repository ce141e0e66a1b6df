// What all parts of the page share, and how they hear of a change.

export const app = {
  live: false, // served by byhand, which can also train and read photographs
  name: "", // of the model
  network: null, // that Draw and Look inside show, as it was trained
  settings: null, // the usual ones of a training
  sample: null, // labelled images: {images, labels}
  grey: new Uint8Array(784), // the image that is looked at, 0 (paper) to 255 (ink)
  source: "drawing", // where it came from: "drawing", "photograph", or its number in the sample
  selected: { layer: 0, unit: 0 }, // the unit looked at; the last layer is the output
  sampleResults: null, // the probabilities for each image of the sample
  training: null, // in a file that can train: {examples, heldOut, usual, description}, see content.js
  first: null, // the network that the page came with: {network, name, place, map}
  map: null, // of the sample, where it is inside the file
  models: [], // the names of networks to choose from
  saving: false, // whether the server keeps trainings on its machine
  place: "", // where the server keeps the network that is shown: "models/NAME" or "trainings/NAME"
  direction: "forward", // in which Look inside goes, or "backward"
  truth: null, // the true digit's number, where one was chosen for the image
  back: null, // from the result back: {loss, deltas}, see deltasOf
  off: [], // the units that are switched off: see Network.forward
  result: null, // what the network, as it is tinkered with, makes of it: see Network.forward
};

const listeners = {};

// Topics: "image" (another image), "network" (another network), "weights" (the same with other weights), 
// "tinkering" (it is taken apart differently), "direction" (forwards or backwards, or another true digit), "result" (after any of these), "selection" (another unit), "sample" (new results for the sample), "tab", "theme".
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

// The number of the image that is looked at in the sample; 0 for others.
export function imageNumber() {
  return typeof app.source === "number" ? app.source : 0;
}

// Look at a unit. Pointing at one does so until another is pointed at; a click pins it, a second click unpins it.
export function select(layer, unit, pins) {
  const { selected } = app;
  const same = selected.layer === layer && selected.unit === unit;
  if (!pins && selected.pinned) return;
  app.selected = { layer, unit, pinned: pins && !(same && selected.pinned), chosen: true };
  tell("selection");
}

// Show another network everywhere, or the same one after it has learned more.
export function useNetwork(network, name, place) {
  const same = app.place === place;
  Object.assign(app, { network, name, place, map: place === app.first.place ? app.first.map : null });
  tell(same ? "weights" : "network");
}
