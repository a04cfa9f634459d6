/** Who I am and which chat is open: the select in the header and the list at the side. */

import { $, clip, el } from "./dom.js";
import { clock } from "./clock.js";
import { gist } from "./store.js";

const HUES = 6;

export class Chats {
  /** `onPerson(id)` and `onChat(id)` are called when the person chooses. */
  constructor(store, { onPerson, onChat }) {
    Object.assign(this, { store, onChat });
    $("who").addEventListener("change", ({ target }) => onPerson(Number(target.value)));
    $("drawer-open").addEventListener("click", () => this.drawer(true));
    $("drawer-close").addEventListener("click", () => this.drawer(false));
    $("shade").addEventListener("click", () => this.drawer(false));
    $("drawer").addEventListener("keydown", ({ key }) => key === "Escape" && this.drawer(false));
  }

  /** The list slides in on narrow screens; wide ones always show it. */
  drawer(open) {
    document.body.dataset.drawer = open ? "open" : "";
    $("shade").hidden = !open;
    $("drawer-open").setAttribute("aria-expanded", open);
    if (open) $("chats").querySelector("[aria-current]")?.focus();
    else if ($("drawer").contains(document.activeElement)) $("drawer-open").focus();
  }

  draw() {
    this.#people();
    this.#list();
    this.#heads();
  }

  #people() {
    const options = this.store.players().map(({ id, first_name, role }) =>
      el("option", { value: id }, `${first_name} (${role})`));
    $("who").replaceChildren(...options);
    $("who").value = String(this.store.me?.id ?? "");
  }

  #list() {
    const all = this.store.listed();
    const theirs = all.filter((chat) => this.store.isUsers(chat));
    const had = $("chats").contains(document.activeElement) ? document.activeElement.dataset.chat : undefined;
    $("chats").replaceChildren(
      ...this.#group("Your chats", all.filter((chat) => !theirs.includes(chat))),
      ...this.#group("Users of the watched bot", theirs));
    if (had) $("chats").querySelector(`[data-chat="${had}"]`)?.focus();
  }

  #group(title, chats) {
    if (!chats.length) return [];
    return [el("h2", { class: "group" }, title), el("ul", {}, ...chats.map((chat) => el("li", {}, this.#entry(chat))))];
  }

  #entry(chat) {
    const title = this.store.title(chat);
    const last = this.store.history(chat.id).at(-1);
    const count = this.store.unread.get(chat.id)?.count;
    const open = () => { this.onChat(chat.id); this.drawer(false); };
    return el("button", { type: "button", class: "entry", "data-chat": chat.id, onclick: open, "aria-current": chat.id === this.store.chat?.id && "true" },
      avatar(title, chat.id),
      el("span", { class: "titles" }, el("strong", {}, title), el("small", {}, last ? clip(gist(last).replace(/\s+/g, " "), 60) : "Nothing yet")),
      el("span", { class: "side" }, el("small", {}, last ? clock(new Date(last.date * 1000)) : ""), count && el("span", { class: "badge" }, count)));
  }

  #heads() {
    const { store } = this;
    if (!store.chat) return;
    $("title").textContent = store.title(store.chat);
    this.subtitle();
    const count = [...store.unread.values()].reduce((sum, each) => sum + each.count, 0);
    document.title = `${count ? `(${count}) ` : ""}Practice world`;
    $("tab-unread").hidden = !count;
    $("tab-unread").textContent = count;
    const here = store.unread.get(store.chat.id)?.count;
    $("jump-count").hidden = !here;
    $("jump-count").textContent = here ?? "";
  }

  /** What stands under the title: who types, else what kind of chat it is. */
  subtitle(typing = "") {
    const { chat } = this.store;
    const actor = this.store.actor();
    const kind = chat.type === "private" ? "bot" : `${chat.member_ids.length + chat.bot_ids.length} members`;
    $("subtitle").textContent = typing || (actor === this.store.me ? kind : `as ${actor.first_name}, a user`);
    $("subtitle").classList.toggle("typing", Boolean(typing));
  }
}

function avatar(title, id) {
  return el("span", { class: `avatar hue-${Math.abs(Number(id)) % HUES}`, "aria-hidden": "true" }, [...title][0]?.toUpperCase() ?? "?");
}
