/** The switches that break the practice world for real. */

import { $, el } from "./dom.js";
import { flip } from "./api.js";

const DONE_FOR = 2000;

export class Switches {
  #names = "";

  constructor(complain) {
    Object.assign(this, { box: $("switches"), complain });
    $("repair").addEventListener("click", () => this.#repair());
  }

  /** Draw once; later only move the switches, so a finger or the focus is never lost. */
  draw(switches) {
    const names = switches.map(({ name, kind }) => `${name}/${kind}`).join();
    if (names !== this.#names) this.box.replaceChildren(...this.#rows(switches));
    this.#names = names;
    switches.filter(({ kind }) => kind === "toggle").forEach(({ name, on }) => {
      const control = this.#find(name);
      if (control.dataset.state !== "busy") this.#turn(control, on);
    });
    this.#count();
  }

  /** The cards; a new group of them begins with its name. */
  #rows(switches) {
    return switches.flatMap((each, n) => {
      const begins = each.group && each.group !== switches[n - 1]?.group;
      return begins ? [el("li", { class: "group" }, each.group), this.#card(each)] : [this.#card(each)];
    });
  }

  #toggles() {
    return [...this.box.querySelectorAll("[role=switch][aria-checked=true]")];
  }

  /** How many are on, and so whether there is anything to repair. */
  #count() {
    const on = this.#toggles().length;
    $("repair").setAttribute("aria-disabled", on === 0);
    $("repair-label").textContent = on ? `Repair everything (${on})` : "Nothing to repair";
    $("tab-switches").hidden = !on;
    $("tab-switches").textContent = on;
  }

  /** Turn off, one after the other, all that is on. */
  async #repair() {
    if ($("repair").dataset.state === "busy") return;
    $("repair").dataset.state = "busy";
    for (const control of this.#toggles()) await this.#toggle(control, control.dataset.switch);
    $("repair").dataset.state = "idle";
  }

  #find(name) {
    return [...this.box.querySelectorAll("[data-switch]")].find((node) => node.dataset.switch === name);
  }

  #card({ name, label, effect, kind }) {
    const id = `switch-${name}`;
    const shared = { type: "button", id: `${id}-do`, "data-switch": name, "data-state": "idle", "aria-describedby": `${id}-effect` };
    const control = kind === "toggle"
      ? el("button", { ...shared, class: "toggle", role: "switch", "aria-checked": "false", "aria-labelledby": id }, el("span", { class: "knob" }))
      : el("button", { ...shared, class: "once", "aria-labelledby": `${id}-do ${id}` }, "Do it");
    control.addEventListener("click", () => (kind === "toggle" ? this.#toggle(control, name) : this.#once(control, name)));
    return el("li", { class: "switch" },
      el("strong", { id }, label), el("p", { id: `${id}-effect` }, effect), control);
  }

  #turn(control, on) {
    control.setAttribute("aria-checked", Boolean(on));
    control.closest(".switch").classList.toggle("on", Boolean(on));
  }

  async #toggle(control, name) {
    if (control.dataset.state === "busy") return;
    const on = control.getAttribute("aria-checked") !== "true";
    if (await this.#post(control, name, on)) this.#turn(control, on);
    control.dataset.state = "idle";
    this.#count();
  }

  /** Press, then say so for two seconds. */
  async #once(control, name) {
    if (control.dataset.state !== "idle") return;
    const done = await this.#post(control, name, true);
    control.dataset.state = done ? "done" : "idle";
    if (!done) return;
    control.textContent = "Done";
    setTimeout(() => {
      control.textContent = "Do it";
      control.dataset.state = "idle";
    }, DONE_FOR);
  }

  async #post(control, name, on) {
    control.dataset.state = "busy";
    try {
      await flip(name, on);
      return true;
    } catch (problem) {
      this.complain(problem.message);
      return false;
    }
  }
}
