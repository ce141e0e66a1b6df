// The board to draw on, with mouse, pen, finger or keyboard.

export const SIDE = 420; // pixels of the board, however large it is shown
const STEP = 14; // how far an arrow key moves the pen

export class Board {
  // canvas: where to draw. cursor: an element that marks the pen for the keyboard. changed: called after each movement.
  constructor(canvas, cursor, changed) {
    Object.assign(this, { canvas, cursor, changed });
    this.strokes = []; // each {points: [x, y, x, y, ...], width, erases}
    this.penWidth = 32;
    this.erases = false;
    this.pen = { x: SIDE / 2, y: SIDE / 4, down: false }; // of the keyboard
    Object.assign(canvas, { width: SIDE, height: SIDE });
    this.context = canvas.getContext("2d", { willReadFrequently: true });
    this.context.lineCap = "round";
    this.listen();
  }

  listen() {
    const { canvas } = this;
    canvas.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      canvas.setPointerCapture(event.pointerId);
      this.pointer = event.pointerId;
      this.begin(...this.place(event));
      this.changed();
    });
    canvas.addEventListener("pointermove", (event) => {
      if (event.pointerId !== this.pointer) return;
      // The browser gathers movements between two frames; a quick stroke needs all of them.
      const events = event.getCoalescedEvents?.() ?? [];
      for (const part of events.length ? events : [event]) this.extend(...this.place(part));
      this.changed();
    });
    const lift = (event) => {
      if (event.pointerId === this.pointer) this.pointer = undefined;
    };
    canvas.addEventListener("pointerup", lift);
    canvas.addEventListener("pointercancel", lift);
    canvas.addEventListener("keydown", (event) => this.key(event));
    canvas.addEventListener("focus", () => this.markPen());
  }

  place(event) {
    const box = this.canvas.getBoundingClientRect();
    return [((event.clientX - box.left) / box.width) * SIDE, ((event.clientY - box.top) / box.height) * SIDE];
  }

  begin(x, y) {
    this.strokes.push({ points: [x, y], width: this.penWidth, erases: this.erases });
    this.drawLine(this.strokes.at(-1), x, y, x, y);
  }

  extend(x, y) {
    const stroke = this.strokes.at(-1);
    const [fromX, fromY] = stroke.points.slice(-2);
    stroke.points.push(x, y);
    this.drawLine(stroke, fromX, fromY, x, y);
  }

  drawLine({ width, erases }, fromX, fromY, x, y) {
    const { context } = this;
    context.globalCompositeOperation = erases ? "destination-out" : "source-over";
    context.strokeStyle = getComputedStyle(this.canvas).color;
    context.lineWidth = width;
    context.beginPath();
    context.moveTo(fromX, fromY);
    context.lineTo(x, y);
    context.stroke();
  }

  redraw() {
    this.context.clearRect(0, 0, SIDE, SIDE);
    for (const stroke of this.strokes) {
      const { points } = stroke;
      this.drawLine(stroke, points[0], points[1], points[0], points[1]);
      for (let i = 2; i < points.length; i += 2) this.drawLine(stroke, ...points.slice(i - 2, i + 2));
    }
  }

  undo() {
    this.strokes.pop();
    this.pen.down = false;
    this.redraw();
    this.markPen();
    this.changed();
  }

  clear() {
    this.strokes = [];
    this.pen.down = false;
    this.redraw();
    this.markPen();
    this.changed();
  }

  // The board's ink, 0 to 1, row by row: how opaque it is painted. Only the part with strokes on it, which takes a
  // fraction of the time; margins make no difference to what the network sees.
  ink() {
    let [left, top, right, bottom] = [SIDE, SIDE, 0, 0];
    for (const { points, width } of this.strokes) {
      for (let i = 0; i < points.length; i += 2) {
        left = Math.min(left, points[i] - width);
        right = Math.max(right, points[i] + width);
        top = Math.min(top, points[i + 1] - width);
        bottom = Math.max(bottom, points[i + 1] + width);
      }
    }
    [left, top] = [left, top].map((edge) => Math.max(0, Math.floor(edge)));
    [right, bottom] = [right, bottom].map((edge) => Math.min(SIDE, Math.ceil(edge)));
    const [width, height] = [right - left, bottom - top];
    if (width <= 0 || height <= 0) return { ink: new Float32Array(1), height: 1, width: 1, left: 0 };
    const { data } = this.context.getImageData(left, top, width, height);
    const ink = new Float32Array(width * height);
    for (let i = 0; i < ink.length; i += 1) ink[i] = data[4 * i + 3] / 255;
    return { ink, height, width, left };
  }

  key(event) {
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    if (event.altKey || event.metaKey || (event.ctrlKey && event.key !== "z")) return;
    if (event.key in moves) {
      const step = event.shiftKey ? STEP / 3 : STEP;
      const [dx, dy] = moves[event.key];
      this.pen.x = Math.min(SIDE, Math.max(0, this.pen.x + dx * step));
      this.pen.y = Math.min(SIDE, Math.max(0, this.pen.y + dy * step));
      if (this.pen.down) {
        this.extend(this.pen.x, this.pen.y);
        this.changed();
      }
    } else if (event.key === " ") {
      this.pen.down = !this.pen.down;
      if (this.pen.down) {
        this.begin(this.pen.x, this.pen.y);
        this.changed();
      }
    } else if (event.key === "Backspace" || event.key === "z") {
      this.undo();
    } else if (event.key === "Delete") {
      this.clear();
    } else {
      return;
    }
    event.preventDefault();
    this.markPen();
  }

  markPen() {
    const { cursor, pen } = this;
    cursor.style.left = `${(100 * pen.x) / SIDE}%`;
    cursor.style.top = `${(100 * pen.y) / SIDE}%`;
    cursor.classList.toggle("down", pen.down);
  }
}
