// The settings of a training: in a form, in the address, and on their way to the server.

import { app } from "./state.js";
import { writeParameters } from "./address.js";

// How each field of the form, by its name, is read and written.
const NUMBERS = ["learning_rate", "batch_size", "momentum", "epochs", "seed", "amount", "deformations"];

function parse(name, text) {
  if (name === "hidden") {
    if (text.trim() === "" || text.trim() === "none") return [];
    return text.split(",").map((units) => Number(units));
  }
  return NUMBERS.includes(name) ? Number(text) : text;
}

function write(name, value) {
  return name === "hidden" ? value.join(",") || "none" : String(value);
}

// What the form says, by name.
export function readForm(form) {
  return Object.fromEntries(Object.keys(app.settings).filter((name) => form.elements[name]).map((name) => [name, parse(name, form.elements[name].value)]));
}

// Fill the form from the address (#learn?learning_rate=1&...), and what is not there with the usual settings.
export function fillForm(form) {
  const given = new URLSearchParams(location.hash.split("?")[1] ?? "");
  form.dataset.rateByHand = given.has("learning_rate") ? "yes" : "";
  for (const [name, usual] of Object.entries(app.settings)) {
    const field = form.elements[name];
    if (!field) continue; // a choice that only the server offers
    const text = given.get(name) ?? write(name, usual);
    // An amount that is not on offer, but in the address, goes on offer.
    if (field.options && ![...field.options].some(({ value }) => value === text)) field.add(new Option(text, text));
    field.value = text;
  }
}

// What the learning rate follows, until it is changed by hand.
const DECIDE_RATE = ["optimizer", "activation", "momentum", "batch_size"];

// After a change of one of these, ask for the learning rate (and for Nesterov the momentum) that go with it.
// usual: gives it for some settings.
export async function followUsual(form, changed, usual) {
  if (changed === "learning_rate") form.dataset.rateByHand = "yes";
  if (!DECIDE_RATE.includes(changed) || form.dataset.rateByHand) return;
  const given = new Set([...DECIDE_RATE, "hidden"]);
  if (changed === "optimizer") given.delete("momentum");
  const settings = Object.fromEntries(Object.entries(readForm(form)).filter(([name]) => given.has(name)));
  const found = await usual(settings);
  for (const name of ["learning_rate", "momentum"]) form.elements[name].value = String(found[name]);
}

// Put what differs from the usual settings into the address, without a step in the browser's history.
export function writeAddress(form) {
  const changed = Object.entries(app.settings)
    .filter(([name]) => form.elements[name])
    .map(([name, usual]) => [name, form.elements[name].value, write(name, usual)])
    .filter(([, text, usual]) => text !== usual)
    .map(([name, text]) => [name, text]);
  writeParameters("learn", changed);
}
