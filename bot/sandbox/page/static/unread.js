/** What I have not read: a count and the first message, by chat and topic. */

export class Unread {
  /** "chat/topic" → {first: message id, count} */
  #places = new Map();

  miss(chatId, topic, messageId) {
    const before = this.at(chatId, topic);
    this.#places.set(`${chatId}/${topic}`, before ? { ...before, count: before.count + 1 } : { first: messageId, count: 1 });
  }

  at(chatId, topic) {
    return this.#places.get(`${chatId}/${topic}`);
  }

  /** Forget what was unread there; answers whether anything was. */
  read(chatId, topic) {
    return this.#places.delete(`${chatId}/${topic}`);
  }

  /** How many there are in a chat, or everywhere. */
  count(chatId = null) {
    return [...this.#places].filter(([place]) => chatId === null || place.startsWith(`${chatId}/`))
      .reduce((sum, [, { count }]) => sum + count, 0);
  }

  clear() {
    this.#places.clear();
  }
}
