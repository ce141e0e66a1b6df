// On a phone the details of a unit lie in a sheet at the bottom of the screen, which a lamp opens and a button closes.

import { app, on } from "./state.js";
import { byId } from "./dom.js";
import { t } from "./texts.js";

export function startSheet() {
  const sheet = byId("details");
  const button = byId("sheet");

  function open(wide) {
    sheet.classList.toggle("open", wide);
    button.setAttribute("aria-expanded", wide);
    button.textContent = t(wide ? "sheet.close" : "sheet.open");
  }

  button.addEventListener("click", () => open(!sheet.classList.contains("open")));
  on("selection", () => { if (app.selected.pinned) open(true); });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") open(false); });
  open(false);
}
