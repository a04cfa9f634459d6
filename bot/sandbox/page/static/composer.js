/** Where the person writes: text, the message answered, the list of commands. */

import { $, clip, el } from "./dom.js";
import { gist } from "./store.js";

/** Each command, what it is for, and whether it wants more words before it is sent. */
const COMMANDS = [
  ["/status", "How the service and the database are", false],
  ["/incident", "Open an incident by hand", true],
  ["/restart", "Restart the service, after approval", false],
  ["/approve", "Approve by number, when the button is gone", true],
  ["/deny", "Deny by number", true],
  ["/ack", "I have seen it", false],
  ["/resolve", "It is over", false],
  ["/report", "The incident report as a file", false],
  ["/help", "What the bot can do", false],
  ["/id", "My numeric id", false],
];

export class Composer {
  #busy = false;
  #answering = null;

  /** `send(text, replyTo)` resolves when the message is on its way and throws when it is not. */
  constructor(send, complain) {
    Object.assign(this, { deliver: send, complain });
    this.field = $("composer");
    $("compose").addEventListener("submit", (event) => { event.preventDefault(); this.submit(); });
    this.field.addEventListener("input", () => this.#typed());
    this.field.addEventListener("keydown", (event) => this.#key(event));
    $("slash").addEventListener("click", () => ($("commands").hidden ? this.#list("/") : this.#unlist()));
    $("replying-stop").addEventListener("click", () => this.answer(null));
    document.addEventListener("pointerdown", ({ target }) => target.closest("#compose") ?? this.#unlist());
  }

  /** Open for writing in a chat, or closed. */
  allow(open, placeholder) {
    this.field.disabled = !open;
    this.field.placeholder = placeholder;
    this.#grow();
  }

  /** Answer a message (`null`: no longer). */
  answer(message, name = "") {
    this.#answering = message;
    $("replying").hidden = message === null;
    if (!message) return;
    $("replying-name").textContent = name;
    $("replying-text").textContent = clip(gist(message).replace(/\s+/g, " "), 120);
    this.field.focus();
  }

  /** Send what was typed, as an answer if one is being written. */
  async submit() {
    const text = this.field.value;
    if (!await this.#send(text, this.#answering?.message_id)) return;
    if (this.field.value === text) this.field.value = "";
    this.answer(null);
    this.#grow();
  }

  /** Send a tapped command through the field, and give back the draft that stood there. */
  async command(text) {
    const draft = this.field.value;
    this.field.value = text;
    const sent = await this.#send(text);
    if (sent || draft) this.field.value = draft;
    this.#grow();
  }

  /** Answers whether the message is on its way. */
  async #send(text, replyTo) {
    if (!text.trim() || this.#busy || this.field.disabled) return false;
    this.#busy = true;
    this.#unlist();
    this.#grow();
    try {
      await this.deliver(text.trim(), replyTo);
      return true;
    } catch (problem) {
      this.complain(`Not sent: ${problem.message}`);
      return false;
    } finally {
      this.#busy = false;
    }
  }

  #typed() {
    this.#grow();
    if (/^\/\w*$/.test(this.field.value)) this.#list(this.field.value);
    else this.#unlist();
  }

  #key(event) {
    if (event.key === "Escape") { this.#unlist(); this.answer(null); }
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.submit();
  }

  #grow() {
    this.field.style.height = "auto";
    this.field.style.height = `${this.field.scrollHeight}px`;
    $("send").disabled = this.#busy || this.field.disabled || !this.field.value.trim();
  }

  #list(start) {
    const fitting = COMMANDS.filter(([name]) => name.startsWith(start));
    $("commands").replaceChildren(...fitting.map(([name, purpose, more]) =>
      el("button", { type: "button", "data-command": name, onclick: () => this.#pick(name, more) },
        el("strong", {}, name), el("span", {}, purpose))));
    $("commands").hidden = !fitting.length || this.field.disabled;
    $("slash").setAttribute("aria-expanded", !$("commands").hidden);
  }

  #unlist() {
    $("commands").hidden = true;
    $("slash").setAttribute("aria-expanded", "false");
  }

  #pick(name, more) {
    this.#unlist();
    if (!more) { this.field.value = ""; this.command(name); return; }
    this.field.value = `${name} `;
    this.#grow();
    this.field.focus();
  }
}
