// The page's texts in the language that the browser asks for: all of English are in english.js, of German in german.js.

import { ENGLISH } from "./english.js";
import { GERMAN } from "./german.js";

const LANGUAGES = { en: ENGLISH, de: GERMAN };

// The first of the browser's languages that there are texts for.
export const language = (navigator.languages ?? ["en"]).map((tag) => tag.slice(0, 2)).find((tag) => tag in LANGUAGES) ?? "en";

// A text by its name, with {values} filled in. A text of two forms, [one, many], is chosen by the value `count`.
export function t(name, values = {}) {
  const found = LANGUAGES[language][name];
  const text = Array.isArray(found) ? found[values.count === 1 ? 0 : 1] : found;
  return text.replace(/\{(\w+)\}/g, (_, value) => values[value]);
}

// A number's text with the language's decimal point.
export function decimal(text) {
  return language === "de" ? text.replace(".", ",") : text;
}

// A whole number, its thousands apart.
export function whole(value) {
  return value.toLocaleString(language);
}

// Fill the document: data-text names an element's text, and data-label, data-title its label and title. The texts are
// this page's own and may hold elements.
export function fillTexts(place = document) {
  document.documentElement.lang = language;
  for (const node of place.querySelectorAll("[data-text]")) node.innerHTML = t(node.dataset.text);
  for (const node of place.querySelectorAll("[data-label]")) node.setAttribute("aria-label", t(node.dataset.label));
  for (const node of place.querySelectorAll("[data-title]")) node.setAttribute("title", t(node.dataset.title));
}
