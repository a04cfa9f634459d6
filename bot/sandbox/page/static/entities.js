/** Text with Telegram's entities as nodes; offsets count UTF-16 units, as JavaScript strings do. */

import { el, icon } from "./dom.js";
import { since } from "./clock.js";
import { copy } from "./copy.js";

const PLAIN = {
  bold: "strong", italic: "em", underline: "u", strikethrough: "s",
  mention: "span", hashtag: "span", cashtag: "span", text_mention: "span",
};
const BLOCKS = new Set(["pre", "blockquote", "expandable_blockquote"]);
const SAFE = /^(https?|tg|mailto|tel):/i;

// Folding depends on the width of the screen, so the browser is asked whenever that changes.
const folds = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    if (target.clientHeight && target.parentElement.dataset.open !== "true") {
      target.parentElement.dataset.folds = target.scrollHeight > target.clientHeight + 2;
    }
  }
});

/** A fragment for `text`; `onCommand(text)` is called when a /command is tapped. */
export function rich(text, entities, onCommand) {
  const sorted = [...(entities ?? [])].sort((a, b) => a.offset - b.offset || b.length - a.length);
  return nest(text, 0, text.length, sorted, onCommand);
}

function nest(text, from, to, entities, onCommand) {
  const out = document.createDocumentFragment();
  const queue = [...entities];
  let at = from;
  while (queue.length) {
    const entity = queue.shift();
    const start = Math.max(entity.offset, at);
    const end = Math.min(entity.offset + entity.length, to);
    if (start >= end) continue;
    const inner = takeInner(queue, end);
    out.append(text.slice(at, start));
    out.append(wrap(entity, nest(text, start, end, inner, onCommand), text.slice(start, end), onCommand));
    at = end;
    if (BLOCKS.has(entity.type) && text[at] === "\n" && at < to) at += 1;
  }
  out.append(text.slice(at, to));
  return out;
}

/** Entities that begin before `end` leave the queue; what reaches beyond `end` goes back into it. */
function takeInner(queue, end) {
  const inner = [];
  const beyond = [];
  while (queue.length && queue[0].offset < end) {
    const entity = queue.shift();
    const over = entity.offset + entity.length - end;
    inner.push(entity);
    if (over > 0) beyond.push({ ...entity, offset: end, length: over });
  }
  queue.unshift(...beyond);
  return inner;
}

function wrap(entity, content, raw, onCommand) {
  switch (entity.type) {
    case "pre": return block(entity, content, raw);
    case "code": return press(el("code", { title: "Copy" }, content), `Copy ${raw}`, () => copy(raw));
    case "url": return link(/^[a-z]+:/i.test(raw) ? raw : `https://${raw}`, content);
    case "text_link": return link(entity.url ?? "", content);
    case "email": return link(`mailto:${raw}`, content);
    case "phone_number": return link(`tel:${raw}`, content);
    case "spoiler": return spoiler(content);
    case "blockquote": return el("blockquote", {}, content);
    case "expandable_blockquote": return folded(content);
    case "date_time": return moment(entity, content);
    case "bot_command":
      return el("button", { type: "button", class: "command", "data-inner": true, onclick: () => onCommand(raw) }, content);
    default: return el(PLAIN[entity.type] ?? "span", { class: entity.type }, content);
  }
}

function link(address, content) {
  if (!SAFE.test(address)) return el("span", {}, content);
  return el("a", { href: address, target: "_blank", rel: "noopener noreferrer", title: address, "data-inner": true }, content);
}

/** Make a piece of text a control: by tap, Enter and Space. */
function press(node, label, act) {
  Object.entries({ role: "button", tabindex: -1, "data-inner": "", "aria-label": label })
    .forEach(([name, value]) => node.setAttribute(name, value));
  node.addEventListener("click", act);
  node.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === " ") { event.preventDefault(); act(); }
  });
  return node;
}

/** A block of code with a button that copies it. */
function block(entity, content, raw) {
  const button = el("button", { type: "button", class: "copy", "data-inner": true, "aria-label": "Copy this block", title: "Copy", onclick: () => copy(raw) }, icon("copy"));
  return el("div", { class: "pre" }, el("pre", { "data-language": entity.language }, el("code", {}, content)), button);
}

/** Hidden until tapped. */
function spoiler(content) {
  const node = el("span", { class: "spoiler" }, el("span", {}, content));
  return press(node, "Hidden text: show", () => {
    node.dataset.open = "true";
    ["role", "tabindex", "aria-label", "data-inner"].forEach((name) => node.removeAttribute(name));
  });
}

/** Three lines, and the rest behind "more". */
function folded(content) {
  const body = el("div", { class: "fold" }, content);
  const quote = el("blockquote", { class: "expandable", "data-open": "false", "data-folds": "true" }, body);
  const more = el("button", { type: "button", class: "more", "data-inner": true, "aria-expanded": "false" }, "more", icon("down"));
  more.addEventListener("click", () => unfold(quote, quote.dataset.open !== "true"));
  quote.append(more);
  folds.observe(body);
  return quote;
}

/** Open or fold an expandable quote. */
export function unfold(quote, open) {
  const more = quote.querySelector(":scope > .more");
  quote.dataset.open = open;
  more.setAttribute("aria-expanded", open);
  more.firstChild.textContent = open ? "less" : "more";
}

/** A time: relative when the bot asked for that ("r"), else as written, with the full time on hover. */
function moment(entity, content) {
  const when = new Date(entity.unix_time * 1000);
  if (Number.isNaN(when.getTime())) return el("span", {}, content);
  if (entity.date_time_format?.includes("r")) return since(when.toISOString(), true);
  return el("time", { datetime: when.toISOString(), title: when.toLocaleString() }, content);
}
