// Small helpers for the document.

import { decimal } from "./texts.js";

export function byId(id) {
  return document.getElementById(id);
}

// An element with properties and children: element("button", { type: "button" }, "Undo").
export function element(name, properties = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key in node) node[key] = value;
    else node.setAttribute(key, value);
  }
  node.append(...children);
  return node;
}

// A probability for people. The network is never entirely sure, though the computer may round to 1.
export function percent(part, digits = 1) {
  const smallest = 10 ** -digits;
  const text = (value) => `${decimal(value.toFixed(digits))} %`;
  if (part > 0 && 100 * part < smallest / 2) return `< ${text(smallest)}`;
  if (part < 1 && 100 * part > 100 - smallest / 2) return `> ${text(100 - smallest)}`;
  return text(100 * part);
}

// A number with its sign, a true minus and three digits.
export function signed(value, digits = 2) {
  const text = Math.abs(value).toFixed(digits);
  return decimal(Number(text) === 0 ? text : `${value < 0 ? "\u2212" : "+"}${text}`);
}

// A number of any size in three digits, with a true minus.
export function small(value) {
  if (value === 0) return "0";
  const text = Math.abs(value) < 0.001 ? value.toExponential(2) : value.toPrecision(3);
  return decimal(text.replaceAll("-", "\u2212"));
}

// Say something to people who listen to the page.
export function announce(text) {
  byId("announcement").textContent = text;
}

// Call `action` when no further call has come for so many milliseconds.
export function afterPause(milliseconds, action) {
  let timer = 0;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(action, milliseconds);
  };
}
