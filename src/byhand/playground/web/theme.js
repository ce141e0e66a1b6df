// Light or dark: as the system wishes, until the button is pressed.

import { byId } from "./dom.js";
import { tell } from "./state.js";
import { t } from "./texts.js";

const KEY = "byhand-theme";

export function startTheme() {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const button = byId("theme");
  let chosen = remembered();

  function apply() {
    const dark = (chosen ?? (system.matches ? "dark" : "light")) === "dark";
    document.documentElement.dataset.theme = dark ? "dark" : "light";
    button.textContent = t(dark ? "theme.light" : "theme.dark");
    button.setAttribute("aria-label", t(dark ? "theme.to.light" : "theme.to.dark"));
    tell("theme");
  }

  button.addEventListener("click", () => {
    chosen = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
    try {
      localStorage.setItem(KEY, chosen);
    } catch {
      // A browser that keeps nothing for this page: the choice holds until it is closed.
    }
    apply();
  });
  system.addEventListener("change", apply);
  apply();
}

function remembered() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}
