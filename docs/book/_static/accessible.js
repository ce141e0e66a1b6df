// What the theme leaves out: a level for the headings of the side bar, and a way to scroll wide code and tables by keyboard.
document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll("p.caption[role=heading]").forEach((one) => one.setAttribute("aria-level", "2"));
  document.querySelectorAll("pre, .table-wrapper").forEach((one) => one.setAttribute("tabindex", "0"));
});
