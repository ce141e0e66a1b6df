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
    network: new Network(content.model, new Float32Array(bytes(content.model.parameters).buffer)),
    sample: {
      images: Array.from({ length: content.sample.count }, (_, n) => images.subarray(n * PIXELS, (n + 1) * PIXELS)),
      labels: content.sample.labels,
    },
    map: content.map,
    settings: content.settings,
  };
}

function bytes(base64) {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

async function inflated(base64) {
  const stream = new Blob([bytes(base64)]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
