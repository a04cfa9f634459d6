/** The page: introduces its rooms to each other and hands round what arrives. */

import { $, clip } from "./dom.js";
import * as api from "./api.js";
import { Chats } from "./chats.js";
import { Composer } from "./composer.js";
import { Taps } from "./keyboard.js";
import { announce, answer, toast } from "./notices.js";
import { Phone } from "./phone.js";
import { openSheet } from "./sheet.js";
import { Store, gist, sender } from "./store.js";
import { listen } from "./stream.js";
import { Timeline } from "./timeline.js";
import { World } from "./world.js";

const TYPING_FOR = 5000;

const store = new Store();
const taps = new Taps(toast);
const phone = new Phone();
const world = new World(toast);
const composer = new Composer(send, toast);
const chats = new Chats(store, { onPerson: become, onChat: enter });
const timeline = new Timeline(store, taps, {
  command: (text) => composer.command(text),
  reply: (message) => composer.answer(message, message.from?.first_name ?? store.name(sender(message))),
  jump: (id) => timeline.jump(id),
  open: openSheet,
  press,
}, () => store.chat && store.read(store.chat.id) && chats.draw());

let typing = null;

async function send(text, replyTo) {
  const body = { chat_id: store.chat.id, text };
  if (replyTo) body.reply_to_message_id = replyTo;
  const message = await api.say(store.actor().id, body);
  if (!message?.chat) return;
  timeline.clearMark();
  received(message, false);
  timeline.bottom();
}

function press(button, message) {
  if (button.copy_text) return copy(button.copy_text.text);
  if (button.callback_data === undefined) return toast("This kind of button does nothing in the practice world.");
  return taps.press(store.actor().id, message, button.callback_data);
}

function copy(text) {
  navigator.clipboard?.writeText(text).then(() => toast("Copied"), () => toast("Could not copy"));
}

function become(id) {
  store.become(id);
  composer.answer(null);
  redraw();
}

function enter(id) {
  store.chat = store.listed().find((chat) => chat.id === id) ?? store.chat;
  composer.answer(null);
  openTab("chat");
  redraw();
}

/** Everything that depends on who I am and where; `stay` keeps the place where one reads. */
function redraw(stay = false) {
  const actor = store.actor();
  composer.allow(Boolean(store.chat), actor === store.me ? "Message" : `Message as ${actor?.first_name}`);
  timeline.show(stay);
  chats.draw();
  emptiness();
}

function emptiness() {
  const nothing = !store.chat || !store.history(store.chat.id).length;
  $("empty").hidden = !nothing;
  if (nothing) $("empty-text").textContent = "No messages yet. Say something, or break something.";
}

/** A message arrived, by the stream or as the answer to one I sent. */
function received(message, edited) {
  const fresh = store.put(message);
  const here = message.chat.id === store.chat?.id;
  if (fresh && !edited) arrived(message, here);
  if (here) timeline.put(message);
  if (here && store.unread.has(message.chat.id) && !timeline.list.querySelector(".new")) timeline.markUnread();
  chats.draw();
  emptiness();
}

function arrived(message, here) {
  clearTimeout(typing);
  const mine = sender(message) === store.actor()?.id && here;
  if (mine) return;
  if (!store.isUsers(message.chat.id) && !(here && timeline.seen())) store.miss(message);
  if (here) announce(`${message.from?.first_name ?? ""}: ${clip(gist(message), 200)}`);
  if (loud(message)) phone.ring(message.from.first_name, gist(message), () => goTo(message));
}

/** Only a bot's message with sound, in a chat of mine, makes my phone ring. */
function loud(message) {
  const chat = store.chats.find(({ id }) => id === message.chat.id);
  return message.from?.is_bot && !message.silent && chat?.member_ids.includes(store.me?.id);
}

function goTo(message) {
  if (store.chat?.id !== message.chat.id) enter(message.chat.id);
  openTab("chat");
  timeline.jump(message.message_id);
}

function answered(event) {
  const ours = taps.answered(event.callback_query_id);
  if (ours || event.user_id === store.actor()?.id) answer(event);
}

function deleted({ chat_id: chatId, message_id: id }) {
  store.remove(chatId, id);
  if (chatId === store.chat?.id) timeline.remove(id);
  chats.draw();
  emptiness();
}

function showTyping({ chat_id: chatId, bot_id: bot }) {
  if (chatId !== store.chat?.id) return;
  const many = store.chat.bot_ids.length > 1 || store.chat.type !== "private";
  chats.subtitle(many ? `${store.name(bot)} is typing…` : "typing…");
  clearTimeout(typing);
  typing = setTimeout(() => chats.subtitle(), TYPING_FOR);
}

function greeted(data) {
  const place = store.chat?.id;
  const missed = store.hello(data);
  document.body.dataset.phase = "ready";
  missed.forEach((message) => arrived(message, message.chat.id === store.chat?.id));
  redraw(place !== undefined && place === store.chat?.id);
  world.draw(data.world);
  taps.recheck(answer);
}

function connected(yes) {
  const started = document.body.dataset.phase === "ready";
  $("offline").hidden = yes || !started;
}

function openTab(name) {
  document.body.dataset.tab = name;
  document.querySelectorAll("[data-view]").forEach((tab) => tab.setAttribute("aria-pressed", tab.dataset.view === name));
  if (name === "chat" && timeline.pinned) timeline.bottom();
}

document.querySelectorAll("button[data-view]").forEach((tab) => tab.addEventListener("click", () => openTab(tab.dataset.view)));

listen("/api/stream", {
  hello: greeted,
  message: ({ message, edited, silent }) => received({ ...message, silent: message.silent ?? silent }, edited),
  deleted,
  answer: answered,
  typing: showTyping,
  world: (state) => world.draw(state),
}, connected);
