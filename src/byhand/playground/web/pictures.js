// Numbers as pictures: images in ink, weights in two colours.

// The colours that style.css gives the page, light or dark, as [red, green, blue].
function colour(name) {
  const text = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  return [1, 3, 5].map((start) => parseInt(text.slice(start, start + 2), 16));
}

// Paint a canvas pixel by pixel, `side` pixels in a row, with one colour per value.
function paint(canvas, values, side, colourOf) {
  const height = Math.ceil(values.length / side);
  if (canvas.width !== side || canvas.height !== height) Object.assign(canvas, { width: side, height });
  const context = canvas.getContext("2d");
  const picture = context.createImageData(side, height);
  for (let i = 0; i < values.length; i += 1) {
    const [red, green, blue] = colourOf(values[i]);
    picture.data.set([red, green, blue, 255], 4 * i);
  }
  context.putImageData(picture, 0, 0);
}

function mix(from, to, part) {
  return from.map((value, i) => value + (to[i] - value) * part);
}

// Grey levels 0 (paper) to 255 (ink).
export function paintImage(canvas, grey) {
  const [paper, ink] = [colour("--picture-paper"), colour("--picture-ink")];
  const scale = Array.from({ length: 256 }, (_, level) => mix(paper, ink, level / 255));
  paint(canvas, grey, 28, (level) => scale[level]);
}

// Numbers against (below 0) and for (above 0), full colour at `limit`.
export function paintSigned(canvas, values, side = 28, limit = largest(values)) {
  const [none, against, supports] = [colour("--none"), colour("--against"), colour("--for")];
  paint(canvas, values, side, (value) => {
    const part = Math.min(1, Math.abs(value) / (limit || 1));
    return mix(none, value < 0 ? against : supports, part);
  });
}

// Many pictures of numbers against and for side by side, as many in a row as the canvas has room for.
export function paintMosaic(canvas, images) {
  const [none, against, supports] = [colour("--none"), colour("--against"), colour("--for")];
  const [tile, gap] = [28, 2];
  const columns = Math.max(1, Math.min(images.length, Math.floor((canvas.parentElement.clientWidth || 600) / 42)));
  const [width, height] = [columns * (tile + gap) - gap, Math.ceil(images.length / columns) * (tile + gap) - gap];
  Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d");
  const picture = context.createImageData(tile, tile);
  images.forEach((values, n) => {
    // Each has a scale of its own: what a unit looks for is its pattern, however faint.
    const limit = largest(values) || 1;
    values.forEach((value, i) => {
      const [red, green, blue] = mix(none, value < 0 ? against : supports, Math.abs(value) / limit);
      picture.data.set([red, green, blue, 255], 4 * i);
    });
    context.putImageData(picture, (n % columns) * (tile + gap), Math.floor(n / columns) * (tile + gap));
  });
}

export function largest(values) {
  let most = 0;
  for (const value of values) most = Math.max(most, Math.abs(value));
  return most;
}

// Activation from 0 (or -1) to 1 as a CSS colour, for the lamp of a unit.
export function lamp() {
  const [dark, bright, against] = [colour("--lamp-off"), colour("--lamp-on"), colour("--against")];
  return (part) => `rgb(${mix(dark, part < 0 ? against : bright, Math.min(1, Math.abs(part))).map(Math.round)})`;
}
