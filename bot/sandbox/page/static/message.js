/** What a message is, read off the Bot API's object. */

/** The topic of a forum whose messages carry no thread. */
export const GENERAL = 1;

/** Who sent a message, as an id. */
export const sender = (message) => message.from?.id ?? message.sender_chat?.id ?? message.chat.id;

/** What a message says in one run of text. */
export function gist(message) {
  return message.text || message.caption || (message.document?.file_name
    ?? (message.photo ? "Photo" : happening(message) ?? "Message"));
}

/** Its first line that says something. */
export const firstLine = (message) => gist(message).split("\n").find((line) => line.trim()) ?? "";

/** All of it in one line. */
export const oneLine = (message) => gist(message).replace(/\s+/g, " ").trim();

/** What a message reports that nobody wrote, in one line; null for an ordinary message. */
export function happening(message) {
  const who = message.from?.first_name ?? "Somebody";
  const names = (people) => people.map(({ first_name: name }) => name).join(", ");
  const topic = message.forum_topic_edited?.name;
  if (message.pinned_message) return `${who} pinned “${short(message.pinned_message)}”`;
  if (message.forum_topic_created) return `${who} created the topic “${message.forum_topic_created.name}”`;
  if (message.forum_topic_edited) return topic ? `${who} renamed the topic to “${topic}”` : `${who} changed the topic’s icon`;
  if (message.forum_topic_closed) return `${who} closed the topic`;
  if (message.forum_topic_reopened) return `${who} reopened the topic`;
  if (message.general_forum_topic_hidden) return `${who} hid the General topic`;
  if (message.general_forum_topic_unhidden) return `${who} showed the General topic again`;
  if (message.new_chat_members) return `${names(message.new_chat_members)} joined the group`;
  if (message.left_chat_member) return `${names([message.left_chat_member])} left the group`;
  if (message.new_chat_title) return `${who} renamed the group to “${message.new_chat_title}”`;
  if (message.migrate_to_chat_id || message.migrate_from_chat_id) return "The group became a supergroup";
  return null;
}

function short(message) {
  const line = oneLine(message);
  return line.length > 40 ? `${line.slice(0, 39).trimEnd()}…` : line;
}
