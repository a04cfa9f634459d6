/** The menu of commands: what the bots told Telegram that they understand here. */

import { $, el } from "./dom.js";
import * as api from "./api.js";
import { arrows } from "./arrows.js";

/** Used when the world cannot say what the bots understand. */
const USUAL = [
  ["/status", "How the service and the database are"],
  ["/incident", "Open an incident by hand"],
  ["/restart", "Restart the service, after approval"],
  ["/approve", "Approve by number, when the button is gone"],
  ["/deny", "Deny by number"],
  ["/ack", "I have seen it"],
  ["/resolve", "It is over"],
  ["/report", "The incident report as a file"],
  ["/help", "What the bot can do"],
  ["/id", "My numeric id"],
];
/** These want more words before they are sent. */
const WORDY = new Set(["/incident", "/approve", "/deny", "/note", "/severity", "/silence", "/logs", "/remember", "/resolve"]);

export class Commands {
  #all = USUAL;

  /** `pick(name, wordy)` is called with the one chosen; `field` is where one types. */
  constructor(field, pick) {
    Object.assign(this, { field, pick, box: $("commands") });
    $("slash").addEventListener("click", () => (this.box.hidden ? this.open("/") : this.close()));
    this.box.addEventListener("click", ({ target }) => this.#chosen(target.closest("[data-command]")));
    this.box.addEventListener("keydown", ({ key }) => { if (key === "Escape") { this.close(); field.focus(); } });
    arrows(this.box, "button", undefined, (key) => { if (key === "ArrowDown") field.focus(); return key === "ArrowDown"; });
    document.addEventListener("pointerdown", ({ target }) => target.closest("#compose") ?? this.close());
  }

  #chosen(button) {
    if (!button) return;
    this.close();
    this.pick(button.dataset.command, WORDY.has(button.dataset.command));
  }

  /** Ask what can be said in a chat by a person. */
  async learn(chatId, personId) {
    const told = await api.commands(chatId, personId).catch(() => null);
    const named = (told ?? []).map(({ command, description }) => [`/${command}`, description]);
    this.#all = told === null ? USUAL : named;
  }

  open(start) {
    const fitting = this.#all.filter(([name]) => name.startsWith(start));
    this.box.replaceChildren(...fitting.map(([name, purpose]) =>
      el("button", { type: "button", "data-command": name }, el("strong", {}, name), el("span", {}, purpose))));
    this.box.hidden = !fitting.length || this.field.disabled;
    $("slash").setAttribute("aria-expanded", !this.box.hidden);
  }

  close() {
    this.box.hidden = true;
    $("slash").setAttribute("aria-expanded", "false");
  }

  /** From the field into the list, to the command nearest to it. */
  enter() {
    const last = this.box.hidden ? null : this.box.lastElementChild;
    last?.focus();
    return Boolean(last);
  }
}
