"""Topics of forums and of private chats: their life, who may what, and where messages land."""

from __future__ import annotations

import pytest
from telegram_kit import GROUP, OTHER, OWNER, TOKEN, USER, Bot, app_of

from bot.sandbox.pace import Pace
from bot.sandbox.telegram import Telegram
from bot.sandbox.telegram.errors import NotPossible

FORUM = -44


@pytest.fixture
def forum(bot):
    bot.telegram.add_chat(FORUM, "supergroup", "Topics", [OWNER, USER], [1001, 2002], forum=True)
    bot.telegram.promote(1001, FORUM)
    bot.telegram._core.updates[1001].drop()
    return bot


async def opened(bot, name="INC-7", **looks) -> int:
    topic = await bot.call("createForumTopic", chat_id=FORUM, name=name, **looks)
    return topic["message_thread_id"]


def topics(bot) -> dict[int, dict]:
    state = bot.telegram._core.state
    return {one["id"]: one for one in state.public(state.chats[FORUM])["topics"]}


async def test_a_new_topic_begins_with_its_service_message(forum):
    looks = {"icon_color": 16766590, "icon_custom_emoji_id": "5"}
    topic = await forum.call("createForumTopic", chat_id=FORUM, name=" INC  7 ", **looks)
    id_ = topic.pop("message_thread_id")
    assert topic == {"name": "INC 7"} | looks
    (first,) = forum.telegram.messages(FORUM)
    assert (first["message_id"], first["message_thread_id"]) == (id_, id_)
    assert first["forum_topic_created"] == topic
    assert first["chat"]["is_forum"] is True
    shown = {"id": id_, "closed": False, "hidden": False, "deleted": False} | topic
    assert topics(forum)[id_] == shown
    assert topics(forum)[1]["name"] == "General"


async def test_messages_land_in_their_topic(forum):
    here = await opened(forum)
    sent = await forum.send("x", FORUM, message_thread_id=here)
    assert (sent["message_thread_id"], sent["is_topic_message"]) == (here, True)
    # What answers nothing answers the topic's first message: every client library sees it so.
    assert sent["reply_to_message"]["message_id"] == here
    said = forum.telegram.say(OWNER, FORUM, "why?", reply_to=sent["message_id"])
    assert said["message_thread_id"] == here
    follows = await forum.send("y", FORUM, reply_parameters={"message_id": said["message_id"]})
    assert follows["message_thread_id"] == here
    assert "message_thread_id" not in await forum.send("in General", FORUM)
    there = await opened(forum, "INC-8")
    across = await forum.send(
        "z", FORUM, message_thread_id=there, reply_parameters={"message_id": said["message_id"]}
    )
    assert across["external_reply"]["message_id"] == said["message_id"]
    assert "reply_to_message" not in across


async def test_what_people_write_in_topics_reaches_bots(forum, other):
    here = await opened(forum)
    forum.telegram.say(USER, FORUM, "hello", topic_id=here)
    updates = [one["message"] for one in await forum.call("getUpdates")]
    assert [(m["message_thread_id"], m.get("text")) for m in updates] == [
        (here, None),
        (here, "hello"),
    ]
    # The other bot, in privacy mode, hears service messages only.
    (update,) = await other.call("getUpdates")
    assert "forum_topic_created" in update["message"]
    with pytest.raises(NotPossible):
        forum.telegram.say(USER, FORUM, "x", topic_id=99_999)


async def test_unknown_topics(forum):
    for id_ in (99_999, 1):
        refused = await forum.refused("sendMessage", chat_id=FORUM, text="x", message_thread_id=id_)
        assert refused == (400, "Bad Request: message thread not found")
    refused = await forum.refused("closeForumTopic", chat_id=FORUM, message_thread_id=99_999)
    assert refused == (400, "Bad Request: TOPIC_ID_INVALID")
    refused = await forum.refused("closeForumTopic", chat_id=FORUM)
    assert refused == (400, "Bad Request: invalid message thread identifier specified")
    typing = {"chat_id": FORUM, "action": "typing"}
    assert await forum.call("sendChatAction", **typing, message_thread_id=1)
    refused = await forum.refused("sendChatAction", **typing, message_thread_id=99_999)
    assert refused[1].endswith("message thread not found")


@pytest.mark.parametrize("method", ["createForumTopic", "editGeneralForumTopic"])
async def test_a_chat_without_topics(bot, method):
    refused = await bot.refused(method, chat_id=GROUP, name="x")
    assert refused == (400, "Bad Request: the chat is not a forum")


@pytest.mark.parametrize(
    ("params", "told"),
    [
        ({"name": "  "}, "title must be non-empty"),
        ({"name": "x", "icon_color": 5}, "TOPIC_ICON_COLOR_INVALID"),
    ],
)
async def test_bad_looks(forum, params, told):
    assert await forum.refused("createForumTopic", chat_id=FORUM, **params) == (
        400,
        f"Bad Request: {told}",
    )


async def test_renaming_closing_and_opening_are_said_in_the_topic(forum):
    here = {"chat_id": FORUM, "message_thread_id": await opened(forum)}
    steps = [
        ("editForumTopic", {"name": "new"}, {"forum_topic_edited": {"name": "new"}}),
        ("closeForumTopic", {}, {"forum_topic_closed": {}}),
        ("reopenForumTopic", {}, {"forum_topic_reopened": {}}),
    ]
    for method, params, notice in steps:
        assert await forum.call(method, **here, **params) is True
        last = forum.telegram.messages(FORUM)[-1]
        assert notice.items() <= last.items()
        assert last["message_thread_id"] == here["message_thread_id"]
        again = await forum.refused(method, **here, **params)
        assert again == (400, "Bad Request: TOPIC_NOT_MODIFIED")
    assert topics(forum)[here["message_thread_id"]]["name"] == "new"
    assert await forum.call("editForumTopic", **here) is True


async def test_a_closed_topic_is_for_those_who_manage_topics(forum, other):
    here = {"chat_id": FORUM, "message_thread_id": await opened(forum)}
    await forum.call("closeForumTopic", **here)
    await forum.call("sendMessage", **here, text="I may")
    refused = await other.refused("sendMessage", **here, text="I may not")
    assert refused == (400, "Bad Request: TOPIC_CLOSED")
    with pytest.raises(NotPossible, match="closed"):
        forum.telegram.say(USER, FORUM, "nor I", topic_id=here["message_thread_id"])
    forum.telegram.say(OWNER, FORUM, "but I", topic_id=here["message_thread_id"])


async def test_rights(forum, other):
    id_ = await opened(forum)
    here = {"chat_id": FORUM, "message_thread_id": id_}
    cases = [
        ("createForumTopic", {"chat_id": FORUM, "name": "x"}, "create a topic"),
        ("editForumTopic", here | {"name": "x"}, "edit the topic"),
        ("closeForumTopic", here, "close or open the topic"),
        ("deleteForumTopic", here, "delete the topic"),
        ("hideGeneralForumTopic", {"chat_id": FORUM}, "close or open the topic"),
        (
            "unpinAllForumTopicMessages",
            here,
            "manage pinned messages in the chat",
        ),
    ]
    for method, params, told in cases:
        refused = await other.refused(method, **params)
        assert refused == (400, f"Bad Request: not enough rights to {told}")
    forum.telegram.promote(1001, FORUM, ["can_pin_messages"])
    assert await forum.call("editForumTopic", **here, name="still my own") is True
    refused = await forum.refused("createForumTopic", chat_id=FORUM, name="x")
    assert refused[1].endswith("not enough rights to create a topic")


async def test_a_deleted_topic_takes_its_messages_along(forum):
    id_ = await opened(forum)
    here = {"chat_id": FORUM, "message_thread_id": id_}
    await forum.send("General stays", FORUM)
    sent = await forum.send("goes", FORUM, message_thread_id=id_)
    refused = await forum.refused("deleteMessage", chat_id=FORUM, message_id=id_)
    assert refused == (400, "Bad Request: message can't be deleted")
    assert await forum.call("deleteForumTopic", **here) is True
    assert [m["text"] for m in forum.telegram.messages(FORUM)] == ["General stays"]
    assert id_ not in topics(forum)
    refused = await forum.refused("sendMessage", **here, text="x")
    assert refused == (400, "Bad Request: message thread not found")
    refused = await forum.refused(
        "editMessageText", chat_id=FORUM, message_id=sent["message_id"], text="x"
    )
    assert refused == (400, "Bad Request: message to edit not found")


async def test_general_is_renamed_closed_and_hidden(forum):
    chat = {"chat_id": FORUM}
    await forum.call("editGeneralForumTopic", **chat, name="Lobby")
    await forum.call("closeGeneralForumTopic", **chat)
    await forum.call("reopenGeneralForumTopic", **chat)
    await forum.call("hideGeneralForumTopic", **chat)
    general = topics(forum)[1]
    assert (general["name"], general["hidden"], general["closed"]) == ("Lobby", True, True)
    await forum.call("unhideGeneralForumTopic", **chat)
    await forum.call("reopenGeneralForumTopic", **chat)
    general = topics(forum)[1]
    assert (general["hidden"], general["closed"]) == (False, False)
    assert [list(m)[-2] for m in forum.telegram.messages(FORUM)] == [
        "forum_topic_edited",
        "forum_topic_closed",
        "forum_topic_reopened",
        "general_forum_topic_hidden",
        "general_forum_topic_unhidden",
        "forum_topic_reopened",
    ]
    assert await forum.call("getForumTopicIconStickers") == []


async def test_pins_of_one_topic(forum):
    id_ = await opened(forum)
    inside = await forum.send("in", FORUM, message_thread_id=id_)
    outside = await forum.send("out", FORUM)
    for one in (inside, outside):
        await forum.call("pinChatMessage", chat_id=FORUM, message_id=one["message_id"])
    pinned = forum.telegram._core.state.chats[FORUM]
    await forum.call("unpinAllForumTopicMessages", chat_id=FORUM, message_thread_id=id_)
    assert pinned.pinned == [outside["message_id"]]
    await forum.call("unpinAllGeneralForumTopicMessages", chat_id=FORUM)
    assert pinned.pinned == []


async def test_private_chats_have_topics_when_the_bot_has(http):
    telegram = Telegram(Pace(1))
    telegram.add_bot(TOKEN, "watchdog_bot", "Watchdog", topics=True)
    telegram.add_bot(OTHER, "life_os_bot", "Life OS")
    telegram.add_person(OWNER, "Olga", "olga", "owner")
    telegram.add_chat(OWNER, "private", None, [OWNER], [1001])
    http._transport.app = app_of(telegram)
    bot = Bot(http, telegram)
    assert (await bot.call("getMe"))["has_topics_enabled"] is True
    topic = await bot.call("createForumTopic", chat_id=OWNER, name="INC-7")
    here = {"chat_id": OWNER, "message_thread_id": topic["message_thread_id"]}
    sent = await bot.call("sendMessage", **here, text="x")
    assert sent["is_topic_message"] is True
    assert "is_forum" not in sent["chat"]
    assert await bot.call("editForumTopic", **here, name="[resolved] INC-7")
    assert (await bot.refused("closeForumTopic", **here))[0] == 400
    assert (await bot.refused("closeGeneralForumTopic", chat_id=OWNER))[0] == 400
    assert await bot.call("deleteForumTopic", **here)


def test_only_a_supergroup_is_a_forum(telegram):
    with pytest.raises(ValueError, match="Only a supergroup"):
        telegram.add_chat(-9, "group", "x", [OWNER], [1001], forum=True)
