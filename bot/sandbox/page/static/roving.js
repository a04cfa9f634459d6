/** One stop for the Tab key in a long list: arrows choose the message, Tab goes into that one. */

const MOVES = {
  ArrowDown: (all, at) => at + 1,
  ArrowUp: (all, at) => at - 1,
  Home: () => 0,
  End: (all) => all.length - 1,
};

export class Roving {
  #current = null;

  constructor(list) {
    this.list = list;
    list.addEventListener("keydown", (event) => this.#key(event));
    list.addEventListener("focusin", ({ target }) => this.take(target.closest("[data-message-id]")));
  }

  #all() {
    return [...this.list.querySelectorAll(":scope > [data-message-id]")];
  }

  /** Whether the newest message is the chosen one, and nobody is in the list. */
  atEnd() {
    return !this.list.contains(document.activeElement);
  }

  latest() {
    this.take(this.#all().at(-1));
  }

  /** Choose a message: it and its small controls can be reached by Tab, those of the others cannot. */
  take(node) {
    if (!node || (node === this.#current && node.isConnected)) return;
    if (this.#current) this.#reachable(this.#current, false);
    this.#current = node;
    this.#reachable(node, true);
  }

  /** A message was drawn anew: its controls follow whether it is the chosen one. */
  admit(node) {
    this.#reachable(node, node === this.#current);
  }

  #reachable(node, yes) {
    node.tabIndex = yes ? 0 : -1;
    node.querySelectorAll("[data-inner]").forEach((control) => { control.tabIndex = yes ? 0 : -1; });
  }

  #key(event) {
    const item = event.target.closest("[data-message-id]");
    const move = MOVES[event.key];
    if (!move || event.target !== item || event.ctrlKey || event.metaKey || event.altKey) return;
    const all = this.#all();
    const next = all[Math.max(0, Math.min(all.length - 1, move(all, all.indexOf(item))))];
    event.preventDefault();
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  }
}
