/** The list of chats at the side (a drawer on narrow screens) and the head of the open one. */

import { $, clip, el } from "./dom.js";
import { arrows } from "./arrows.js";
import { avatar } from "./avatar.js";
import { clock, day } from "./clock.js";
import { oneLine } from "./message.js";

export class Chats {
  #drawing = false;

  /** `onChat(id)` is called when the person chooses. */
  constructor(store, onChat) {
    Object.assign(this, { store, onChat });
    $("drawer-open").addEventListener("click", () => this.drawer(true));
    $("drawer-close").addEventListener("click", () => this.drawer(false));
    $("shade").addEventListener("click", () => this.drawer(false));
    $("drawer").addEventListener("keydown", ({ key }) => key === "Escape" && this.drawer(false));
    $("chats").addEventListener("click", ({ target }) => this.#chosen(target.closest(".entry")));
    arrows($("chats"), ".entry");
  }

  #chosen(entry) {
    if (!entry) return;
    this.drawer(false);
    this.onChat(Number(entry.dataset.chat));
  }

  /** The list slides in on narrow screens and holds the focus there; wide ones always show it. */
  drawer(open) {
    const had = $("drawer").contains(document.activeElement) && document.body.dataset.drawer === "open";
    document.body.dataset.drawer = open ? "open" : "";
    $("shade").hidden = !open;
    $("drawer-open").setAttribute("aria-expanded", open);
    document.querySelectorAll("[data-behind]").forEach((node) => { node.inert = open; });
    if (open) ($("chats").querySelector("[aria-current]") ?? $("drawer-close")).focus();
    else if (had) $("drawer-open").focus();
  }

  /** Draw at the next frame, however often it is asked for before. */
  draw() {
    if (this.#drawing) return;
    this.#drawing = true;
    requestAnimationFrame(() => {
      this.#drawing = false;
      this.#list();
      this.#heads();
    });
  }

  #list() {
    const had = $("chats").contains(document.activeElement) ? document.activeElement.dataset.chat : undefined;
    $("chats").replaceChildren(el("ul", {}, ...this.store.listed().map((chat) => el("li", {}, this.#entry(chat)))));
    if (had) $("chats").querySelector(`[data-chat="${had}"]`)?.focus();
  }

  #entry(chat) {
    const title = this.store.title(chat);
    const last = this.store.last(chat.id);
    const count = this.store.unread.count(chat.id);
    return el("button", { type: "button", class: "entry", "data-chat": chat.id, "aria-current": chat.id === this.store.chat?.id && "true" },
      avatar(title, chat.id),
      el("span", { class: "titles" }, el("strong", {}, title), el("small", {}, last ? this.#gist(chat, last) : "Nothing yet")),
      el("span", { class: "side" }, el("small", {}, last ? when(last) : ""),
        count > 0 && el("span", { class: "badge" }, count, el("span", { class: "unseen" }, " unread"))));
  }

  #gist(chat, message) {
    const who = chat.type !== "private" && message.from ? `${message.from.first_name}: ` : "";
    return clip(who + oneLine(message), 60);
  }

  #heads() {
    const { store } = this;
    if (!store.chat) return;
    const count = store.unread.count();
    $("title").textContent = store.title(store.chat);
    document.title = `${count ? `(${count}) ` : ""}Practice world`;
    badge($("tab-unread"), count);
    badge($("menu-unread"), count - store.unread.count(store.chat.id));
    badge($("jump-count"), store.unread.at(store.chat.id, store.topic)?.count ?? 0);
  }

  /** What stands under the title: who types, else what kind of chat it is. */
  subtitle(typing = "") {
    const { chat } = this.store;
    if (!chat) return;
    const topic = this.store.topics().find(({ id }) => id === this.store.topic);
    const kind = chat.type === "private" ? "bot" : `${chat.member_ids.length + chat.bot_ids.length} members`;
    const dots = el("span", { class: "dots", "aria-hidden": "true" }, el("i"), el("i"), el("i"));
    $("subtitle").replaceChildren(...(typing ? [typing, dots] : [topic ? `${kind} · ${topic.name}` : kind]));
    $("subtitle").classList.toggle("typing", Boolean(typing));
  }
}

function badge(node, count) {
  node.hidden = count <= 0;
  node.textContent = count;
}

function when({ date }) {
  const at = new Date(date * 1000);
  const name = day(at);
  return name === "Today" ? clock(at) : name;
}
