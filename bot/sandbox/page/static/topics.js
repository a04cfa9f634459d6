/** The topics of a forum: a strip above the messages, a second list at the side on wide screens. */

import { $, el } from "./dom.js";
import { arrows } from "./arrows.js";

const WIDE = matchMedia("(min-width: 1100px)");
const COLOURS = [0x6fb9f0, 0xffd67e, 0xcb86db, 0x8eee98, 0xff93b2, 0xfb6f5f];

export class Topics {
  /** `onTopic(id)` is called when the person chooses. */
  constructor(store, onTopic) {
    Object.assign(this, { store, onTopic, box: $("topics") });
    this.box.addEventListener("click", ({ target }) => this.#chosen(target.closest("[data-topic]")));
    arrows(this.box, "[data-topic]");
    WIDE.addEventListener("change", () => this.#place());
    this.#place();
  }

  #place() {
    $(WIDE.matches ? "topics-aside" : "topics-above").append(this.box);
  }

  #chosen(entry) {
    if (entry) this.onTopic(Number(entry.dataset.topic));
  }

  draw() {
    const all = this.store.topics();
    const had = this.box.contains(document.activeElement) ? document.activeElement.dataset.topic : undefined;
    this.box.hidden = !all.length;
    this.box.replaceChildren(el("ul", {}, ...all.map((topic) => el("li", {}, this.#entry(topic)))));
    const find = (id) => this.box.querySelector(`[data-topic="${id}"]`);
    if (had) find(had)?.focus();
    find(this.store.topic)?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  #entry({ id, name, icon_color: colour, closed }) {
    const current = id === this.store.topic;
    const count = this.store.unread.at(this.store.chat.id, id)?.count;
    const shade = Math.max(0, COLOURS.indexOf(colour));
    return el("button", { type: "button", class: "topic", "data-topic": id, "aria-current": current && "true" },
      el("span", { class: `mark shade-${shade}`, "aria-hidden": "true" }, id === 1 ? "#" : [...name][0]?.toUpperCase() ?? "?"),
      el("span", { class: "label" }, name, closed && el("small", {}, " closed")),
      count > 0 && el("span", { class: "badge" }, count, el("span", { class: "unseen" }, " unread")));
  }
}
