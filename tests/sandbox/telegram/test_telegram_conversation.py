"""One written conversation, played through two client libraries: the same happens, seen alike."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import pytest_asyncio
from telebot import asyncio_helper
from telegram_kit import GROUP, OWNER, TOKEN, USER, until
from two_clients import Client, Failure, Ptb, Telebot

from bot.sandbox.telegram import Telegram

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.filterwarnings("ignore:Deprecated since version v22.2"),
]
FORUM = -44
PNG = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 640, 480) + b"rest"
KINDS = ["message", "edited_message", "callback_query", "message_reaction"]


@dataclass
class Story:
    """The conversation: `bot` is the library, `world` the people's side."""

    bot: Client
    world: Telegram
    offset: int = 0
    seen: dict[str, Any] = field(default_factory=dict)

    async def updates(self) -> list[Any]:
        got = await self.bot("get_updates", offset=self.offset, timeout=5, allowed_updates=KINDS)
        self.offset = got[-1].update_id + 1
        return list(got)

    def texts(self, chat_id: int) -> list[str]:
        return [m.get("text", m.get("caption", "-")) for m in self.world.messages(chat_id)]

    def message(self, chat_id: int, message_id: int) -> Any:
        return next(m for m in self.world.messages(chat_id) if m["message_id"] == message_id)


@pytest_asyncio.fixture(loop_scope="module", params=[Ptb, Telebot])
async def story(request, house, monkeypatch) -> AsyncIterator[Story]:
    for name in ("API_URL", "FILE_URL"):
        monkeypatch.setattr(asyncio_helper, name, getattr(asyncio_helper, name))
    world = house.renew(speed=1)
    world.add_chat(FORUM, "supergroup", "Topics", [OWNER, USER], [1001], forum=True)
    world.promote(1001, FORUM)
    client = request.param(house.url, TOKEN)
    await client("delete_webhook", drop_pending_updates=True)  # that it was promoted
    yield Story(client, world)
    await client.close()
    world.close()


async def test_a_night_on_call(story):
    me = await story.bot("get_me")
    assert (me.id, me.is_bot, me.username) == (1001, True, "watchdog_bot")
    await offers_commands(story)
    card = await sends_a_card(story)
    await answers_a_tap(story, card)
    await edits_the_card(story, card)
    await talks_in_replies(story, card)
    await sends_files(story)
    await pins_and_reacts(story, card)
    await deletes(story)


async def offers_commands(story: Story) -> None:
    command, scope = story.bot.command("status", "How things are"), story.bot.scope(OWNER)
    assert await story.bot("set_my_commands", commands=[command], scope=scope) is True
    (kept,) = await story.bot("get_my_commands", scope=scope, language_code=None)
    assert (kept.command, kept.description) == ("status", "How things are")
    assert list(await story.bot("get_my_commands", scope=None, language_code=None)) == []


async def sends_a_card(story: Story) -> Any:
    card = await story.bot(
        "send_message",
        chat_id=OWNER,
        text="<b>P0</b> 😀 <code>bot</code> is down",
        parse_mode="HTML",
        reply_markup=story.bot.keyboard(("Restart", "go"), ("Ignore", "no")),
    )
    assert (card.chat.id, card.from_user.id, card.text) == (OWNER, 1001, "P0 😀 bot is down")
    entities = [(e.type, e.offset, e.length) for e in card.entities]
    assert entities == [("bold", 0, 2), ("code", 6, 3)]
    seen = story.message(OWNER, card.message_id)
    assert [b["text"] for b in seen["reply_markup"]["inline_keyboard"][0]] == ["Restart", "Ignore"]
    return card


async def answers_a_tap(story: Story, card: Any) -> None:
    tap_id = story.world.tap(OWNER, OWNER, card.message_id, "go")
    (update,) = await story.updates()
    query = update.callback_query
    assert (query.data, query.from_user.id, query.message.text) == ("go", OWNER, card.text)
    answer = {"callback_query_id": query.id, "text": "Restarting", "show_alert": True}
    assert await story.bot("answer_callback_query", **answer) is True
    tap = story.world.tapped(tap_id)
    assert (tap.answered, tap.text, tap.show_alert) == (True, "Restarting", True)
    late = await story.bot.failure(story.bot("answer_callback_query", **answer))
    told = "query is too old and response timeout expired or query id is invalid"
    assert late == Failure("bad request", told)


async def edits_the_card(story: Story, card: Any) -> None:
    where = {"chat_id": OWNER, "message_id": card.message_id}
    edited = await story.bot("edit_message_text", **where, text="_over_", parse_mode="MarkdownV2")
    assert (edited.text, edited.reply_markup) == ("over", None)
    assert edited.edit_date is not None
    assert story.message(OWNER, card.message_id)["entities"][0]["type"] == "italic"
    same = story.bot("edit_message_text", **where, text="_over_", parse_mode="MarkdownV2")
    assert (await story.bot.failure(same)).text.startswith("message is not modified")


async def talks_in_replies(story: Story, card: Any) -> None:
    asked = story.world.say(OWNER, OWNER, "why did it stop?", reply_to=card.message_id)
    story.world.edit(OWNER, OWNER, asked["message_id"], "why?")
    said, edited = await story.updates()
    assert said.message.reply_to_message.message_id == card.message_id
    assert edited.edited_message.text == "why?"
    reply = story.bot.reply(asked["message_id"], quote="why")
    answer = await story.bot(
        "send_message", chat_id=OWNER, text="no memory", reply_parameters=reply
    )
    assert (answer.reply_to_message.text, answer.quote.text) == ("why?", "why")
    lost = story.bot("send_message", chat_id=OWNER, text="x", reply_parameters=story.bot.reply(9))
    told = Failure("bad request", "message to be replied not found")
    assert await story.bot.failure(lost) == told


async def sends_files(story: Story) -> None:
    log = story.bot.file(b"Traceback \xff", "log ä.txt")
    sent = await story.bot("send_document", chat_id=OWNER, document=log, caption="the log")
    assert (sent.document.file_name, sent.document.file_size) == ("log ä.txt", 11)
    assert await story.bot.download(sent.document.file_id) == b"Traceback \xff"
    photo = await story.bot("send_photo", chat_id=OWNER, photo=story.bot.file(PNG, "chart.png"))
    sizes = [(one.width, one.height) for one in photo.photo]
    assert sizes == [(90, 68), (320, 240), (640, 480)]
    media = [story.bot.photo(photo.photo[-1].file_id, str(number)) for number in (1, 2)]
    album = await story.bot("send_media_group", chat_id=OWNER, media=media)
    assert len({one.media_group_id for one in album}) == 1
    assert story.texts(OWNER)[-4:] == ["the log", "-", "1", "2"]
    here = {"chat_id": OWNER, "message_id": photo.message_id}
    captioned = await story.bot("edit_message_caption", **here, caption="Errors")
    assert captioned.caption == "Errors"
    again = story.bot.photo(photo.photo[-1].file_id, "Errors again")
    assert (await story.bot("edit_message_media", **here, media=again)).caption == "Errors again"


async def pins_and_reacts(story: Story, card: Any) -> None:
    where = {"chat_id": OWNER, "message_id": card.message_id}
    assert await story.bot("pin_chat_message", **where, disable_notification=True) is True
    assert story.world.messages(OWNER)[-1]["pinned_message"]["text"] == "over"
    assert (await story.bot("get_chat", chat_id=OWNER)).pinned_message.text == "over"
    assert await story.bot("unpin_all_chat_messages", chat_id=OWNER) is True
    eyes = [story.bot.reaction("👀")]
    assert await story.bot("set_message_reaction", **where, reaction=eyes) is True
    seen = story.message(OWNER, card.message_id)["reactions"]
    assert seen == [{"emoji": "👀", "user_ids": [1001]}]
    story.world.react(OWNER, OWNER, card.message_id, "👍")
    _pin, reacted = await story.updates()
    assert [one.emoji for one in reacted.message_reaction.new_reaction] == ["👍"]


async def deletes(story: Story) -> None:
    sent = await story.bot("send_message", chat_id=OWNER, text="soon gone")
    copied = await story.bot(
        "copy_message", chat_id=OWNER, from_chat_id=OWNER, message_id=sent.message_id
    )
    forwarded = await story.bot(
        "forward_message", chat_id=OWNER, from_chat_id=OWNER, message_id=sent.message_id
    )
    assert forwarded.forward_origin.sender_user.id == 1001
    assert story.texts(OWNER)[-3:] == ["soon gone"] * 3
    assert await story.bot("delete_message", chat_id=OWNER, message_id=sent.message_id) is True
    ids = [copied.message_id, forwarded.message_id, 99_999]
    assert await story.bot("delete_messages", chat_id=OWNER, message_ids=ids) is True
    assert "soon gone" not in story.texts(OWNER)
    gone = story.bot("delete_message", chat_id=OWNER, message_id=sent.message_id)
    told = Failure("bad request", "message to delete not found")
    assert await story.bot.failure(gone) == told


async def test_a_topic_has_its_life(story):
    topic = await story.bot("create_forum_topic", chat_id=FORUM, name="INC-7")
    assert topic.name == "INC-7"
    here = {"chat_id": FORUM, "message_thread_id": topic.message_thread_id}
    sent = await story.bot("send_message", **here, text="in the topic")
    assert (sent.message_thread_id, sent.is_topic_message) == (topic.message_thread_id, True)
    assert await story.bot("edit_forum_topic", **here, name="[resolved] INC-7") is True
    assert await story.bot("close_forum_topic", **here) is True
    notices = [set(m) & SERVICE for m in story.world.messages(FORUM)]
    assert notices == [
        {"forum_topic_created"},
        set(),
        {"forum_topic_edited"},
        {"forum_topic_closed"},
    ]
    story.world.demote(1001, FORUM)
    closed = story.bot("send_message", **here, text="x")
    assert await story.bot.failure(closed) == Failure("bad request", "topic_closed")
    story.world.promote(1001, FORUM)
    assert await story.bot("reopen_forum_topic", **here) is True
    assert await story.bot("delete_forum_topic", **here) is True
    lost = story.bot("send_message", **here, text="x")
    told = Failure("bad request", "message thread not found")
    assert await story.bot.failure(lost) == told
    assert story.world.messages(FORUM) == []


SERVICE = {"forum_topic_created", "forum_topic_edited", "forum_topic_closed"}


async def test_every_class_of_error_is_told(story):
    wrong = story.bot("send_message", chat_id=OWNER, text="<br>", parse_mode="HTML")
    refused = await story.bot.failure(wrong)
    told = 'can\'t parse entities: unsupported start tag "br" at byte offset 0'
    assert refused == Failure("bad request", told)
    story.world.block(1001, OWNER)
    refused = await story.bot.failure(story.bot("send_message", chat_id=OWNER, text="x"))
    assert refused.kind == "forbidden"
    assert refused.text.endswith("bot was blocked by the user")
    for number in range(20):
        await story.bot("send_message", chat_id=GROUP, text=str(number))
    refused = await story.bot.failure(story.bot("send_message", chat_id=GROUP, text="20"))
    assert refused.kind == "flood"
    assert 50 <= refused.more <= 60
    new_id = story.world.migrate(GROUP)
    refused = await story.bot.failure(story.bot("send_message", chat_id=GROUP, text="x"))
    assert (refused.kind, refused.more) == ("migrated", new_id)


async def test_a_second_poller_ends_the_first(story):
    first = asyncio.create_task(story.bot.failure(story.bot("get_updates", timeout=20)))
    await until(lambda: story.world._core.updates[1001]._waiting is not None)
    second = asyncio.create_task(story.bot("get_updates", timeout=20))
    refused = await first
    assert refused.kind == "conflict"
    assert "make sure that only one bot instance is running" in refused.text
    story.world.say(OWNER, OWNER, "still there?")
    assert [update.message.text for update in await second] == ["still there?"]
