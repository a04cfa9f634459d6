/** A row of tabs, each with its panel (aria-controls); arrows move along it. */

import { arrows } from "./arrows.js";

export function tabs(row) {
  const all = [...row.querySelectorAll("[role=tab]")];
  const open = (chosen) => all.forEach((tab) => {
    const yes = tab === chosen;
    tab.setAttribute("aria-selected", yes);
    tab.tabIndex = yes ? 0 : -1;
    document.getElementById(tab.getAttribute("aria-controls")).hidden = !yes;
  });
  all.forEach((tab) => tab.addEventListener("click", () => open(tab)));
  arrows(row, "[role=tab]:not([hidden])", open);
}
