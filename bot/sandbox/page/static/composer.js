/** Where the person writes: the text, the message answered, the list of commands. */

import { $, clip } from "./dom.js";
import { Commands } from "./commands.js";
import { oneLine } from "./message.js";

export class Composer {
  #busy = false;
  #answering = null;

  /** `send(text, replyTo)` resolves when the message is on its way and throws when it is not. */
  constructor(send, complain) {
    Object.assign(this, { deliver: send, complain, field: $("composer") });
    this.commands = new Commands(this.field, (name, wordy) => this.#pick(name, wordy));
    $("compose").addEventListener("submit", (event) => { event.preventDefault(); this.submit(); });
    this.field.addEventListener("input", () => this.#typed());
    this.field.addEventListener("keydown", (event) => this.#key(event));
    $("replying-stop").addEventListener("click", () => { this.answer(null); this.field.focus(); });
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
    $("replying-name").textContent = `Reply to ${name}`;
    $("replying-text").textContent = clip(oneLine(message), 120);
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
    this.commands.close();
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
    if (/^\/\w*$/.test(this.field.value)) this.commands.open(this.field.value);
    else this.commands.close();
  }

  #key(event) {
    if (event.key === "Escape") { this.commands.close(); this.answer(null); }
    if (event.key === "ArrowUp" && this.commands.enter()) event.preventDefault();
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.submit();
  }

  /** As high as its text; an empty one needs no measuring. */
  #grow() {
    this.field.style.height = "auto";
    if (this.field.value) this.field.style.height = `${this.field.scrollHeight}px`;
    $("send").disabled = this.#busy || this.field.disabled || !this.field.value.trim();
  }

  #pick(name, wordy) {
    if (!wordy) { this.field.value = ""; this.command(name); this.field.focus(); return; }
    this.field.value = `${name} `;
    this.#grow();
    this.field.focus();
  }
}
