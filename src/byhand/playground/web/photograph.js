// A photograph: chosen, dropped, pasted or taken with the camera, read by the server, and shown with what was found.

import { announce, byId, element, percent } from "./dom.js";
import { app, show } from "./state.js";
import { bytes } from "./content.js";
import { fetchPatiently } from "./stream.js";
import { t } from "./texts.js";
import { paintImage } from "./pictures.js";

const LARGEST_SHOWN = 1600; // pixels of the longer side

export function startPhotograph() {
  let camera = null;
  let newest = null; // ends what is asked of the server for a photograph

  async function read(file) {
    newest?.abort(); // whichever answer comes last, the page shows the photograph that was handed over last
    const { signal } = newest = new AbortController();
    byId("photo-result").hidden = true;
    byId("photo-state").textContent = t("photo.reading");
    try {
      const answer = await fetchPatiently(`${app.place}/read?images=true`, { method: "POST", body: file, signal }, () => {
        if (!signal.aborted) byId("photo-state").textContent = t("photo.waiting");
      });
      const reading = await answer.json();
      if (!answer.ok) throw new Error(reading.error);
      const picture = await createImageBitmap(file, { imageOrientation: "from-image" }).catch(() => null);
      if (!signal.aborted) present(reading, picture);
    } catch (error) {
      if (!signal.aborted) byId("photo-state").textContent = error.message;
    }
  }

  // picture: null where it was read, but is of a kind that this browser cannot show.
  function present(reading, picture) {
    const { digits, lines, other } = reading;
    byId("photo-text").textContent = lines.join("\n");
    byId("photo-state").textContent = digits.length
      ? `${t("photo.digits", { count: digits.length })}${other.length ? `; ${t("photo.other", { count: other.length })}` : ""}.`
      : t("photo.none");
    byId("photo-digits").replaceChildren(...digits.map(({ digit, confidence, sure, image }) => {
      const grey = bytes(image);
      const canvas = element("canvas", { className: "image small" });
      paintImage(canvas, grey);
      const button = element("button", { type: "button", className: `thumbnail${sure ? "" : " unsure"}` }, canvas, `${digit}: ${percent(confidence, 0)}${sure ? "" : t("not.sure")}`);
      button.addEventListener("click", () => {
        show(grey, "photograph");
        location.hash = "inside";
      });
      return element("li", {}, button);
    }));
    byId("photo-result").hidden = !digits.length;
    announce(digits.length ? t("photo.reads", { lines: lines.join(", ") }) : t("photo.none"));
    byId("photo-state").scrollIntoView({ block: "start" });
    byId("photo-picture").hidden = !picture;
    if (picture) mark(picture, reading);
  }

  // The picture with a frame around each digit, and its reading above it.
  function mark(picture, { digits, other, size }) {
    const canvas = byId("photo-picture");
    const scale = Math.min(1, LARGEST_SHOWN / Math.max(picture.width, picture.height));
    Object.assign(canvas, { width: picture.width * scale, height: picture.height * scale });
    const context = canvas.getContext("2d");
    context.drawImage(picture, 0, 0, canvas.width, canvas.height);
    const [across, down] = [canvas.width / size[0], canvas.height / size[1]];
    const letters = Math.max(18, canvas.width / 25);
    context.font = `700 ${letters}px system-ui, sans-serif`;
    const frame = ([left, top, right, bottom], colour, text) => {
      context.strokeStyle = colour;
      context.lineWidth = Math.max(2, canvas.width / 300);
      context.strokeRect(left * across, top * down, (right - left) * across, (bottom - top) * down);
      const y = Math.max(letters, top * down - 4);
      context.strokeStyle = "#ffffff";
      context.lineWidth = letters / 4;
      context.strokeText(text, left * across, y);
      context.fillStyle = colour;
      context.fillText(text, left * across, y);
    };
    for (const { box } of other) frame(box, "#595959", "");
    for (const { box, digit, sure } of digits) frame(box, sure ? "#0072b2" : "#b34700", sure ? String(digit) : `${digit}?`);
  }

  function stopCamera() {
    camera?.getTracks().forEach((track) => track.stop());
    camera = null;
    for (const id of ["video", "shoot"]) byId(id).hidden = true;
    byId("camera").textContent = t("use.the.camera");
  }

  byId("file").addEventListener("change", (event) => {
    if (event.target.files.length) read(event.target.files[0]);
    event.target.value = "";
  });
  byId("camera").addEventListener("click", async () => {
    if (camera) {
      stopCamera();
      return;
    }
    try {
      camera = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1920 } } });
      byId("video").srcObject = camera;
      for (const id of ["video", "shoot"]) byId(id).hidden = false;
      byId("camera").textContent = t("camera.off");
      await byId("video").play();
    } catch (error) {
      byId("photo-state").textContent = t("camera.fails", { reason: error.message });
      stopCamera();
    }
  });
  byId("shoot").addEventListener("click", () => {
    const video = byId("video");
    const canvas = element("canvas", { width: video.videoWidth, height: video.videoHeight });
    canvas.getContext("2d").drawImage(video, 0, 0);
    stopCamera();
    canvas.toBlob(read, "image/png");
  });
  document.addEventListener("paste", (event) => {
    const file = [...event.clipboardData.files].find(({ type }) => type.startsWith("image/"));
    if (!file) return;
    location.hash = "draw";
    read(file);
  });
  document.addEventListener("dragover", (event) => {
    event.preventDefault();
    byId("photograph").classList.add("over");
  });
  document.addEventListener("dragleave", () => byId("photograph").classList.remove("over"));
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    byId("photograph").classList.remove("over");
    if (!event.dataTransfer.files.length) return;
    location.hash = "draw";
    read(event.dataTransfer.files[0]);
  });
}
