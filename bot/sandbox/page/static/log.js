/** What the service prints: levels tinted, following the end or held still. */

import { $, el } from "./dom.js";
import { precise } from "./clock.js";

const MOST = 500;
const NEAR = 24;
const LEVELS = [
  ["bad", /\b(ERROR|CRITICAL|FATAL)\b|^Traceback |^[\w.]+(Error|Exception)\b/],
  ["busy", /\bWARN(ING)?\b/],
  ["faint", /\bDEBUG\b/],
  ["trace", /^\s+(File "|at |\S)/],
];

export class Log {
  #last = [];
  #follow = true;
  #missed = 0;
  #wasEnd = true;

  constructor() {
    this.list = $("logs");
    this.button = $("follow");
    this.button.addEventListener("click", () => this.#set(!this.#follow));
    this.list.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    // Drawn while its tab is closed, the list cannot scroll; it does so when it is seen.
    new ResizeObserver(() => this.#follow && this.#end()).observe(this.list);
  }

  /** Add what is new in the tail of the log. */
  draw(tail) {
    const fresh = tail.slice(overlap(this.#last, tail));
    this.#last = tail;
    if (!fresh.length && this.list.childElementCount) return;
    this.list.querySelector(".hint")?.remove();
    this.list.append(...fresh.map(line));
    while (this.list.childElementCount > MOST) this.list.firstElementChild.remove();
    if (!this.list.childElementCount) this.list.append(el("li", { class: "hint" }, "Nothing printed yet."));
    $("tab-log").hidden = !tail.slice(-10).some(({ text }) => level(text) === "bad");
    if (this.#follow) this.#end();
    else this.#missed += fresh.length;
    this.#wasEnd = this.#atEnd();
    this.#show();
  }

  #set(follow) {
    this.#follow = follow;
    if (follow) this.#end();
    this.#show();
  }

  #end() {
    this.#missed = 0;
    this.list.scrollTop = this.list.scrollHeight;
  }

  #atEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.list;
    return scrollHeight - scrollTop - clientHeight < NEAR;
  }

  /** Whoever scrolls up wants to read; whoever comes back to the end wants to follow. */
  #scrolled() {
    if (!this.list.clientHeight) return;
    const atEnd = this.#atEnd();
    if (atEnd !== this.#wasEnd && atEnd !== this.#follow) this.#set(atEnd);
    this.#wasEnd = atEnd;
  }

  #show() {
    this.button.setAttribute("aria-pressed", this.#follow);
    $("follow-label").textContent = this.#missed ? `Follow · ${this.#missed} new` : "Follow";
  }
}

/** How many lines at the start of `tail` were there before. */
function overlap(before, tail) {
  const same = (one, two) => one.at === two.at && one.text === two.text;
  for (let count = Math.min(before.length, tail.length); count > 0; count -= 1) {
    const end = before.slice(-count);
    if (end.every((each, index) => same(each, tail[index]))) return count;
  }
  return 0;
}

const level = (text) => LEVELS.find(([, pattern]) => pattern.test(text))?.[0];

/** With the time at which it was printed, unless it says that itself. */
function line({ at, text }) {
  const dated = /^\d{4}-\d\d-\d\d[ T]\d\d:\d\d/.test(text);
  return el("li", { class: level(text) },
    !dated && el("time", { datetime: at }, precise(new Date(at))), el("span", {}, text));
}
