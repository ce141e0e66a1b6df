// For the projector: everything larger, explanations away, the whole screen.

import { byId } from "./dom.js";
import { tell } from "./state.js";

export function startPresenting() {
  const button = byId("present");
  const root = document.documentElement;

  function present(going) {
    root.classList.toggle("presenting", going);
    button.setAttribute("aria-pressed", going);
    tell("theme"); // what is drawn at its size is drawn anew
  }

  button.addEventListener("click", async () => {
    const going = !root.classList.contains("presenting");
    present(going);
    try {
      if (going) await root.requestFullscreen();
      else if (document.fullscreenElement) await document.exitFullscreen();
    } catch {
      // A browser that gives no page the whole screen: larger it is all the same.
    }
  });
  document.addEventListener("fullscreenchange", () => { if (!document.fullscreenElement) present(false); });
}
