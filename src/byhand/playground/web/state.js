// What all parts of the page share, and how they hear of a change.

export const app = {
  live: false, // served by byhand, which can also train and read photographs
  name: "", // of the model
  network: null, // as it was trained
  sample: null, // labelled images: {images, labels}
  grey: new Uint8Array(784), // the image that is looked at, 0 (paper) to 255 (ink)
  source: "drawing", // where it came from: "drawing", or its number in the sample
  result: null, // what the network, as it is tinkered with, makes of it: see Network.forward
};

const listeners = {};

// Topics: "image" (another image), "network" (another network), "result" (either, or the network was tinkered with),
// "theme" (light or dark).
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
