// What the page shows, as `content.py` wrote it: inside the file itself, or fetched from the server.

import { Network } from "./network.js";

const PIXELS = 784;

export async function loadContent() {
  const inside = document.getElementById("content");
  const content = inside ? JSON.parse(inside.textContent) : await (await fetch("content.json")).json();
  const { parameters, ...description } = content.model;
  return {
    live: content.live,
    name: content.model.name,
    network: networkOf(content.model),
    sample: await imagesOf(content.sample),
    training: content.training ? { description, usual: content.training.usual, ...await divided(content.training) } : null,
    map: content.map,
    models: content.models ?? [],
    place: `models/${content.model.name}`,
    settings: content.settings,
    saving: content.saving ?? false,
  };
}

// Images and their labels.
async function imagesOf({ count, images, labels }) {
  const pixels = await inflated(images);
  return { images: Array.from({ length: count }, (_, n) => pixels.subarray(n * PIXELS, (n + 1) * PIXELS)), labels };
}

// The images of a page that trains: those held out come first.
async function divided(content) {
  const { images, labels } = await imagesOf(content);
  const part = (from, to) => ({ images: images.slice(from, to), labels: labels.slice(from, to) });
  return { heldOut: part(0, content.heldOut), examples: part(content.heldOut) };
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
