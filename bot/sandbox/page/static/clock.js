/** How times read: clock times, days, and durations that count on by themselves. */

import { el } from "./dom.js";

const pad = (number) => String(number).padStart(2, "0");

/** "03:12" in the reader's own time zone. */
export const clock = (date) => `${pad(date.getHours())}:${pad(date.getMinutes())}`;

/** "03:12:44", for log lines. */
export const precise = (date) => `${clock(date)}:${pad(date.getSeconds())}`;

/** "Today", "Yesterday" or "21 November". */
export function day(date) {
  const midnight = (value) => new Date(value.getFullYear(), value.getMonth(), value.getDate());
  const ago = Math.round((midnight(new Date()) - midnight(date)) / 86_400_000);
  if (ago === 0) return "Today";
  if (ago === 1) return "Yesterday";
  return date.toLocaleDateString("en-GB", { day: "numeric", month: "long" });
}

/** "40 s", "3 min", "2 h 5 min", "4 d". */
export function duration(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min`;
  if (whole >= 86_400) return `${Math.floor(whole / 86_400)} d`;
  const minutes = Math.floor((whole % 3600) / 60);
  return `${Math.floor(whole / 3600)} h${minutes ? ` ${minutes} min` : ""}`;
}

const elapsed = (node) => (Date.now() - Date.parse(node.dateTime)) / 1000;

/** A duration since `iso` that keeps counting; `ago` adds the word. */
export function since(iso, ago = false) {
  const node = el("time", { datetime: iso, "data-since": ago ? "ago" : "for", title: new Date(iso).toLocaleString() });
  count(node);
  return node;
}

function count(node) {
  const text = duration(elapsed(node)) + (node.dataset.since === "ago" ? " ago" : "");
  if (node.textContent !== text) node.textContent = text;
}

setInterval(() => document.querySelectorAll("time[data-since]").forEach(count), 1000);
