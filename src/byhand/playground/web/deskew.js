// Deskewing and moment normalisation, for networks that were trained that way: the same arithmetic as in
// src/byhand/preprocessing/deskewing.py, where it is explained.

const SIDE = 28;
const MIDDLE = (SIDE - 1) / 2;
const [SPREAD_DOWN, SPREAD_ACROSS] = [5.4, 4.3];
const LEAST_MASS_OF_BRIGHTEST = 0.3;
const clip = (value, low, high) => Math.min(high, Math.max(low, value));

// 784 grey levels in and out.
export function deskew(grey) {
  let [mass, r, c, rr, rc, cc] = [0, 0, 0, 0, 0, 0];
  const faint = LEAST_MASS_OF_BRIGHTEST * grey.reduce((a, b) => Math.max(a, b), 0);
  grey.forEach((level, i) => {
    const ink = Math.max(0, level - faint);
    const [y, x] = [Math.floor(i / SIDE) - MIDDLE, (i % SIDE) - MIDDLE];
    mass += ink;
    r += ink * y;
    c += ink * x;
    rr += ink * y * y;
    rc += ink * y * x;
    cc += ink * x * x;
  });
  mass = Math.max(mass, 1e-6);
  [r, c, rr, rc, cc] = [r, c, rr, rc, cc].map((moment) => moment / mass);
  [rr, rc, cc] = [rr - r * r, rc - r * c, cc - c * c];
  const slant = rr > 0 ? rc / rr : 0;
  const down = clip(Math.sqrt(Math.max(0, rr)) / SPREAD_DOWN, 0.6, 1.6);
  const across = clip(Math.sqrt(Math.max(0, cc - slant * rc)) / SPREAD_ACROSS, 0.5, 2);
  return grey.map((_, i) => {
    const y = down * (Math.floor(i / SIDE) - MIDDLE);
    const x = across * ((i % SIDE) - MIDDLE);
    // Array elements of bytes are cut off, so rounding comes first; halves go to the even number, as in NumPy.
    return roundToEven(between(grey, r + y + MIDDLE, c + x + slant * y + MIDDLE));
  });
}

// The image between its pixels; outside all is 0.
function between(grey, row, column) {
  const [top, left] = [Math.floor(row), Math.floor(column)];
  const [down, right] = [row - top, column - left];
  const at = (y, x) => (y < 0 || x < 0 || y >= SIDE || x >= SIDE ? 0 : grey[y * SIDE + x]);
  const upper = at(top, left) * (1 - right) + at(top, left + 1) * right;
  const lower = at(top + 1, left) * (1 - right) + at(top + 1, left + 1) * right;
  return upper * (1 - down) + lower * down;
}

function roundToEven(value) {
  const floor = Math.floor(value);
  if (value - floor === 0.5) return floor + (floor % 2);
  return Math.round(value);
}
