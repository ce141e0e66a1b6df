// Several digits on the board: its connected components, those above one another taken together.

const STEP = 4; // pixels of the board for one of the coarse grid in which components are found
const SPECK = 0.02; // components with less than this part of all ink are no digit of their own
const OVERLAP = 0.3; // of the narrower one's width: components that overlap so much are strokes of one digit

// {ink, height, width}: see Board.ink. Gives the parts from left to right, each {ink, height, width, left, right}.
export function partsOf({ ink, height, width }) {
  const columns = Math.ceil(width / STEP);
  const rows = Math.ceil(height / STEP);
  const coarse = new Float32Array(rows * columns);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const cell = Math.floor(y / STEP) * columns + Math.floor(x / STEP);
      coarse[cell] += ink[y * width + x];
    }
  }
  const labels = new Int32Array(coarse.length);
  let boxes = [];
  coarse.forEach((value, start) => {
    if (value === 0 || labels[start]) return;
    const box = { label: boxes.length + 1, left: columns, right: 0, amount: 0 };
    const waiting = [start];
    labels[start] = box.label;
    while (waiting.length) {
      const cell = waiting.pop();
      const [y, x] = [Math.floor(cell / columns), cell % columns];
      Object.assign(box, { left: Math.min(box.left, x), right: Math.max(box.right, x + 1), amount: box.amount + coarse[cell] });
      for (let ny = Math.max(0, y - 1); ny <= Math.min(rows - 1, y + 1); ny += 1) {
        for (let nx = Math.max(0, x - 1); nx <= Math.min(columns - 1, x + 1); nx += 1) {
          const next = ny * columns + nx;
          if (coarse[next] > 0 && !labels[next]) {
            labels[next] = box.label;
            waiting.push(next);
          }
        }
      }
    }
    boxes.push(box);
  });
  const total = boxes.reduce((sum, { amount }) => sum + amount, 0);
  boxes = boxes.filter(({ amount }) => amount >= SPECK * total).sort((a, b) => a.left - b.left);
  const groups = [];
  for (const box of boxes) {
    const before = groups.at(-1);
    const shared = before ? Math.min(before.right, box.right) - box.left : -1;
    if (before && shared > OVERLAP * Math.min(before.right - before.left, box.right - box.left)) {
      before.labels.add(box.label);
      before.right = Math.max(before.right, box.right);
    } else groups.push({ labels: new Set([box.label]), left: box.left, right: box.right });
  }
  return groups.map((group) => {
    const part = new Float32Array(ink.length);
    for (let y = 0; y < height; y += 1) {
      for (let x = 0; x < width; x += 1) {
        if (group.labels.has(labels[Math.floor(y / STEP) * columns + Math.floor(x / STEP)])) part[y * width + x] = ink[y * width + x];
      }
    }
    return { ink: part, height, width, left: group.left * STEP, right: group.right * STEP };
  });
}
