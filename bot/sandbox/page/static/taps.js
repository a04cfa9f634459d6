/** Taps that wait for the bot's answer. */

import * as api from "./api.js";
import { mark } from "./keyboard.js";

const PATIENCE = 30_000;
const ANSWERED_FOR = 900;

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
    this.#show(key, "waiting");
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
    this.#show(key, problem ? "idle" : "answered");
    if (problem) this.say(problem);
    else setTimeout(() => this.#open.has(key) || this.#show(key, "idle"), ANSWERED_FOR);
  }

  #show(key, state) {
    const [chatId, messageId, ...data] = key.split(":");
    document.querySelectorAll(`[data-chat="${chatId}"] [data-message-id="${messageId}"] .key`)
      .forEach((node) => node.dataset.data === data.join(":") && mark(node, state));
  }
}
