// What the page shows, as `content.py` wrote it: inside the file itself, or fetched from the server.

import { Network } from "./network.js";

const PIXELS = 784;

export async function loadContent() {
  const inside = document.getElementById("content");
  const content = inside ? JSON.parse(inside.textContent) : await (await fetch("content.json")).json();
  const images = await inflated(content.sample.images);
  return {
    live: content.live,
    name: content.model.name,
    network: networkOf(content.model),
    sample: {
      images: Array.from({ length: content.sample.count }, (_, n) => images.subarray(n * PIXELS, (n + 1) * PIXELS)),
      labels: content.sample.labels,
    },
    map: content.map,
    models: content.models ?? [],
    place: `models/${content.model.name}`,
    settings: content.settings,
    saving: content.saving ?? false,
  };
}

// A network of its description, as `content.py` writes it.
export function networkOf(model) {
  return new Network(model, new Float32Array(bytes(model.parameters).buffer));
}

// The bytes that a base64 text stands for.
export function bytes(base64) {
  const text = atob(base64);
  const result = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i += 1) result[i] = text.charCodeAt(i);
  return result;
}

async function inflated(base64) {
  const stream = new Blob([bytes(base64)]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
