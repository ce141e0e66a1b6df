// What the theme leaves out: a level for the headings of the side bar, a way to scroll wide code and tables by keyboard,
// names for its side bars, a heading for the search, and that an empty corner of a table heads nothing.
document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll("p.caption[role=heading]").forEach((one) => one.setAttribute("aria-level", "2"));
  document.querySelectorAll("pre, .table-wrapper").forEach((one) => one.setAttribute("tabindex", "0"));
  document.querySelector(".sidebar-drawer")?.setAttribute("aria-label", "Chapters");
  document.querySelector(".toc-drawer")?.setAttribute("aria-label", "On this page");
  const tools = document.querySelector(".content-icon-container");
  tools?.setAttribute("role", "navigation");
  tools?.setAttribute("aria-label", "This page");
  document.querySelectorAll("th").forEach((one) => { if (!one.textContent.trim()) one.setAttribute("role", "cell"); });
  // A number and its per cent sign stay on one line.
  const texts = document.createTreeWalker(document.querySelector("[role=main]") ?? document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    if (!texts.currentNode.parentElement.closest("pre")) {
      texts.currentNode.data = texts.currentNode.data.replace(/(\d) %/g, "$1\u00a0%");
    }
  }
  if (!document.querySelector("h1")) {
    document.querySelector("[role=main]")?.prepend(Object.assign(document.createElement("h1"), { textContent: "Search" }));
  }
});
