// Which network Draw and Look inside show: one that comes along, or the one that is trained on the page.

import { app, useNetwork } from "./state.js";
import { byId, element } from "./dom.js";
import { networkOf } from "./content.js";
import { t } from "./texts.js";

const TRAINED = "trained";
let trained = null; // {network, place}

export function startModels() {
  const choice = byId("network");
  const names = app.live ? app.models : [app.first.name];
  choice.replaceChildren(...names.map((name) => element("option", { value: name }, name)));
  choice.addEventListener("change", async () => {
    const name = choice.value;
    if (name === TRAINED) {
      useNetwork(trained.network, t("trained.on.page"), trained.place);
      return;
    }
    if (!app.live) {
      useNetwork(app.first.network, app.first.name, app.first.place);
      return;
    }
    const answer = await fetch(`models/${name}/model.json`);
    if (answer.ok && choice.value === name) useNetwork(networkOf(await answer.json()), name, `models/${name}`);
  });
}

// A training was saved in a run folder: it can be chosen by the folder's name.
export function offerSaved(folder) {
  const choice = byId("network");
  const name = folder.split(/[\\/]/).at(-1);
  if (![...choice.options].some(({ value }) => value === name)) choice.append(element("option", { value: name }, name));
}

// A network that is being trained has learned more; a new one is shown at once.
export function offerTrained(network, place) {
  const choice = byId("network");
  const fresh = trained?.place !== place;
  trained = { network, place };
  if (![...choice.options].some(({ value }) => value === TRAINED)) choice.append(element("option", { value: TRAINED }, t("trained.here")));
  if (fresh) choice.value = TRAINED;
  if (choice.value === TRAINED) useNetwork(network, t("trained.on.page"), place);
}
