/** The lock screen of my phone: what it shows and when it lights up; it does not know this page. */

import { $, clip, el, icon } from "./dom.js";
import { clock } from "./clock.js";
import { firstLine } from "./message.js";

const LIT_FOR = 7000;
const PREVIEW = 110;
const OPENED = 3;

export class Phone {
  /** chat id → {messages: those that it shows, count} */
  #stacks = new Map();
  #open = null;
  #timer = null;

  /** `titled(message)` names its chat, `onOpen(message)` goes there, `sound` rings. */
  constructor({ titled, onOpen, sound }) {
    Object.assign(this, { titled, onOpen, sound, screen: $("lock-screen") });
    $("notices").addEventListener("click", ({ target }) => this.#tapped(target));
    $("notices-clear").addEventListener("click", () => this.clear());
    setInterval(() => this.#tick(), 1000);
    this.#tick();
    this.#draw();
  }

  #tick() {
    const now = new Date();
    $("lock-clock").textContent = clock(now);
    $("lock-day").textContent = now.toLocaleDateString("en-GB", { weekday: "long", day: "numeric", month: "long" });
  }

  /** A bot wrote to me: it joins the stack of its chat; with sound, it also lights the screen and rings. */
  notify(message) {
    const id = message.chat.id;
    const before = this.#stacks.get(id) ?? { messages: [], count: 0 };
    this.#stacks.delete(id);
    this.#stacks.set(id, { messages: ranked([message, ...before.messages]), count: before.count + 1 });
    this.#draw();
    if (message.silent) return;
    this.sound.play();
    this.#light();
  }

  #light() {
    this.screen.dataset.lit = "true";
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.dark(), LIT_FOR);
  }

  dark() {
    clearTimeout(this.#timer);
    delete this.screen.dataset.lit;
  }

  /** A deleted message leaves the lock screen too. */
  forget(chatId, messageId) {
    const stack = this.#stacks.get(chatId);
    if (!stack?.messages.some(({ message_id: id }) => id === messageId)) return;
    stack.messages = stack.messages.filter(({ message_id: id }) => id !== messageId);
    stack.count -= 1;
    if (!stack.messages.length) this.#stacks.delete(chatId);
    this.#draw();
  }

  clear() {
    this.#stacks.clear();
    this.dark();
    this.#draw();
  }

  #tapped(target) {
    const chatId = Number(target.closest("[data-stack]")?.dataset.stack);
    const stack = this.#stacks.get(chatId);
    if (!stack) return;
    if (target.closest(".unstack")) {
      this.#open = this.#open === chatId ? null : chatId;
      this.#draw();
      this.screen.querySelector(`[data-stack="${chatId}"] .unstack`)?.focus();
      return;
    }
    const wanted = target.closest(".notice")?.dataset.notice;
    const message = stack.messages.find(({ message_id: id }) => String(id) === wanted);
    if (!message) return;
    this.#stacks.delete(chatId);
    this.dark();
    this.#draw();
    this.onOpen(message);
  }

  #draw() {
    const newest = [...this.#stacks].reverse();
    $("notices").replaceChildren(...newest.map(([id, stack]) => this.#stack(id, stack)));
    $("notices-none").hidden = newest.length > 0;
    $("notices-clear").hidden = !newest.length;
    const count = newest.reduce((sum, [, stack]) => sum + stack.count, 0);
    $("tab-notices").hidden = !count;
    $("tab-notices").textContent = count;
  }

  #stack(id, { messages, count }) {
    const open = this.#open === id;
    const shown = open ? messages : messages.slice(0, 1);
    const others = count - 1;
    const more = open ? "Show less" : `${others} more`;
    return el("li", { "data-stack": id, class: others > 0 && !open ? "stacked" : null },
      ...shown.map((message) => this.#notice(message)),
      others > 0 && el("button", { type: "button", class: "unstack", "aria-expanded": open }, more));
  }

  /** As a phone draws it: app, time; chat; sender and first line; a crossed bell if it came without sound. */
  #notice(message) {
    const group = message.chat.type !== "private";
    const sender = message.from?.first_name ?? "";
    const silent = message.silent && el("span", { class: "silent", role: "img", "aria-label": "without sound" }, icon("muted"));
    return el("button", { type: "button", class: "notice", "data-notice": message.message_id },
      el("span", { class: "source" }, el("span", { class: "app-icon", "aria-hidden": "true" }, icon("send")),
        el("span", {}, "Telegram"), silent, el("time", {}, clock(new Date(message.date * 1000)))),
      el("strong", {}, this.titled(message)),
      el("span", { class: "preview", dir: "auto" }, group && el("b", {}, `${sender}: `), clip(firstLine(message), PREVIEW)));
  }
}

/** What made a sound stands above what did not, as on a phone; of each, the newest first. */
function ranked(messages) {
  const loud = messages.filter(({ silent }) => !silent).slice(0, OPENED);
  return [...loud, ...messages.filter(({ silent }) => silent).slice(0, OPENED - Math.min(OPENED - 1, loud.length))];
}
