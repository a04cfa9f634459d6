/** The page: introduces its rooms to each other and hands round what arrives. */

import { $, clip } from "./dom.js";
import * as api from "./api.js";
import { acts } from "./acts.js";
import { Chats } from "./chats.js";
import { Composer } from "./composer.js";
import { gist, sender } from "./message.js";
import { announce, answer, toast } from "./notices.js";
import { Phone } from "./phone.js";
import { Pinned } from "./pinned.js";
import { openSheet } from "./sheet.js";
import { Sound } from "./sound.js";
import { Store } from "./store.js";
import { listen } from "./stream.js";
import { Taps } from "./taps.js";
import { Timeline } from "./timeline.js";
import { Topics } from "./topics.js";
import { Who } from "./who.js";
import { openView, views } from "./views.js";
import { World } from "./world.js";

const TYPING_FOR = 5000;

const store = new Store();
const taps = new Taps(toast);
const world = new World(toast);
const composer = new Composer(send, toast);
const chats = new Chats(store, enter);
const who = new Who(store, become);
const topics = new Topics(store, (id) => { store.choose(id); redraw(); });
const pinned = new Pinned(store, (id) => jump(id));
const phone = new Phone({ titled: (message) => store.title(store.named(message.chat.id) ?? message.chat), onOpen: goTo, sound: new Sound() });
const timeline = new Timeline(store, taps, {
  command: (text) => composer.command(text),
  reply: (message) => composer.answer(message, message.from?.first_name ?? store.name(sender(message))),
  jump: (id) => jump(id),
  open: openSheet,
  ...acts(store, taps),
}, { onRead: read, fetch: learn });

let typing = null;

async function send(text, replyTo) {
  const body = { chat_id: store.chat.id, text };
  if (replyTo) body.reply_to_message_id = replyTo;
  if (store.topics().length) body.message_thread_id = store.topic;
  const message = await api.say(store.me.id, body);
  if (!message?.chat) return;
  timeline.clearMark();
  received(message, false);
  timeline.bottom();
}

/** The whole history of a chat, when one reads further back than the greeting went. */
async function learn(chat) {
  try {
    store.fill(chat.id, await api.messages(chat.id), true);
  } catch (problem) {
    toast(`No older messages: ${problem.message}`);
  }
}

function read() {
  if (store.chat && store.unread.read(store.chat.id, store.topic)) lists();
}

function lists() {
  chats.draw();
  topics.draw();
}

function become(id) {
  store.become(id);
  phone.clear();
  composer.answer(null);
  redraw();
}

function enter(id) {
  store.chat = store.listed().find((chat) => chat.id === id) ?? store.chat;
  composer.answer(null);
  openView("chat");
  redraw();
}

/** Everything that depends on who I am and where; `stay` keeps the place where one reads. */
function redraw(stay = false) {
  const { chat, me } = store;
  const closed = store.topics().find(({ id }) => id === store.topic)?.closed && me.role !== "owner";
  composer.allow(Boolean(chat) && !closed, closed ? "This topic is closed" : `Message as ${me?.first_name ?? "…"}`);
  if (chat && me) composer.commands.learn(chat.id, me.id);
  who.draw();
  lists();
  chats.subtitle();
  pinned.draw();
  timeline.show(stay);
  emptiness();
}

function emptiness() {
  const nothing = !timeline.rows.size;
  $("empty").hidden = !nothing;
  if (nothing) $("empty-text").textContent = "No messages here yet. Say something, or break something.";
}

/** A message arrived, by the stream or as the answer to one I sent. */
function received(message, edited) {
  const fresh = store.put(message);
  const here = store.here(message);
  if (fresh && !edited) arrived(message, here);
  if (here) timeline.put(store.get(message.chat.id, message.message_id));
  if (here && store.unread.at(store.chat.id, store.topic) && !timeline.list.querySelector(".new")) timeline.markUnread();
  if (fresh) topics.draw();
  pinned.draw();
  chats.draw();
  emptiness();
}

function arrived(message, here) {
  const chat = store.named(message.chat.id);
  if (here) quiet();
  if (sender(message) === store.me?.id || !chat?.member_ids.includes(store.me?.id)) return;
  if (!(here && timeline.seen())) store.unread.miss(message.chat.id, store.topicOf(message), message.message_id);
  announce(`${message.from?.first_name ?? ""}${here ? "" : ` in ${store.title(chat)}`}: ${clip(gist(message), 200)}`);
  phone.notify(message);
}

function goTo(message) {
  const chat = store.named(message.chat.id);
  if (!chat) return;
  store.chat = chat;
  store.choose(store.topicOf(message));
  openView("chat");
  redraw();
  timeline.jump(message.message_id);
}

/** Go to a message of the open chat, in whatever topic it is. */
async function jump(id) {
  const message = store.get(store.chat.id, id);
  if (message && !store.here(message)) return goTo(message);
  if (!await timeline.jump(id)) toast("That message is no longer there.");
}

function answered(event) {
  const ours = taps.answered(event.callback_query_id);
  if (ours || event.user_id === store.me?.id) answer(event);
}

function deleted({ chat_id: chatId, message_id: id }) {
  store.remove(chatId, id);
  phone.forget(chatId, id);
  if (chatId === store.chat?.id) timeline.remove(id);
  pinned.draw();
  chats.draw();
  emptiness();
}

function showTyping({ chat_id: chatId, bot_id: bot, message_thread_id: topic }) {
  if (chatId !== store.chat?.id || (topic && store.topics().length && topic !== store.topic)) return;
  const many = store.chat.bot_ids.length > 1 || store.chat.type !== "private";
  chats.subtitle(many ? `${store.name(bot)} is typing` : "typing");
  clearTimeout(typing);
  typing = setTimeout(quiet, TYPING_FOR);
}

function quiet() {
  clearTimeout(typing);
  chats.subtitle();
}

function greeted(data) {
  const place = store.chat?.id;
  const missed = store.hello(data);
  document.body.dataset.phase = "ready";
  missed.forEach((message) => arrived(message, store.here(message)));
  redraw(place !== undefined && place === store.chat?.id);
  world.draw(data.world);
  taps.recheck(answer);
}

/** What the chats themselves report; where I am may be gone after it. */
function changed(change) {
  const place = store.chat?.id;
  const topic = store.topic;
  change();
  if (place === store.chat?.id && topic === store.topic) { lists(); chats.subtitle(); pinned.draw(); } else redraw();
}

function connected(yes) {
  $("offline").hidden = yes || document.body.dataset.phase !== "ready";
}

views((name) => name === "chat" && timeline.pinned && timeline.bottom());
$("scroller").addEventListener("keydown", ({ key }) => key === "Escape" && $("composer").focus());

listen("/api/stream", {
  hello: greeted,
  message: ({ message, edited, silent }) => received({ ...message, silent: message.silent ?? silent }, edited),
  deleted,
  answer: answered,
  typing: showTyping,
  topic: ({ chat_id: id, topic }) => changed(() => store.putTopic(id, topic)),
  chat: ({ chat }) => changed(() => store.putChat(chat)),
  chat_gone: ({ chat_id: id }) => changed(() => store.removeChat(id)),
  pinned: ({ chat_id: id, pinned: ids }) => changed(() => { const chat = store.named(id); if (chat) chat.pinned = ids; }),
  reaction: ({ chat_id: id, message_id: number, reactions }) => {
    const message = store.get(id, number);
    if (message) received({ ...message, reactions }, true);
  },
  commands: () => store.chat && composer.commands.learn(store.chat.id, store.me.id),
  world: (state) => world.draw(state),
}, connected);
