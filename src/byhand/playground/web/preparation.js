// Ink, however large, brought to the form of MNIST's images: the same arithmetic as `byhand read` does in
// src/byhand/reading/preparation.py, step by step, where its reasons and sources are.

const SIZE = 28; // side of the image, pixels
const BOX = 20; // the digit's longer side, pixels
const CENTRE = 14;
const FAINTEST = 0.1;
const [USUAL_DARKNESS, LEAST_DARKNESS] = [0.85, 0.77];
const [THINNEST, THICKEST] = [1.8, 3.4];
const MOST_ROOM = 4;
const PASSES = 3;

// ink: numbers from 0 (paper) to 1 (ink), row by row. Returns 784 grey levels, 0 to 255.
export function prepare(ink, height, width) {
  let image = usualContrast(fit(ink, height, width, BOX));
  const excess = strokeWidth(image) - THICKEST;
  if (excess > 0 && excess < Infinity) {
    image = usualContrast(fit(ink, height, width, BOX + Math.min(excess, MOST_ROOM)));
  }
  return Uint8Array.from(usualWeight(image), (value) => Math.floor(255 * value + 0.5));
}

// The ink's box scaled to `side` pixels on its longer side, its centre of mass in the middle.
function fit(ink, height, width, side) {
  const rows = new Float64Array(height); // the darkest ink of each row, and of each column
  const columns = new Float64Array(width);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const value = ink[y * width + x];
      if (value > rows[y]) rows[y] = value;
      if (value > columns[x]) columns[x] = value;
    }
  }
  const darkest = rows.reduce((a, b) => Math.max(a, b), 0);
  if (darkest <= 0) return new Float64Array(SIZE * SIZE);
  const counts = (value) => value >= FAINTEST * darkest;
  const [top, bottom] = [rows.findIndex(counts), rows.findLastIndex(counts) + 1];
  const [left, right] = [columns.findIndex(counts), columns.findLastIndex(counts) + 1];
  const scale = side / Math.max(bottom - top, right - left);

  const byRow = new Float64Array(bottom - top);
  const byColumn = new Float64Array(right - left);
  for (let y = top; y < bottom; y += 1) {
    for (let x = left; x < right; x += 1) {
      byRow[y - top] += ink[y * width + x];
      byColumn[x - left] += ink[y * width + x];
    }
  }
  const down = resampler(byRow, scale);
  const across = resampler(byColumn, scale);

  const image = new Float64Array(SIZE * SIZE);
  const line = new Float64Array(byColumn.length);
  down.forEach((rowWeights, y) => {
    line.fill(0);
    for (const [source, weight] of rowWeights) {
      const start = (top + source) * width + left;
      for (let x = 0; x < line.length; x += 1) line[x] += (weight * ink[start + x]) / darkest;
    }
    across.forEach((columnWeights, x) => {
      for (const [source, weight] of columnWeights) image[y * SIZE + x] += weight * line[source];
    });
  });
  return image;
}

// The matrix that resamples one axis: for each of 28 pixels, pairs of a place it comes from and that place's weight.
function resampler(profile, scale) {
  const length = profile.length;
  const total = profile.reduce((a, b) => a + b, 0);
  const middle = (profile.reduce((sum, part, i) => sum + part * (i + 0.5), 0) / total) * scale;
  const shift = Math.max(0, Math.floor(CENTRE + 0.5 - middle + 0.5));
  const start = Math.min(shift, Math.floor(SIZE - length * scale));
  const slope = Math.min(1, scale);
  return Array.from({ length: SIZE }, (_, pixel) => {
    const source = (pixel + 0.5 - start) / scale;
    const pairs = [];
    const first = Math.max(0, Math.floor(source - 0.5 - 1 / slope));
    const last = Math.min(length - 1, Math.ceil(source - 0.5 + 1 / slope));
    for (let i = first; i <= last; i += 1) {
      const weight = Math.max(0, 1 - Math.abs(source - (i + 0.5)) * slope);
      if (weight > 0) pairs.push([i, weight * slope]);
    }
    return pairs;
  });
}

// Ink that is fainter than that of MNIST, as thin strokes are after shrinking, made darker.
function usualContrast(image) {
  const total = image.reduce((a, b) => a + b, 0);
  if (total === 0) return image;
  const darkness = image.reduce((sum, value) => sum + value * value, 0) / total;
  const gain = LEAST_DARKNESS <= darkness && darkness <= 1 ? 1 : USUAL_DARKNESS / darkness;
  return image.map((value) => Math.min(1, gain * value));
}

// Thin strokes thickened and thick ones thinned until they are about as wide as those of MNIST.
function usualWeight(image) {
  for (let pass = 0; pass < PASSES; pass += 1) {
    const width = strokeWidth(image);
    let extreme = Math.max;
    let change = THINNEST - width;
    if (width > THICKEST) [extreme, change] = [Math.min, width - THICKEST];
    else if (width >= THINNEST) break;
    const before = image;
    const part = Math.min(1, change / 2);
    image = before.map((value, i) => {
      const [y, x] = [Math.floor(i / SIZE), i % SIZE];
      const end = extreme(value, at(before, y, x - 1), at(before, y, x + 1), at(before, y - 1, x), at(before, y + 1, x));
      return value + part * (end - value);
    });
  }
  return image;
}

// The mean width of the strokes in pixels: twice the ink, divided by the slopes of the edges.
function strokeWidth(image) {
  let [total, edges] = [0, 0];
  image.forEach((value, i) => {
    const [y, x] = [Math.floor(i / SIZE), i % SIZE];
    total += value;
    edges += Math.hypot(at(image, y + 1, x) - value, at(image, y, x + 1) - value);
  });
  return edges ? (2 * total) / edges : Infinity;
}

function at(image, y, x) {
  return y < 0 || x < 0 || y >= SIZE || x >= SIZE ? 0 : image[y * SIZE + x];
}
