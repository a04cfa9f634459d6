"""What people do besides writing: edit, delete, react, block, and see a bot's commands."""

from __future__ import annotations

import json

import pytest
from telegram_kit import GROUP, OWNER, USER

COMMANDS = [{"command": "status", "description": "Now"}]
LISTED = ["message", "edited_message", "message_reaction"]


async def post(bot, user_id, deed, **body):
    return await bot.http.post(f"/api/people/{user_id}/{deed}", json=body)


def place(message):
    return {"chat_id": message["chat"]["id"], "message_id": message["message_id"]}


async def test_an_edit_is_an_update(bot, other, clock):
    said = bot.telegram.say(OWNER, OWNER, "/statsu")
    clock.on(5)
    edited = (await post(bot, OWNER, "edit", **place(said), text="/status")).json()
    assert (edited["text"], edited["edit_date"]) == ("/status", said["date"] + 5)
    assert edited["entities"] == [{"type": "bot_command", "offset": 0, "length": 7}]
    updates = await bot.call("getUpdates")
    assert [list(update)[1] for update in updates] == ["message", "edited_message"]
    assert updates[1]["edited_message"]["text"] == "/status"
    same = await post(bot, OWNER, "edit", **place(said), text="/status")
    assert same.json() == edited
    assert (await bot.call("getWebhookInfo"))["pending_update_count"] == 2
    spoken = bot.telegram.say(USER, GROUP, "not for bots")
    bot.telegram.edit(USER, GROUP, spoken["message_id"], "@life_os_bot for you")
    (update,) = await other.call("getUpdates")
    assert update["edited_message"]["text"] == "@life_os_bot for you"


async def test_what_people_cannot_edit(bot, clock):
    sent = await bot.send(chat_id=GROUP)
    said = bot.telegram.say(USER, GROUP, "hi")
    cases = [
        (OWNER, said, "x", 403),
        (OWNER, sent, "x", 403),
        (USER, said, " ", 400),
        (USER, said | {"message_id": 99_999}, "x", 404),
    ]
    for user_id, message, text, status in cases:
        answer = await post(bot, user_id, "edit", **place(message), text=text)
        assert (answer.status_code, "error" in answer.json()) == (status, True)
    clock.on(48 * 3600 + 1)
    assert (await post(bot, USER, "edit", **place(said), text="x")).status_code == 403


async def test_deleting(bot):
    sent, said = await bot.send(chat_id=GROUP), bot.telegram.say(USER, GROUP, "hi")
    assert (await post(bot, USER, "delete", **place(sent))).status_code == 403
    assert (await post(bot, USER, "delete", **place(said))).status_code == 204
    assert (await post(bot, OWNER, "delete", **place(sent))).status_code == 204
    assert bot.telegram.messages(GROUP) == []
    assert (await post(bot, OWNER, "delete", **place(sent))).status_code == 404


async def test_reactions_reach_administrators_that_ask_for_them(bot, other):
    sent = await bot.send(chat_id=GROUP)
    bot.telegram.promote(1001, GROUP)
    for one in (bot, other):
        await one.call("getUpdates", allowed_updates=LISTED, offset=-1)
        one.telegram._core.updates[int(one.token[:4])].drop()
    seen = (await post(bot, USER, "react", **place(sent), emoji="👍")).json()
    assert seen["reactions"] == [{"emoji": "👍", "user_ids": [USER]}]
    bot.telegram.clock.on(10)
    (update,) = await bot.call("getUpdates")
    change = update["message_reaction"]
    assert (change["user"]["id"], change["message_id"]) == (USER, sent["message_id"])
    assert (change["old_reaction"], change["new_reaction"]) == (
        [],
        [{"type": "emoji", "emoji": "👍"}],
    )
    assert await other.call("getUpdates") == []
    seen = (await post(bot, USER, "react", **place(sent), emoji=None)).json()
    assert "reactions" not in seen
    assert (await post(bot, USER, "react", **place(sent), emoji="x")).status_code == 400


async def test_a_bots_reactions(bot):
    said = bot.telegram.say(OWNER, OWNER, "hi")
    thumb = [{"type": "emoji", "emoji": "👍"}]
    assert await bot.call("setMessageReaction", **place(said), reaction=thumb) is True
    assert bot.telegram.messages(OWNER)[0]["reactions"] == [{"emoji": "👍", "user_ids": [1001]}]
    assert await bot.call("setMessageReaction", **place(said)) is True
    assert "reactions" not in bot.telegram.messages(OWNER)[0]
    cases = [
        (thumb * 2, "REACTIONS_TOO_MANY"),
        ([{"type": "emoji", "emoji": "x"}], "REACTION_INVALID"),
        ([{"type": "paid"}], "REACTION_INVALID"),
        ([{"type": "emoji", "emo": "x"}], 'unknown field "emo" in reaction'),
    ]
    for reaction, told in cases:
        refused = await bot.refused("setMessageReaction", **place(said), reaction=reaction)
        assert refused == (400, f"Bad Request: {told}")


async def test_blocking_from_the_app(bot):
    answer = await post(bot, OWNER, "block", chat_id=OWNER, bot_id=1001, on=True)
    assert answer.status_code == 204
    assert (await bot.refused("sendMessage", chat_id=OWNER, text="x"))[0] == 403
    await post(bot, OWNER, "block", chat_id=OWNER, bot_id=1001, on=False)
    await bot.send()
    assert (await post(bot, USER, "block", chat_id=GROUP, bot_id=1001, on=True)).status_code == 403
    await post(bot, OWNER, "block", chat_id=GROUP, bot_id=1001, on=True)
    refused = await bot.refused("sendMessage", chat_id=GROUP, text="x")
    assert refused == (403, "Forbidden: bot was kicked from the group chat")


@pytest.mark.parametrize(
    ("scope", "chat_id", "user_id", "offered"),
    [
        (None, OWNER, OWNER, True),
        ({"type": "chat", "chat_id": OWNER}, OWNER, OWNER, True),
        ({"type": "chat", "chat_id": OWNER}, GROUP, OWNER, False),
        ({"type": "all_private_chats"}, OWNER, OWNER, True),
        ({"type": "all_group_chats"}, OWNER, OWNER, False),
        ({"type": "all_group_chats"}, GROUP, USER, True),
        ({"type": "all_chat_administrators"}, GROUP, USER, False),
        ({"type": "all_chat_administrators"}, GROUP, OWNER, True),
        ({"type": "chat_member", "chat_id": GROUP, "user_id": USER}, GROUP, USER, True),
        ({"type": "chat_member", "chat_id": GROUP, "user_id": USER}, GROUP, OWNER, False),
    ],
)
async def test_whom_commands_are_offered(bot, scope, chat_id, user_id, offered):
    given = {} if scope is None else {"scope": json.dumps(scope)}
    await bot.call("setMyCommands", commands=COMMANDS, **given)
    answer = await bot.http.get("/api/commands", params={"chat_id": chat_id, "user_id": user_id})
    mine = {"bot_id": 1001, "bot_username": "watchdog_bot"} | COMMANDS[0]
    assert answer.json() == ([mine] if offered else [])


async def test_the_narrowest_scope_wins(bot):
    await bot.call("setMyCommands", commands=[{"command": "wide", "description": "x"}])
    here = {"type": "chat", "chat_id": OWNER}
    await bot.call("setMyCommands", commands=COMMANDS, scope=here)
    answer = await bot.http.get("/api/commands", params={"chat_id": OWNER, "user_id": OWNER})
    assert [one["command"] for one in answer.json()] == ["status"]
    await bot.call("deleteMyCommands", scope=here)
    answer = await bot.http.get("/api/commands", params={"chat_id": OWNER, "user_id": OWNER})
    assert [one["command"] for one in answer.json()] == ["wide"]


async def test_quotes_and_topics_over_http(bot):
    sent = await bot.send("one two three")
    here = {"chat_id": OWNER, "text": "x", "reply_to_message_id": sent["message_id"]}
    said = (await post(bot, OWNER, "say", **here, quote="two")).json()
    assert said["quote"] == {"text": "two", "position": 4, "is_manual": True}
    assert (await post(bot, OWNER, "say", **here, quote="four")).status_code == 400
    assert (await post(bot, OWNER, "say", **here, quote=4)).status_code == 400
    lost = {"chat_id": OWNER, "text": "x", "message_thread_id": 5}
    assert (await post(bot, OWNER, "say", **lost)).status_code == 404
