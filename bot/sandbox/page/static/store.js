/** What the page knows: people, chats, topics, messages, who I am, where I look. */

import { GENERAL } from "./message.js";
import { Unread } from "./unread.js";

const ROLES = ["owner", "responder", "stranger", "user"];
/** Fewer messages than this in the greeting are all there are. */
const GREETED = 200;

export class Store {
  people = [];
  bots = [];
  chats = [];
  /** chat id → (message id → Message) */
  messages = new Map();
  /** Chats whose whole history is here. */
  whole = new Set();
  unread = new Unread();
  me = null;
  chat = null;
  /** chat id → the topic I look at */
  #chosen = new Map();

  /** Take the whole state; answers the messages that were missed (none at the first greeting). */
  hello({ people, bots, chats, messages }) {
    const known = this.messages;
    const first = this.me === null;
    Object.assign(this, { people, bots, chats: [...chats], messages: new Map(), whole: new Set() });
    for (const [id, list] of Object.entries(messages)) this.fill(Number(id), list, list.length < GREETED);
    this.#settle();
    if (first) return [];
    return [...this.messages.values()].flatMap((chat) => [...chat.values()])
      .filter((message) => !known.get(message.chat.id)?.has(message.message_id));
  }

  /** Keep the choice of person and chat while they exist; else the owner's on-call chat. */
  #settle() {
    const roles = this.players();
    this.me = roles.find(({ id }) => id === this.me?.id) ?? roles[0] ?? null;
    this.chat = this.listed().find(({ id }) => id === this.chat?.id) ?? this.home();
  }

  /** Become another person, whose phone has read everything; stay in the chat if that person is in it. */
  become(id) {
    this.me = this.players().find((person) => person.id === id) ?? this.me;
    this.chat = this.listed().find((chat) => chat.id === this.chat?.id) ?? this.home();
    this.unread.clear();
  }

  /** Keep many messages of one chat; `whole` when there are no others. */
  fill(chatId, list, whole) {
    list.forEach((message) => this.put(message));
    if (whole) this.whole.add(chatId);
  }

  /** Keep a message; answers whether it is new. */
  put(message) {
    const id = message.chat.id;
    if (!this.messages.has(id)) this.messages.set(id, new Map());
    if (!this.chats.some((chat) => chat.id === id)) this.chats.push(this.#unheardOf(message.chat));
    const old = this.messages.get(id).get(message.message_id);
    this.messages.get(id).set(message.message_id, { reactions: old?.reactions, ...message });
    return !old;
  }

  get(chatId, messageId) {
    return this.messages.get(chatId)?.get(messageId);
  }

  remove(chatId, messageId) {
    this.messages.get(chatId)?.delete(messageId);
  }

  /** A chat is new or changed. */
  putChat(chat) {
    this.chats = [...this.chats.filter(({ id }) => id !== chat.id), chat];
    if (this.chat?.id === chat.id) this.chat = chat;
  }

  removeChat(id) {
    this.chats = this.chats.filter((chat) => chat.id !== id);
    this.messages.delete(id);
    if (this.chat?.id === id) this.chat = this.home();
  }

  /** A chat that was not in the greeting; a private chat has the id of its person. */
  #unheardOf(chat) {
    const everybody = this.people.filter(({ role }) => role !== "user").map(({ id }) => id);
    return { ...chat, member_ids: chat.type === "private" ? [chat.id] : everybody, bot_ids: [] };
  }

  /** Those whom I can be: owner first. */
  players() {
    return ROLES.flatMap((role) => this.people.filter((person) => person.role === role));
  }

  /** The chats that I am in. */
  listed() {
    const mine = this.chats.filter(({ member_ids: members }) => members.includes(this.me?.id));
    return mine.length || !this.me ? mine : [this.#blank(this.me)];
  }

  /** The private chat that somebody who never wrote would open. */
  #blank(person) {
    const chat = { id: person.id, type: "private", first_name: person.first_name };
    return { ...chat, member_ids: [person.id], bot_ids: this.bots.slice(0, 1).map(({ id }) => id) };
  }

  home() {
    return this.listed()[0] ?? null;
  }

  named(chatId) {
    return this.chats.find(({ id }) => id === chatId);
  }

  name(id) {
    const found = [...this.people, ...this.bots].find((one) => one.id === id);
    return found?.first_name ?? found?.name ?? found?.username ?? `User ${id}`;
  }

  title(chat) {
    if (chat.type !== "private") return chat.title ?? "Group";
    return chat.bot_ids.map((id) => this.name(id)).join(", ") || chat.first_name || "Chat";
  }

  /** The topics of a chat that can be seen; none where it is no forum. */
  topics(chat = this.chat) {
    return chat?.is_forum ? (chat.topics ?? []).filter(({ deleted, hidden }) => !deleted && !hidden) : [];
  }

  putTopic(chatId, topic) {
    const chat = this.named(chatId);
    if (!chat) return;
    const others = (chat.topics ?? []).filter(({ id }) => id !== topic.id);
    chat.topics = topic.deleted ? others : [...others, topic].sort((a, b) => a.id - b.id);
    chat.is_forum ??= true;
  }

  /** The topic that I look at. */
  get topic() {
    const all = this.topics();
    const chosen = this.#chosen.get(this.chat?.id);
    return (all.find(({ id }) => id === chosen) ?? all[0])?.id ?? GENERAL;
  }

  choose(topic) {
    this.#chosen.set(this.chat.id, topic);
  }

  /** The topic that a message belongs to. */
  topicOf(message) {
    return this.named(message.chat.id)?.is_forum && message.is_topic_message ? message.message_thread_id : GENERAL;
  }

  /** Whether a message belongs where I look. */
  here(message) {
    return message.chat.id === this.chat?.id && this.topicOf(message) === this.topic;
  }

  /** The messages of a chat (of one topic of it), oldest first. */
  history(chatId, topic = null) {
    const all = [...(this.messages.get(chatId)?.values() ?? [])];
    const wanted = topic === null ? all : all.filter((message) => this.topicOf(message) === topic);
    return wanted.sort((a, b) => a.message_id - b.message_id);
  }

  /** The newest message of a chat. */
  last(chatId) {
    let found;
    for (const message of this.messages.get(chatId)?.values() ?? []) {
      if (!found || message.message_id > found.message_id) found = message;
    }
    return found;
  }
}
