/** One message as a bubble: name, quoted message, media, text, reactions, time. */

import { clip, el, icon } from "./dom.js";
import { clock } from "./clock.js";
import { keyboard, refresh } from "./keyboard.js";
import { album, file } from "./media.js";
import { rich, unfold } from "./entities.js";
import { firstLine, happening, sender } from "./message.js";
import { avatar } from "./avatar.js";

/**
 * The list item for a message.
 * `view` is {mine, crowd, name, quoted, me, waiting(data)}; `acts` is {command, reply, jump, press, open, react}.
 */
export function bubble(message, view, acts) {
  const event = happening(message);
  const shared = { "data-message-id": message.message_id, "data-sender": sender(message), tabindex: -1 };
  if (event) return el("li", { ...shared, class: "service" }, happened(event, message, acts));
  const rows = message.reply_markup?.inline_keyboard ?? [];
  return el("li", {
    ...shared,
    class: `message ${view.mine ? "out" : "in"}${view.crowd && !view.mine ? " crowd" : ""}`,
    "data-keyboard": rows.length > 0,
  }, el("div", { class: "beside" },
    view.crowd && !view.mine && avatar(view.name, sender(message)),
    box(message, view, acts), answer(message, acts)),
  rows.length > 0 && keyboard(rows, message, view.waiting, acts.press));
}

/** A line in the middle; one about a pinned message leads there. */
function happened(text, message, acts) {
  const pinned = message.pinned_message;
  if (!pinned) return el("span", {}, text);
  return el("button", { type: "button", "data-inner": true, onclick: () => acts.jump(pinned.message_id) }, text);
}

function box(message, view, acts) {
  const text = message.text || message.caption;
  const entities = message.entities ?? message.caption_entities;
  const words = text && el("div", { class: "text", dir: "auto" }, rich(text, entities, acts.command));
  const media = message.photo && album(message, acts);
  const above = message.show_caption_above_media;
  return el("div", { class: `bubble${message.photo ? " pictured" : ""}` },
    view.crowd && !view.mine && el("strong", { class: "name" }, view.name),
    message.forward_origin && el("small", { class: "forwarded" }, `Forwarded from ${origin(message.forward_origin)}`),
    message.reply_to_message && quoted(message, view.quoted, acts),
    above && words, media, message.document && file(message.document, acts), !above && words,
    !text && !media && !message.document && el("div", { class: "text odd" }, "A kind of message this page does not draw"),
    reactions(message, view, acts), meta(message));
}

function answer(message, acts) {
  return el("button", { type: "button", class: "icon answer", "data-inner": true, "aria-label": `Reply to “${clip(firstLine(message), 40)}”`, title: "Reply", onclick: () => acts.reply(message) }, icon("reply"));
}

const origin = ({ sender_user: user, sender_user_name: name, chat, sender_chat: from }) =>
  user?.first_name ?? name ?? chat?.title ?? from?.title ?? "somebody";

/** The quoted words, or the first line of the message answered; it jumps there. */
function quoted(message, view, acts) {
  const reply = message.reply_to_message;
  const line = message.quote?.text ?? firstLine(view.message ?? reply);
  return el("button", { type: "button", class: "quoted", "data-inner": true, onclick: () => acts.jump(reply.message_id) },
    el("strong", {}, view.name), el("span", {}, clip(line.replace(/\s+/g, " "), 90)));
}

function reactions(message, view, acts) {
  if (!message.reactions?.length) return null;
  return el("div", { class: "reactions" }, ...message.reactions.map(({ emoji, user_ids: ids }) => {
    const mine = ids.includes(view.me);
    return el("button", {
      type: "button", "data-inner": true, "aria-pressed": mine, "aria-label": `${emoji}, ${ids.length}`,
      onclick: () => acts.react(message, mine ? null : emoji),
    }, `${emoji} ${ids.length}`);
  }));
}

/** Time, "edited", and a crossed-out bell for a message that made no sound. */
function meta(message) {
  const sent = new Date(message.date * 1000);
  const edited = message.edit_date && new Date(message.edit_date * 1000);
  const silent = message.silent && el("span", { class: "silent", role: "img", "aria-label": "sent without sound", title: "Sent without sound" }, icon("muted"));
  return el("span", { class: "meta" }, silent,
    edited && el("time", { class: "edited", datetime: edited.toISOString(), title: `Edited ${edited.toLocaleString()}` }, "edited"),
    el("time", { datetime: sent.toISOString(), title: sent.toLocaleString() }, clock(sent)));
}

/** Make `old` read as `fresh`, keeping what the person opened, where the focus is, and a key half pressed. */
export function renew(old, fresh) {
  keepOpen(old, fresh);
  const focus = focused(old);
  const parts = [old, fresh].map((node) => node.querySelector(":scope > .keyboard"));
  const kept = refresh(old, ...parts);
  [...old.children].filter((node) => !node.classList.contains("keyboard")).forEach((node) => node.remove());
  old.prepend(...[...fresh.children].filter((node) => node !== kept));
  for (const name of ["data-keyboard", "data-sender"]) {
    if (fresh.hasAttribute(name)) old.setAttribute(name, fresh.getAttribute(name));
    else old.removeAttribute(name);
  }
  if (focus !== null && !old.contains(document.activeElement)) {
    (old.querySelectorAll("button, a, [role=button]")[focus] ?? old).focus({ preventScroll: true });
  }
}

/** Which of its controls has the focus, as a number. */
function focused(old) {
  if (!old.contains(document.activeElement) || old === document.activeElement) return null;
  return [...old.querySelectorAll("button, a, [role=button]")].indexOf(document.activeElement);
}

function keepOpen(old, fresh) {
  for (const kind of [".expandable", ".spoiler"]) {
    const were = old.querySelectorAll(kind);
    fresh.querySelectorAll(kind).forEach((node, index) => {
      if (were[index]?.dataset.open !== "true") return;
      if (kind === ".spoiler") node.click();
      else unfold(node, true);
    });
  }
}

