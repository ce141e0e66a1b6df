// The address of Look inside: a link holds network, image, unit, view, true digit and the cards that are put away. That
// of Watch it learn holds its settings, see settings.js.

import { app, on, select, show, tell } from "./state.js";
import { afterPause, byId } from "./dom.js";
import { cardsAway, putAway } from "./cards.js";

function parameters() {
  return new URLSearchParams(location.hash.split("?")[1] ?? "");
}

// Add the cards that are put away to other parameters, and write all behind the name of a tab.
export function writeParameters(tab, entries) {
  const away = cardsAway();
  // Commas stay as they are: people read addresses.
  const query = new URLSearchParams(away.length ? [...entries, ["hide", away.join(",")]] : entries).toString().replaceAll("%2C", ",");
  const address = `#${tab}${query ? `?${query}` : ""}`;
  // Browsers allow few changes a second, and a pen moves often.
  if (location.hash !== address) history.replaceState(history.state, "", address);
}

export function startAddress() {
  function write() {
    // Without cards put away, the first part of the page needs no address. That of another part stays: it is on its way.
    const own = !location.hash || location.hash.startsWith("#draw");
    if (!byId("draw").hidden && own && (cardsAway().length || location.hash)) writeParameters("draw", []);
    if (byId("inside").hidden || !location.hash.startsWith("#inside")) return;
    const entries = [];
    if (app.live && app.place.startsWith("models/") && app.name !== app.first.name) entries.push(["network", app.name]);
    if (typeof app.source === "number") entries.push(["image", app.source + 1]);
    if (app.selected.pinned) entries.push(["unit", `${app.selected.layer + 1}.${app.selected.unit + 1}`]);
    if (app.direction === "backward") entries.push(["view", "backward"]);
    if (app.truth !== null) entries.push(["digit", app.network.labels[app.truth]]);
    writeParameters("inside", entries);
  }

  function read() {
    const given = parameters();
    putAway((given.get("hide") ?? "").split(",").filter((name) => document.querySelector(`[data-card="${CSS.escape(name)}"]`)));
    tell("cards");
    if (!location.hash.startsWith("#inside?")) return;
    const name = given.get("network");
    const choice = byId("network");
    if (name && name !== app.name && [...(choice?.options ?? [])].some(({ value }) => value === name)) {
      choice.value = name;
      choice.dispatchEvent(new Event("change"));
      // The rest once it has come.
      once = () => look(given);
      return;
    }
    look(given);
  }

  let once = null;
  function look(given) {
    const image = Number(given.get("image")) - 1;
    if (app.sample.images[image]) show(app.sample.images[image], image);
    const digit = app.network.labels.indexOf(given.get("digit") ?? "");
    app.truth = digit < 0 ? null : digit;
    app.direction = given.get("view") === "backward" ? "backward" : "forward";
    tell("direction");
    const [layer, unit] = (given.get("unit") ?? "").split(".").map((number) => Number(number) - 1);
    if (unit in Array(app.network.layers[layer]?.units ?? 0).fill(0)) {
      app.selected = { layer: -1, unit: -1 };
      select(layer, unit, true);
    }
  }

  on("network", () => {
    const rest = once;
    once = null;
    if (rest) setTimeout(rest);
  });
  let mine = "";
  // After all that follows from one event, another address among it, has been done.
  const later = afterPause(0, () => {
    if (once) return;
    write();
    mine = location.hash;
  });
  for (const topic of ["image", "selection", "direction", "network", "cards", "tab"]) on(topic, later);
  addEventListener("hashchange", () => { if (location.hash !== mine && location.hash.includes("?")) read(); });
  return read;
}
