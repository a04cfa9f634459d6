/** The drawn messages in their order: day dividers, runs of one sender, one node for each id. */

import { day } from "./clock.js";
import { el } from "./dom.js";
import { renew } from "./bubbles.js";
import { happening, sender } from "./message.js";

const TOGETHER = 300;

const dayOf = (message) => day(new Date(message.date * 1000));

/** Whether two neighbours belong to one run. */
function together(one, next) {
  if (!one || !next || happening(one) || happening(next)) return false;
  return sender(one) === sender(next) && next.date - one.date < TOGETHER && dayOf(one) === dayOf(next);
}

export class Rows {
  /** message id → {node, message} */
  #drawn = new Map();

  /** `draw(message)` makes the node of a message. */
  constructor(list, draw) {
    Object.assign(this, { list, draw });
  }

  get size() {
    return this.#drawn.size;
  }

  clear() {
    this.#drawn.clear();
    this.list.replaceChildren();
  }

  find(id) {
    return this.#drawn.get(Number(id))?.node;
  }

  message(node) {
    return this.#drawn.get(Number(node?.dataset.messageId))?.message;
  }

  first() {
    return this.message(this.#beside(this.list.firstElementChild, "nextElementSibling"));
  }

  last() {
    return this.message(this.#beside(this.list.lastElementChild, "previousElementSibling"));
  }

  /** The nearest message at or beyond a node. */
  #beside(node, direction) {
    let at = node;
    while (at && !at.dataset.messageId) at = at[direction];
    return at;
  }

  /** Put messages, oldest first, before all others. */
  prepend(messages) {
    const fragment = document.createDocumentFragment();
    const next = this.#beside(this.list.firstElementChild, "nextElementSibling");
    messages.forEach((message, index) => {
      const before = messages[index - 1];
      if (!before || dayOf(before) !== dayOf(message)) fragment.append(divider(message));
      fragment.append(this.#dress(this.#make(message), before, message, messages[index + 1] ?? this.message(next)));
    });
    const last = messages.at(-1);
    if (last && next && dayOf(last) === dayOf(this.message(next))) this.#dayBefore(next)?.remove();
    this.list.prepend(fragment);
    if (next) this.#settle(next);
  }

  /** Draw a message, or change the node that it has; answers that node. */
  put(message) {
    const known = this.#drawn.get(message.message_id);
    if (!known) return this.#insert(message);
    known.message = message;
    renew(known.node, this.draw(message));
    return known.node;
  }

  remove(id) {
    const node = this.find(id);
    if (!node) return;
    const [before, after] = this.#neighbours(node);
    if (!before || dayOf(this.message(before)) !== dayOf(this.message(node))) {
      if (!after || dayOf(this.message(after)) !== dayOf(this.message(node))) this.#dayBefore(node)?.remove();
    }
    node.remove();
    this.#drawn.delete(Number(id));
    [before, after].forEach((each) => each && this.#settle(each));
  }

  /** Take the oldest away until `count` are left. */
  trim(count) {
    while (this.#drawn.size > count) {
      const node = this.#beside(this.list.firstElementChild, "nextElementSibling");
      this.#drawn.delete(Number(node.dataset.messageId));
      node.remove();
      if (this.list.children[1]?.dataset.day) this.list.firstElementChild.remove();
    }
    const first = this.#beside(this.list.firstElementChild, "nextElementSibling");
    if (first) this.#settle(first);
  }

  #make(message) {
    const node = this.draw(message);
    this.#drawn.set(message.message_id, { node, message });
    return node;
  }

  #insert(message) {
    let before = this.#beside(this.list.lastElementChild, "previousElementSibling");
    while (before && Number(before.dataset.messageId) > message.message_id) before = this.#neighbours(before)[0];
    const node = this.#make(message);
    if (before) before.after(node);
    else this.list.prepend(node);
    if (!before || dayOf(this.message(before)) !== dayOf(message)) node.before(divider(message));
    [before, node, this.#neighbours(node)[1]].forEach((each) => each && this.#settle(each));
    return node;
  }

  #neighbours(node) {
    return ["previousElementSibling", "nextElementSibling"].map((way) => this.#beside(node[way], way));
  }

  #dayBefore(node) {
    let at = node.previousElementSibling;
    while (at && !at.dataset.day && !at.dataset.messageId) at = at.previousElementSibling;
    return at?.dataset.day ? at : null;
  }

  #settle(node) {
    const [before, after] = this.#neighbours(node).map((each) => this.message(each));
    this.#dress(node, before, this.message(node), after);
  }

  /** Name only at the head of a run, tail only at its end. */
  #dress(node, before, message, after) {
    node.classList.toggle("follows", together(before, message));
    node.classList.toggle("ends", !together(message, after));
    return node;
  }
}

function divider(message) {
  const text = dayOf(message);
  return el("li", { class: "divider", "data-day": text }, el("span", {}, text));
}
