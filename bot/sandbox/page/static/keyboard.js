/** Inline keyboards: their keys, and how they change and go. */

import { calm, el, icon } from "./dom.js";

const STYLES = new Set(["primary", "success", "danger"]);
const GOING = 260;
/** keyboard node → its rows as text, to know whether an edit changed them */
const drawn = new WeakMap();

/** The rows under a bubble; `waiting(data)` says whether that tap is still open. */
export function keyboard(rows, message, waiting, press) {
  const node = el("div", { class: "keyboard" }, ...rows.map((row) =>
    el("div", { class: "row" }, ...row.map((button) => key(button, message, waiting, press)))));
  drawn.set(node, JSON.stringify(rows));
  return node;
}

function key(button, message, waiting, press) {
  const shared = { "data-button": button.text, class: `key ${STYLES.has(button.style) ? button.style : ""}` };
  const label = el("span", { class: "label" }, button.text);
  if (button.url && /^(https?|tg):/i.test(button.url)) {
    return el("a", { ...shared, href: button.url, target: "_blank", rel: "noopener noreferrer" }, label, icon("link"));
  }
  const node = el("button", { ...shared, type: "button", "data-data": button.callback_data }, label, button.copy_text && icon("copy"));
  mark(node, button.callback_data !== undefined && waiting(button.callback_data) ? "waiting" : "idle");
  node.addEventListener("click", () => press(button, message));
  return node;
}

/** "idle", "waiting" (it spins and ignores further taps, but keeps the focus) or "answered". */
export function mark(node, state) {
  node.dataset.state = state;
  node.setAttribute("aria-busy", state === "waiting");
}

/** Give a message its new keyboard; an unchanged one stays, so that a press under way is not lost. */
export function refresh(owner, was, is) {
  if (was && is && drawn.get(was) === drawn.get(is)) return is;
  owner.querySelectorAll(":scope > .keyboard.gone").forEach((node) => node.remove());
  if (was && is) was.replaceWith(is);
  else if (is) owner.append(is);
  else if (was) leave(was);
  return is;
}

/** A keyboard that the bot took away fades; nobody can press it meanwhile. */
function leave(node) {
  node.querySelectorAll("[data-button]").forEach((key) => key.removeAttribute("data-button"));
  Object.assign(node, { inert: true });
  node.classList.add("gone");
  setTimeout(() => node.remove(), calm() ? 0 : GOING);
}
