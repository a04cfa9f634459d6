/** The bar above the messages that shows what is pinned and leads there. */

import { $, clip } from "./dom.js";
import { oneLine } from "./message.js";

export class Pinned {
  #shown = null;

  /** `jump(id)` brings a message into view. */
  constructor(store, jump) {
    this.store = store;
    $("pinned").addEventListener("click", () => this.#next(jump));
  }

  /** Newest last: what the chat says, else what its service messages say. */
  #ids() {
    const { chat, topic } = this.store;
    if (!chat) return [];
    const told = chat.pinned ?? this.store.history(chat.id, topic)
      .flatMap(({ pinned_message: pinned }) => (pinned ? [pinned.message_id] : []));
    return told.filter((id) => {
      const message = this.store.get(chat.id, id);
      return message && this.store.topicOf(message) === topic;
    });
  }

  draw() {
    const ids = this.#ids();
    if (!ids.includes(this.#shown)) this.#shown = ids.at(-1) ?? null;
    $("pinned").hidden = this.#shown === null;
    if (this.#shown === null) return;
    const place = ids.length > 1 ? ` ${ids.indexOf(this.#shown) + 1} of ${ids.length}` : "";
    $("pinned-title").textContent = `Pinned message${place}`;
    $("pinned-text").textContent = clip(oneLine(this.store.get(this.store.chat.id, this.#shown)), 140);
  }

  /** Go to the one shown, and show the one before it. */
  #next(jump) {
    const ids = this.#ids();
    const at = ids.indexOf(this.#shown);
    jump(this.#shown);
    this.#shown = ids.at(at - 1) ?? this.#shown;
    this.draw();
  }
}
