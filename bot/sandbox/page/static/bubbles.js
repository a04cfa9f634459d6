/** One message as a bubble: name, quoted message, file, text, time. */

import { clip, el, icon } from "./dom.js";
import { clock } from "./clock.js";
import { fileAddress } from "./api.js";
import { keyboard } from "./keyboard.js";
import { rich, unfold } from "./entities.js";
import { gist, sender } from "./store.js";

/**
 * The list item for a message.
 * `view` is {mine, name, quoted, waiting(data)}; `acts` is {command, reply, jump, press, open}.
 */
export function bubble(message, view, acts) {
  const event = happening(message);
  if (event) return el("li", { class: "divider", "data-message-id": message.message_id, "data-sender": sender(message) }, el("span", {}, event));
  const text = message.text ?? message.caption;
  const entities = message.entities ?? message.caption_entities;
  const rows = message.reply_markup?.inline_keyboard ?? [];
  const box = el("div", { class: "bubble" },
    view.name && el("strong", { class: "name" }, view.name),
    message.reply_to_message && quoted(message.reply_to_message, view.quoted, acts),
    message.photo && picture(message, acts),
    message.document && file(message.document, acts),
    text && el("div", { class: "text", dir: "auto" }, rich(text, entities, acts.command)),
    !text && !message.photo && !message.document && el("div", { class: "text odd" }, "A kind of message this page does not draw"),
    meta(message));
  const answer = el("button", { type: "button", class: "icon answer", "aria-label": "Reply", onclick: () => acts.reply(message) }, icon("reply"));
  return el("li", {
    class: `message ${view.mine ? "out" : "in"}`,
    "data-message-id": message.message_id,
    "data-sender": sender(message),
    "data-keyboard": rows.length > 0,
    tabindex: -1,
  }, el("div", { class: "beside" }, box, answer), rows.length > 0 && keyboard(rows, message, view.waiting, acts.press));
}

/** What a message reports that nobody wrote, in one line. */
function happening(message) {
  const who = message.from?.first_name ?? "Somebody";
  if (message.pinned_message) return `${who} pinned “${clip(gist(message.pinned_message).replace(/\s+/g, " "), 40)}”`;
  if (message.forum_topic_created) return `${who} opened the topic “${message.forum_topic_created.name}”`;
  if (message.migrate_to_chat_id || message.migrate_from_chat_id) return "The group became a supergroup";
  return null;
}

/** The first line of the message answered, which jumps there. */
function quoted(reply, view, acts) {
  const line = clip(gist(view.message ?? reply).split("\n").find((each) => each.trim()) ?? "", 90);
  return el("button", { type: "button", class: "quoted", onclick: () => acts.jump(reply.message_id) },
    el("strong", {}, view.name), el("span", {}, line));
}

function picture(message, acts) {
  const largest = message.photo.at(-1);
  const image = el("img", {
    src: fileAddress(largest.file_id), alt: clip(message.caption ?? "Picture", 120),
    width: largest.width, height: largest.height,
  });
  return el("button", { type: "button", class: "picture", onclick: () => acts.open({ file_id: largest.file_id, file_name: "picture.png", file_size: largest.file_size, mime_type: "image/png" }) }, image);
}

function file(document, acts) {
  return el("button", { type: "button", class: "file", "data-file": document.file_id, onclick: () => acts.open(document) },
    el("span", { class: "disc" }, icon("file")),
    el("span", { class: "titles" }, el("strong", {}, document.file_name ?? "file"), el("small", {}, size(document.file_size))));
}

/** "2.1 KB". */
export function size(bytes) {
  if (!Number.isFinite(bytes)) return "";
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${(bytes / 1000).toFixed(1)} KB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** Time, "edited", and a crossed-out bell for a message that made no sound. */
function meta(message) {
  const sent = new Date(message.date * 1000);
  const edited = message.edit_date && new Date(message.edit_date * 1000);
  const silent = message.silent && el("span", { class: "silent", role: "img", "aria-label": "sent without sound", title: "Sent without sound" }, icon("muted"));
  return el("span", { class: "meta" }, silent,
    el("time", { datetime: sent.toISOString(), title: sent.toLocaleString() }, clock(sent)),
    edited && el("time", { class: "edited", datetime: edited.toISOString(), title: edited.toLocaleString() }, `edited ${clock(edited)}`));
}

/** Put `fresh` where `old` stands, keeping what the person opened and where the keyboard is. */
export function exchange(old, fresh) {
  const label = old.contains(document.activeElement) ? document.activeElement.dataset.button : undefined;
  for (const kind of [".expandable", ".spoiler"]) {
    const were = old.querySelectorAll(kind);
    fresh.querySelectorAll(kind).forEach((node, index) => {
      if (were[index]?.dataset.open !== "true") return;
      if (kind === ".spoiler") node.click();
      else unfold(node, true);
    });
  }
  old.replaceWith(fresh);
  if (label !== undefined) {
    const same = [...fresh.querySelectorAll("[data-button]")].find((node) => node.dataset.button === label);
    (same ?? fresh).focus({ preventScroll: true });
  }
}
