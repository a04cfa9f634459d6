/** What the watchdog's checks should see: pass, fail, blind or unsure. */

import { $, el } from "./dom.js";
import { since } from "./clock.js";

const PASS = ["good", "✓", "passes"];
const FAIL = ["bad", "✕", "fails"];
const STATES = {
  pass: PASS, healthy: PASS,
  fail: FAIL, failing: FAIL,
  blind: ["busy", "◌", "sees nothing"],
  unsure: ["busy", "?", "is unsure"],
};

export class Checks {
  #before = "";

  constructor(box) {
    this.box = box;
  }

  /** A world without checks has no tab for them. */
  draw(checks) {
    const now = JSON.stringify(checks ?? null);
    if (now === this.#before) return;
    this.#before = now;
    const failing = (checks ?? []).filter(({ state }) => STATES[state] === FAIL).length;
    $("tab-checks-open").hidden = !checks;
    $("tab-checks").hidden = !failing;
    $("tab-checks").textContent = failing;
    this.box.replaceChildren(...(checks ?? []).map(row));
    if (checks && !checks.length) this.box.append(el("li", { class: "hint" }, "Nothing was checked yet."));
  }
}

function row({ service, name, state, detail, since: from }) {
  const [level, mark, words] = STATES[state] ?? ["busy", "?", state];
  return el("li", { class: `check ${level}`, "data-check": name },
    el("span", { class: "mark", "aria-hidden": "true" }, mark),
    el("div", {}, el("p", {}, el("strong", {}, name), ` ${words}`, service && el("span", { class: "of" }, ` · ${service}`)),
      detail && el("small", {}, detail)),
    from && since(from));
}
