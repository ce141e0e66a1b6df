// The page: loads its content, starts its parts and switches between them.

import { app, on, show, tell } from "./state.js";
import { byId, element } from "./dom.js";
import { loadContent } from "./content.js";
import { startDraw } from "./draw.js";
import { startTheme } from "./theme.js";

const TABS = ["draw", "inside", "learn"];

function startTabs() {
  const tabs = TABS.filter((name) => app.live || name !== "learn");
  if (!app.live) byId("tab-learn").remove();

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
  app.result = app.network.forward(app.network.scaled(app.grey));
  tell("result");
}

async function start() {
  startTheme();
  Object.assign(app, await loadContent());
  byId("model-name").textContent = app.name;
  startTabs();
  startDraw();
  on("image", run);
  on("network", run);
  tell("network");
  document.documentElement.dataset.ready = "true";
  performance.mark("ready");
}

start().catch((error) => {
  document.querySelector("main").prepend(element("p", { className: "problem", role: "alert" }, `This page could not start: ${error.message}`));
  throw error;
});
