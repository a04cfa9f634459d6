"""Chats and what is in them: messages, topics, pins, and who may do what."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from bot.sandbox.telegram.errors import Json

GENERAL = 1  # the topic of a forum that is always there
RIGHTS = frozenset(
    (
        "can_manage_chat",
        "can_delete_messages",
        "can_manage_video_chats",
        "can_restrict_members",
        "can_promote_members",
        "can_change_info",
        "can_invite_users",
        "can_post_stories",
        "can_edit_stories",
        "can_delete_stories",
        "can_pin_messages",
        "can_manage_topics",
    )
)


@dataclass
class Topic:
    id: int  # the id of the message that says that it was created
    name: str
    icon_color: int
    creator_id: int
    icon_custom_emoji_id: str = ""
    closed: bool = False
    hidden: bool = False
    deleted: bool = False

    def looks(self) -> Json:
        """Name and icon, as ForumTopic and ForumTopicCreated have them."""
        icon = self.icon_custom_emoji_id
        looks: Json = {"name": self.name, "icon_color": self.icon_color}
        return looks | ({"icon_custom_emoji_id": icon} if icon else {})

    def shown(self) -> Json:
        state = {"closed": self.closed, "hidden": self.hidden, "deleted": self.deleted}
        return {"id": self.id} | self.looks() | state


@dataclass
class Stored:
    """A message as kept: `body` is the Bot API's Message; a deleted one leaves a tombstone."""

    body: Json
    author_id: int
    silent: bool = False
    editable: bool = True
    deleted: bool = False
    reactions: dict[int, list[Json]] = field(default_factory=dict)  # by who reacted

    @property
    def id(self) -> int:
        return int(self.body["message_id"])

    @property
    def topic_id(self) -> int:
        """The topic it is in, General's when in none."""
        return int(self.body["message_thread_id"]) if "is_topic_message" in self.body else GENERAL

    def seen(self) -> Json:
        """The message as the person's app has it."""
        reactions = self.summed()
        return self.body | {"silent": self.silent} | ({"reactions": reactions} if reactions else {})

    def summed(self) -> list[Json]:
        """Who reacted with what, by emoji."""
        users: dict[str, list[int]] = {}
        for user_id, given in self.reactions.items():
            for one in given:
                users.setdefault(one["emoji"], []).append(user_id)
        return [{"emoji": emoji, "user_ids": ids} for emoji, ids in users.items()]


@dataclass
class Chat:
    id: int
    type: str
    title: str | None
    member_ids: list[int]
    bot_ids: list[int]
    forum: bool = False
    blocked_by: set[int] = field(default_factory=set)  # bots that may not write here any more
    rights: dict[int, frozenset[str]] = field(default_factory=dict)  # of bots that administer
    migrated_to: int | None = None
    messages: dict[int, Stored] = field(default_factory=dict)
    topics: dict[int, Topic] = field(default_factory=dict)
    pinned: list[int] = field(default_factory=list)  # newest last
    last_id: int = field(default_factory=lambda: random.randrange(10, 500))

    def __post_init__(self) -> None:
        if self.forum and not self.private:
            self.topics[GENERAL] = Topic(GENERAL, "General", 0x6FB9F0, 0)

    @property
    def private(self) -> bool:
        return self.type == "private"

    def may(self, bot_id: int, right: str) -> bool:
        return self.private or right in self.rights.get(bot_id, ())

    def alive(self, message_id: int) -> Stored | None:
        found = self.messages.get(message_id)
        return None if found is None or found.deleted else found

    def topic(self, topic_id: int) -> Topic | None:
        found = self.topics.get(topic_id)
        return None if found is None or found.deleted else found

    def listed(self) -> list[Json]:
        return [m.seen() for m in self.messages.values() if not m.deleted]
