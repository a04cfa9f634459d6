/** The list of messages: order, day and "new" dividers, sticking to the bottom. */

import { $, calm, el } from "./dom.js";
import { day } from "./clock.js";
import { bubble, exchange } from "./bubbles.js";
import { sender } from "./store.js";

const SHOWN = 400;
const NEAR = 48;
const TOGETHER = 300;

export class Timeline {
  pinned = true;

  /** `onRead()` is called when the bottom has been seen. */
  constructor(store, taps, acts, onRead) {
    Object.assign(this, { store, taps, acts, onRead });
    this.list = $("timeline");
    this.scroller = $("scroller");
    this.scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    $("jump").addEventListener("click", () => this.bottom(true));
    document.addEventListener("visibilitychange", () => this.#scrolled());
    const resized = new ResizeObserver(() => this.pinned && this.bottom());
    [this.list, this.scroller].forEach((node) => resized.observe(node));
  }

  /** Whether what arrives now is seen: chat open, page in front, at the bottom. */
  seen() {
    return this.pinned && !document.hidden && this.scroller.clientHeight > 0;
  }

  /** Draw the open chat, at the first unread message or the bottom, or where one was (`stay`). */
  show(stay) {
    const { chat } = this.store;
    const place = stay && !this.pinned ? this.scroller.scrollTop : null;
    this.list.replaceChildren();
    this.list.dataset.chat = chat?.id ?? "";
    if (chat) this.store.history(chat.id).slice(-SHOWN).forEach((message) => this.put(message));
    this.markUnread();
    this.bottom();
    if (place === null) this.list.querySelector(".new")?.scrollIntoView({ block: "center" });
    else this.scroller.scrollTop = place;
    this.#scrolled();
  }

  /** Add a message, or replace the bubble that has its id. */
  put(message) {
    const old = this.find(message.message_id);
    const fresh = bubble(message, this.#view(message), this.acts);
    const height = this.list.scrollHeight;
    if (old) {
      fresh.classList.toggle("follows", old.classList.contains("follows"));
      exchange(old, fresh);
      if (this.#above(fresh)) this.scroller.scrollTop += this.list.scrollHeight - height;
    } else this.#insert(fresh, message);
    if (this.pinned) this.bottom();
  }

  /** A browser that anchors by itself must not be helped as well. */
  #above(node) {
    if (this.pinned || CSS.supports("overflow-anchor", "auto")) return false;
    return node.getBoundingClientRect().bottom < this.scroller.getBoundingClientRect().top;
  }

  #insert(fresh, message) {
    let before = this.list.lastElementChild;
    while (before && !(Number(before.dataset.messageId) < message.message_id)) before = before.previousElementSibling;
    const date = new Date(message.date * 1000);
    const previous = before && this.store.messages.get(message.chat.id)?.get(Number(before.dataset.messageId));
    const newDay = !previous || day(new Date(previous.date * 1000)) !== day(date);
    const close = previous && sender(previous) === sender(message) && message.date - previous.date < TOGETHER;
    fresh.classList.toggle("follows", Boolean(close && !newDay));
    if (before) before.after(fresh);
    else this.list.prepend(fresh);
    if (newDay) fresh.before(el("li", { class: "divider" }, el("span", {}, day(date))));
  }

  remove(messageId) {
    this.find(messageId)?.remove();
  }

  find(messageId) {
    return this.list.querySelector(`[data-message-id="${Number(messageId)}"]`);
  }

  #view(message) {
    const { store } = this;
    const actor = store.actor();
    const mine = sender(message) === actor?.id;
    const crowd = store.chat.type !== "private" || store.chat.bot_ids.length > 1;
    const reply = message.reply_to_message;
    const answered = reply && (store.messages.get(message.chat.id)?.get(reply.message_id) ?? reply);
    return {
      mine,
      name: crowd && !mine ? this.#name(message) : null,
      quoted: reply && { message: answered.chat ? answered : null, name: answered.chat ? this.#name(answered) : "Message" },
      waiting: (data) => this.taps.waiting(message, data),
    };
  }

  #name(message) {
    return message.from?.first_name ?? message.sender_chat?.title ?? this.store.name(sender(message));
  }

  /** Draw the "new" divider before the first unread message. */
  markUnread() {
    this.list.querySelector(".new")?.remove();
    const first = this.find(this.store.unread.get(this.store.chat?.id)?.first);
    first?.before(el("li", { class: "divider new", role: "separator" }, el("span", {}, "new")));
  }

  clearMark() {
    this.list.querySelector(".new")?.remove();
  }

  bottom(smooth = false) {
    this.pinned = true;
    this.scroller.scrollTo({ top: this.scroller.scrollHeight, behavior: smooth && !calm() ? "smooth" : "instant" });
  }

  /** Bring a message into view and light it up for a moment. */
  jump(messageId) {
    const node = this.find(messageId);
    if (!node) return;
    this.pinned = false;
    node.scrollIntoView({ block: "center", behavior: calm() ? "instant" : "smooth" });
    node.focus({ preventScroll: true });
    node.classList.add("lit");
    setTimeout(() => node.classList.remove("lit"), 1600);
  }

  #scrolled() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    if (!clientHeight) return;
    this.pinned = scrollHeight - scrollTop - clientHeight < NEAR;
    $("jump").hidden = this.pinned;
    if (this.seen()) this.onRead();
  }
}
