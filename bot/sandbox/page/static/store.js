/** What the page knows: people, chats, messages, who I am, where I look, what I have not read. */

const ON_CALL = ["owner", "responder", "stranger"];

export class Store {
  people = [];
  bots = [];
  chats = [];
  /** chat id → (message id → Message), in order of arrival */
  messages = new Map();
  /** chat id → {first: message id, count} */
  unread = new Map();
  me = null;
  chat = null;

  /** Take the whole state; answers the messages that were missed (none at the first greeting). */
  hello({ people, bots, chats, messages }) {
    const known = this.messages;
    const first = this.me === null;
    Object.assign(this, { people, bots, chats: [...chats], messages: new Map() });
    for (const list of Object.values(messages)) list.forEach((message) => this.put(message));
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

  /** Become another person; stay in the chat if that person is in it. */
  become(id) {
    this.me = this.players().find((person) => person.id === id) ?? this.me;
    if (!this.chat?.member_ids.includes(this.me.id)) this.chat = this.home();
  }

  /** Keep a message; answers whether it is new. */
  put(message) {
    const id = message.chat.id;
    if (!this.messages.has(id)) this.messages.set(id, new Map());
    if (!this.chats.some((chat) => chat.id === id)) this.chats.push(this.#unheardOf(message.chat));
    const fresh = !this.messages.get(id).has(message.message_id);
    this.messages.get(id).set(message.message_id, message);
    return fresh;
  }

  remove(chatId, messageId) {
    this.messages.get(chatId)?.delete(messageId);
  }

  /** A chat that was not in the greeting; a private chat has the id of its person. */
  #unheardOf(chat) {
    const member_ids = chat.type === "private" ? [chat.id] : ON_CALL.flatMap((role) => this.#withRole(role));
    return { ...chat, member_ids, bot_ids: [] };
  }

  #withRole(role) {
    return this.people.filter((person) => person.role === role).map(({ id }) => id);
  }

  /** Those whom I can be: owner first. */
  players() {
    return ON_CALL.flatMap((role) => this.people.filter((person) => person.role === role));
  }

  /** Whether a chat (or the chat with this id) is one between the watched bot and its users. */
  isUsers(which) {
    const chat = this.chats.find(({ id }) => id === (which.id ?? which)) ?? which;
    const users = this.#withRole("user");
    return !chat.member_ids.includes(this.me?.id) && chat.member_ids.some((id) => users.includes(id));
  }

  /** My own chats, then those of the watched bot's users. */
  listed() {
    const mine = this.chats.filter((chat) => chat.member_ids.includes(this.me?.id));
    if (!mine.length && this.me) mine.push(this.#blank(this.me));
    return [...mine, ...this.chats.filter((chat) => this.isUsers(chat))];
  }

  /** The private chat that somebody who never wrote would open. */
  #blank(person) {
    const chat = { id: person.id, type: "private", first_name: person.first_name };
    return { ...chat, member_ids: [person.id], bot_ids: this.onCallBots().map(({ id }) => id) };
  }

  /** Bots that do not serve users: the watchdog. */
  onCallBots() {
    const users = this.#withRole("user");
    const serving = this.chats.filter((chat) => chat.member_ids.some((id) => users.includes(id)));
    return this.bots.filter(({ id }) => !serving.some((chat) => chat.bot_ids.includes(id)));
  }

  /** My on-call chat: the first of mine with a bot that does not serve users. */
  home() {
    const mine = this.listed().filter((chat) => chat.member_ids.includes(this.me?.id));
    const ids = this.onCallBots().map(({ id }) => id);
    return mine.find((chat) => chat.bot_ids.some((id) => ids.includes(id))) ?? mine[0] ?? null;
  }

  /** As whom I write in the open chat: myself, or the user whose chat it is. */
  actor() {
    if (!this.chat || this.chat.member_ids.includes(this.me.id)) return this.me;
    return this.people.find(({ id }) => this.chat.member_ids.includes(id)) ?? this.me;
  }

  name(id) {
    const found = [...this.people, ...this.bots].find((one) => one.id === id);
    return found?.first_name ?? found?.name ?? found?.username ?? `User ${id}`;
  }

  title(chat) {
    if (chat.type !== "private") return chat.title ?? "Group";
    const bots = chat.bot_ids.map((id) => this.name(id)).join(", ") || chat.first_name;
    return this.isUsers(chat) ? `${chat.first_name ?? this.name(chat.member_ids[0])} → ${bots}` : bots;
  }

  /** The messages of a chat, oldest first. */
  history(chatId) {
    return [...(this.messages.get(chatId)?.values() ?? [])].sort((a, b) => a.message_id - b.message_id);
  }

  miss({ chat, message_id }) {
    const before = this.unread.get(chat.id);
    this.unread.set(chat.id, before ? { ...before, count: before.count + 1 } : { first: message_id, count: 1 });
  }

  read(chatId) {
    return this.unread.delete(chatId);
  }
}

/** What a message says in one run of text. */
export function gist(message) {
  return message.text ?? message.caption ?? message.document?.file_name ?? (message.photo ? "Picture" : message.pinned_message ? "Pinned a message" : "Message");
}

/** Who sent a message, as an id. */
export const sender = (message) => message.from?.id ?? message.sender_chat?.id ?? message.chat.id;
