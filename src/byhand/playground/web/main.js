// The page: loads its content, starts its parts and switches between them.

import { app, imageNumber, on, tell } from "./state.js";
import { byId, element } from "./dom.js";
import { deltasOf, lossOf } from "./backward.js";
import { loadContent } from "./content.js";
import { truth } from "./direction.js";
import { fillTexts, t } from "./texts.js";
import { startAddress } from "./address.js";
import { startCards } from "./cards.js";
import { startDraw } from "./draw.js";
import { startInside } from "./inside.js";
import { startLearn } from "./learn.js";
import { startModels } from "./models.js";
import { startPhotograph } from "./photograph.js";
import { startPresenting } from "./present.js";
import { startTheme } from "./theme.js";
import { think, tinkered } from "./tinkering.js";

const TABS = ["draw", "inside", "learn"];

function startTabs() {
  const learns = app.live || app.training;
  const tabs = TABS.filter((name) => learns || name !== "learn");
  if (!app.live) byId("photograph").remove();
  if (!learns) for (const id of ["tab-learn", "learn", "network-choice"]) byId(id).remove();

  function open(name, focus) {
    for (const tab of tabs) {
      const chosen = tab === name;
      byId(`tab-${tab}`).setAttribute("aria-selected", chosen);
      byId(`tab-${tab}`).tabIndex = chosen ? 0 : -1;
      byId(tab).hidden = !chosen;
    }
    if (focus) byId(`tab-${name}`).focus();
    tell("tab");
  }

  for (const name of tabs) {
    byId(`tab-${name}`).addEventListener("click", () => { location.hash = name; });
    byId(`tab-${name}`).addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const next = tabs[(tabs.indexOf(name) + step + tabs.length) % tabs.length];
      location.hash = next;
      open(next, true);
    });
  }
  const fromAddress = () => {
    const name = location.hash.slice(1).split("?")[0];
    open(tabs.includes(name) ? name : "draw");
  };
  addEventListener("hashchange", fromAddress);
  fromAddress();
}

function run() {
  app.result = think(app.grey, imageNumber());
  // The way back is gone when somebody asks for it: while a digit is drawn, nobody does.
  let back = null;
  Object.defineProperty(app, "back", {
    configurable: true,
    get: () => back ??= { loss: lossOf(app.result.logits, truth()), deltas: deltasOf(tinkered(), app.result, truth(), app.off) },
  });
  tell("result");
}

async function start() {
  fillTexts();
  document.title = t("page.title");
  startTheme();
  startPresenting();
  Object.assign(app, await loadContent());
  app.first = { network: app.network, name: app.name, place: app.place, map: app.map };
  on("network", () => {
    byId("model-name").textContent = app.name;
    if (app.selected.layer >= app.network.layers.length || app.selected.unit >= app.network.layers[app.selected.layer].units) {
      app.selected = { layer: 0, unit: 0 };
    }
  });
  startCards();
  startTabs();
  startDraw();
  startInside();
  if (app.live || app.training) {
    startModels();
    startLearn();
  }
  if (app.live) startPhotograph();
  for (const topic of ["image", "network", "weights", "tinkering", "direction"]) on(topic, run);
  const readAddress = startAddress();
  const asked = location.hash;
  tell("network");
  tell("tab");
  if (asked.includes("?")) {
    history.replaceState(null, "", asked);
    readAddress();
  }
  document.documentElement.dataset.ready = "true";
  performance.mark("ready");
}

start().catch((error) => {
  document.querySelector("main").prepend(element("p", { className: "problem", role: "alert" }, t("page.failed", { reason: error.message })));
  throw error;
});
