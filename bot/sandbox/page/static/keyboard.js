/** Inline keyboards, and taps that wait for the bot's answer. */

import { el, icon } from "./dom.js";
import * as api from "./api.js";

const PATIENCE = 30_000;
const STYLES = new Set(["primary", "success", "danger"]);

/** The rows under a bubble; `waiting(data)` says whether that tap is still open. */
export function keyboard(rows, message, waiting, press) {
  return el("div", { class: "keyboard" }, ...rows.map((row) =>
    el("div", { class: "row" }, ...row.map((button) => key(button, message, waiting, press)))));
}

function key(button, message, waiting, press) {
  const shared = { "data-button": button.text, class: `key ${STYLES.has(button.style) ? button.style : ""}` };
  const label = el("span", { class: "label" }, button.text);
  if (button.url && /^(https?|tg):/i.test(button.url)) {
    return el("a", { ...shared, href: button.url, target: "_blank", rel: "noopener noreferrer" }, label, icon("link"));
  }
  const node = el("button", { ...shared, type: "button", "data-data": button.callback_data }, label, button.copy_text && icon("copy"));
  mark(node, button.callback_data !== undefined && waiting(button.callback_data));
  node.addEventListener("click", () => press(button, message));
  return node;
}

/** Waiting keys spin and ignore further taps, but keep the focus. */
function mark(node, waiting) {
  node.dataset.state = waiting ? "waiting" : "idle";
  node.setAttribute("aria-busy", waiting);
}

/** The taps that the bot has not answered yet. */
export class Taps {
  /** "chat:message:data" → {id, timer} */
  #open = new Map();
  /** Answers that arrived before the tap's own reply did. */
  #early = new Set();

  /** `say(text)` tells the person that something went wrong. */
  constructor(say) {
    this.say = say;
  }

  waiting(message, data) {
    return this.#open.has(this.#key(message.chat.id, message.message_id, data));
  }

  #key(chatId, messageId, data) {
    return `${chatId}:${messageId}:${data}`;
  }

  /** Tap for `person` and wait. */
  async press(person, message, data) {
    const key = this.#key(message.chat.id, message.message_id, data);
    if (this.#open.has(key)) return;
    const timer = setTimeout(() => this.#end(key, "The bot did not answer."), PATIENCE);
    this.#open.set(key, { id: null, timer });
    this.#show(message, data, true);
    try {
      const body = { chat_id: message.chat.id, message_id: message.message_id, data };
      const { callback_query_id: id } = await api.tap(person, body);
      if (this.#open.has(key)) this.#open.get(key).id = id;
      if (this.#early.delete(id)) this.#end(key);
    } catch (problem) {
      this.#end(key, problem.message);
    }
  }

  /** An answer came; true when it is for a tap made on this page. */
  answered(id) {
    const key = [...this.#open].find(([, tap]) => tap.id === id)?.[0];
    if (key === undefined) this.#remember(id);
    else this.#end(key);
    return key !== undefined;
  }

  /** Answers to taps made elsewhere come too, so only a few are kept. */
  #remember(id) {
    if (this.#early.size > 50) this.#early.clear();
    this.#early.add(id);
  }

  /** After the line dropped: ask about every open tap; calls `tell` with each answer missed. */
  async recheck(tell) {
    for (const { id } of [...this.#open.values()].filter((tap) => tap.id !== null)) {
      const state = await api.tapState(id).catch(() => null);
      if (state?.answered && this.answered(id)) tell(state);
    }
  }

  #end(key, problem) {
    const tap = this.#open.get(key);
    if (!tap) return;
    clearTimeout(tap.timer);
    this.#open.delete(key);
    const [chatId, messageId, ...data] = key.split(":");
    this.#show({ chat: { id: chatId }, message_id: messageId }, data.join(":"), false);
    if (problem) this.say(problem);
  }

  #show(message, data, waiting) {
    document.querySelectorAll(`[data-chat="${message.chat.id}"] [data-message-id="${message.message_id}"] .key`)
      .forEach((node) => node.dataset.data === data && mark(node, waiting));
  }
}
