/** The conversation on the screen: a window on the history, sticking to the bottom, older ones on demand. */

import { $, calm, el } from "./dom.js";
import { bubble } from "./bubbles.js";
import { sender } from "./message.js";
import { Roving } from "./roving.js";
import { Rows } from "./rows.js";

const PAGE = 100;
const MOST = 400;
const NEAR = 48;
const EARLY = 900;
const LIT_FOR = 1600;
const FLOATS_FOR = 1200;
const TRAVELS_FOR = 900;

export class Timeline {
  pinned = true;
  #loading = false;
  #travelling = false;

  /** `acts` are the bubbles' acts, `onRead()` hears that the bottom was seen, `fetch()` gets the whole history. */
  constructor(store, taps, acts, { onRead, fetch }) {
    Object.assign(this, { store, taps, acts, onRead, fetch });
    this.list = $("timeline");
    this.scroller = $("scroller");
    this.rows = new Rows(this.list, (message) => bubble(message, this.#view(message), acts));
    this.roving = new Roving(this.list);
    this.scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    $("jump").addEventListener("click", () => this.bottom(true));
    document.addEventListener("visibilitychange", () => this.#scrolled());
    // The day floats above only while a hand scrolls: at rest it would hide a line.
    for (const kind of ["wheel", "touchmove"]) this.scroller.addEventListener(kind, () => this.#float(), { passive: true });
    const resized = new ResizeObserver(() => this.pinned && this.bottom());
    [this.list, this.scroller].forEach((node) => resized.observe(node));
  }

  #float() {
    this.list.classList.add("scrolled");
    clearTimeout(this.floating);
    this.floating = setTimeout(() => this.list.classList.remove("scrolled"), FLOATS_FOR);
  }

  /** Whether what arrives now is seen: chat open, page in front, at the bottom. */
  seen() {
    return this.pinned && !document.hidden && this.scroller.clientHeight > 0;
  }

  /** Draw the open chat, at the first unread message or the bottom, or where one was (`stay`). */
  show(stay) {
    const { chat, topic } = this.store;
    const anchor = stay && !this.pinned ? this.#anchor() : null;
    this.rows.clear();
    this.list.dataset.chat = chat?.id ?? "";
    const all = this.#history();
    const unread = chat && this.store.unread.at(chat.id, topic)?.first;
    const from = all.findIndex(({ message_id: id }) => id === (anchor?.id ?? unread));
    this.rows.prepend(all.slice(Math.max(0, Math.min(all.length - PAGE, from < 0 ? Infinity : from - 20))));
    this.roving.latest();
    this.markUnread();
    this.bottom();
    if (anchor) this.#return(anchor);
    else this.list.querySelector(".new")?.scrollIntoView({ block: "center" });
    this.#scrolled();
    if (chat && this.rows.size < PAGE && !this.store.whole.has(chat.id)) this.#older();
  }

  #history() {
    const { chat, topic } = this.store;
    return chat ? this.store.history(chat.id, topic) : [];
  }

  /** The first message in sight and how far it is from the top. */
  #anchor() {
    const top = this.scroller.getBoundingClientRect().top;
    const node = [...this.list.children].find((each) => each.dataset.messageId && each.getBoundingClientRect().bottom > top);
    return node && { id: Number(node.dataset.messageId), offset: node.getBoundingClientRect().top - top };
  }

  #return({ id, offset }) {
    const node = this.rows.find(id);
    if (!node) return;
    this.scroller.scrollTop += node.getBoundingClientRect().top - this.scroller.getBoundingClientRect().top - offset;
  }

  /** Add a message, or change the bubble that has its id. */
  put(message) {
    const known = this.rows.find(message.message_id);
    if (!known && this.#before(message)) return;
    const held = known && this.#holds(known) ? this.#anchor() : null;
    const atEnd = this.roving.atEnd();
    const node = this.rows.put(message);
    this.roving.admit(node);
    if (!known && atEnd) this.roving.latest();
    if (held) this.#return(held);
    if (!this.pinned) return;
    this.rows.trim(MOST);
    this.bottom();
  }

  /** A message of a time that is not drawn yet. */
  #before(message) {
    const first = this.rows.first();
    return first && message.message_id < first.message_id;
  }

  /** Whether a change of this bubble would move what one reads; some browsers see to that by themselves. */
  #holds(node) {
    if (this.pinned || CSS.supports("overflow-anchor", "auto")) return false;
    return node.getBoundingClientRect().top < this.scroller.getBoundingClientRect().top;
  }

  remove(messageId) {
    this.rows.remove(messageId);
  }

  #view(message) {
    const { store } = this;
    const mine = sender(message) === store.me?.id;
    const reply = message.reply_to_message;
    const answered = reply && (store.get(message.chat.id, reply.message_id) ?? reply);
    return {
      mine,
      me: store.me?.id,
      crowd: store.chat.type !== "private" || store.chat.bot_ids.length > 1,
      name: this.#name(message),
      quoted: reply && { message: answered.chat ? answered : null, name: answered.chat ? this.#name(answered) : "Message" },
      waiting: (data) => this.taps.waiting(message, data),
    };
  }

  #name(message) {
    return message.from?.first_name ?? message.sender_chat?.title ?? this.store.name(sender(message));
  }

  /** Draw the "new" divider before the first unread message. */
  markUnread() {
    this.clearMark();
    const { chat, topic } = this.store;
    const first = chat && this.rows.find(this.store.unread.at(chat.id, topic)?.first);
    first?.before(el("li", { class: "divider new" }, el("span", {}, "New messages")));
  }

  clearMark() {
    this.list.querySelector(".new")?.remove();
  }

  bottom(smooth = false) {
    this.pinned = true;
    if (smooth) this.#travel();
    this.scroller.scrollTo({ top: this.scroller.scrollHeight, behavior: smooth && !calm() ? "smooth" : "instant" });
  }

  /** On the way to a place nothing is added above and nothing holds to the bottom: either would end the way. */
  #travel() {
    this.#travelling = true;
    clearTimeout(this.arriving);
    this.arriving = setTimeout(() => { this.#travelling = false; this.#scrolled(); }, TRAVELS_FOR);
  }

  /** Bring a message into view and light it up for a moment; answers whether it is there. */
  async jump(messageId) {
    const node = await this.#reach(messageId);
    if (!node) return false;
    this.pinned = false;
    this.#travel();
    node.scrollIntoView({ block: "center", behavior: calm() ? "instant" : "smooth" });
    this.roving.take(node);
    node.focus({ preventScroll: true });
    node.classList.add("lit");
    setTimeout(() => node.classList.remove("lit"), LIT_FOR);
    return true;
  }

  /** The node of a message, drawing (and asking for) what is older until it is there. */
  async #reach(messageId) {
    for (;;) {
      const node = this.rows.find(messageId);
      if (node || !await this.#older()) return node;
    }
  }

  /** Draw a page more of the past, keeping the place; answers whether there was any. */
  async #older() {
    const { chat } = this.store;
    if (!chat || this.#loading) return false;
    if (!this.#undrawn().length && !this.store.whole.has(chat.id)) {
      this.#loading = true;
      await this.fetch(chat).finally(() => { this.#loading = false; });
    }
    const page = chat.id === this.store.chat?.id ? this.#undrawn().slice(-PAGE) : [];
    if (!page.length) return false;
    const anchor = this.#anchor();
    this.rows.prepend(page);
    if (anchor) this.#return(anchor);
    return true;
  }

  #undrawn() {
    const first = this.rows.first()?.message_id ?? Infinity;
    return this.#history().filter(({ message_id: id }) => id < first);
  }

  #scrolled() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    if (!clientHeight) return;
    if (!this.#travelling) this.pinned = scrollHeight - scrollTop - clientHeight < NEAR;
    $("jump").hidden = this.pinned;
    if (this.seen()) this.onRead();
    if (scrollTop < EARLY && !this.pinned && !this.#travelling) this.#older();
  }
}
