/** What the bot answers to a tap: a line at the bottom, or a box that must be closed. */

import { $ } from "./dom.js";

const SHOWN_FOR = 4000;
let timer = null;

/** A line at the bottom for a few seconds. */
export function toast(text) {
  $("toast").textContent = text;
  $("toast").classList.add("shown");
  clearTimeout(timer);
  timer = setTimeout(() => $("toast").classList.remove("shown"), SHOWN_FOR + text.length * 20);
}

/** A box with OK. */
export function alertBox(text) {
  $("alert-text").textContent = text;
  if (!$("alert").open) $("alert").showModal();
}

/** The answer to a tap as Telegram shows it; an empty answer shows nothing. */
export function answer({ text, show_alert: box }) {
  if (text) (box ? alertBox : toast)(text);
}

/** Tell a screen reader, and nobody else. */
export function announce(text) {
  $("said").textContent = text;
}
