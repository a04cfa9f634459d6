"""Who a bot is, whom it may write to, and what it knows about chats and commands."""

from __future__ import annotations

import pytest
from telegram_kit import GROUP, OWNER, USER

COMMANDS = [{"command": "status", "description": "How things are"}]


async def test_get_me(bot):
    me = await bot.call("getMe")
    assert me["id"] == 1001
    assert me["is_bot"] is True
    assert (me["username"], me["first_name"]) == ("watchdog_bot", "Watchdog")


async def test_a_blocked_bot_is_forbidden_until_the_person_writes_again(bot):
    bot.telegram.block(1001, OWNER)
    told = (403, "Forbidden: bot was blocked by the user")
    assert await bot.refused("sendMessage", chat_id=OWNER, text="x") == told
    assert await bot.refused("sendChatAction", chat_id=OWNER, action="typing") == told
    bot.telegram.say(OWNER, OWNER, "/start")
    await bot.send()
    updates = await bot.call("getUpdates")
    changes = [u["my_chat_member"] for u in updates if "my_chat_member" in u]
    statuses = [(c["old_chat_member"]["status"], c["new_chat_member"]["status"]) for c in changes]
    assert statuses == [("member", "kicked"), ("kicked", "member")]
    assert updates[-1]["message"]["text"] == "/start"


async def test_a_kicked_bot_is_forbidden(bot):
    bot.telegram.block(1001, GROUP)
    told = (403, "Forbidden: bot was kicked from the group chat")
    assert await bot.refused("sendMessage", chat_id=GROUP, text="x") == told
    bot.telegram.say(OWNER, GROUP, "/status@watchdog_bot")
    assert [list(u)[1] for u in await bot.call("getUpdates")] == ["my_chat_member"]


async def test_an_upgraded_group_says_where_it_went(bot):
    new_id = bot.telegram.migrate(GROUP)
    answer = await bot.raw("sendMessage", chat_id=GROUP, text="x")
    assert answer.status_code == 400
    assert answer.json() == {
        "ok": False,
        "error_code": 400,
        "description": "Bad Request: group chat was upgraded to a supergroup chat",
        "parameters": {"migrate_to_chat_id": new_id},
    }
    sent = await bot.send(chat_id=new_id)
    assert sent["chat"] == {"id": new_id, "type": "supergroup", "title": "On call"}
    told = [u["message"] for u in await bot.call("getUpdates")]
    assert [(m["chat"]["id"], m.get("migrate_to_chat_id")) for m in told] == [
        (GROUP, new_id),
        (new_id, None),
    ]
    assert told[1]["migrate_from_chat_id"] == GROUP


async def test_get_chat(bot):
    private = await bot.call("getChat", chat_id=OWNER)
    assert (private["type"], private["first_name"]) == ("private", "Olga")
    group = await bot.call("getChat", chat_id=GROUP)
    assert (group["type"], group["title"]) == ("group", "On call")
    assert {"accent_color_id", "max_reaction_count", "accepted_gift_types"} <= set(group)


async def test_get_chat_member(bot):
    async def status(user_id):
        member = await bot.call("getChatMember", chat_id=GROUP, user_id=user_id)
        assert member["user"]["id"] == user_id
        return member["status"]

    bot.telegram.add_person(44, "Sven", "sven", "stranger")
    found = [await status(who) for who in (OWNER, USER, 1001, 44)]
    assert found == ["creator", "member", "member", "left"]
    bot.telegram.promote(1001, GROUP)
    assert await status(1001) == "administrator"
    refused = await bot.refused("getChatMember", chat_id=GROUP, user_id=999)
    assert refused == (400, "Bad Request: invalid user_id specified")


async def test_commands_belong_to_their_scope_and_language(bot):
    scope = {"type": "chat", "chat_id": OWNER}
    assert await bot.call("setMyCommands", commands=COMMANDS, scope=scope) is True
    assert await bot.call("getMyCommands") == []
    assert await bot.call("getMyCommands", scope=scope) == COMMANDS
    assert await bot.call("getMyCommands", scope=scope, language_code="de") == []
    assert await bot.call("deleteMyCommands", scope=scope) is True
    assert await bot.call("getMyCommands", scope=scope) == []


@pytest.mark.parametrize(
    ("params", "told"),
    [
        ({"commands": [{"command": "A b", "description": "x"}]}, "BOT_COMMAND_INVALID"),
        ({"commands": [{"command": "a", "description": ""}]}, "BOT_COMMAND_DESCRIPTION_INVALID"),
        ({"commands": [{"command": "a"}]}, "can't parse BotCommand"),
        ({"commands": COMMANDS * 101}, "BOT_COMMANDS_TOO_MUCH"),
        ({"commands": COMMANDS, "scope": {"type": "x"}}, "unsupported type"),
        ({"commands": COMMANDS, "scope": {"type": "chat"}}, "wrong fields"),
        (
            {"commands": COMMANDS, "scope": {"type": "chat", "chat_id": 999}},
            "chat not found",
        ),
    ],
)
async def test_bad_commands_are_refused(bot, params, told):
    code, description = await bot.refused("setMyCommands", **params)
    assert code == 400
    assert told in description


async def test_a_webhook_is_kept_and_stops_polling(bot):
    url = "https://bot.example/hook"
    assert await bot.call("setWebhook", url=url, allowed_updates=["message"])
    bot.telegram.say(OWNER, OWNER, "hi")
    info = await bot.call("getWebhookInfo")
    assert (info["url"], info["pending_update_count"]) == (url, 1)
    assert info["allowed_updates"] == ["message"]
    code, description = await bot.refused("getUpdates")
    assert code == 409
    assert "while webhook is active" in description
    assert await bot.call("deleteWebhook", drop_pending_updates=True)
    info = await bot.call("getWebhookInfo")
    assert (info["url"], info["pending_update_count"]) == ("", 0)
    refused = await bot.refused("setWebhook", url="http://bot.example/hook")
    assert "An HTTPS URL must be provided" in refused[1]
    assert await bot.call("setWebhook", url="")


async def test_chat_actions(bot):
    assert await bot.call("sendChatAction", chat_id=OWNER, action="typing") is True
    refused = await bot.refused("sendChatAction", chat_id=OWNER, action="dancing")
    assert refused == (400, "Bad Request: wrong parameter action in request")


async def test_a_private_chat_is_its_persons():
    from bot.sandbox.pace import Pace  # noqa: PLC0415 - `bot` is a fixture elsewhere in this file
    from bot.sandbox.telegram import Telegram  # noqa: PLC0415 - the same

    telegram = Telegram(Pace(1))
    with pytest.raises(ValueError, match="private chat has its person's id"):
        telegram.add_chat(5, "private", None, [6], [])
    with pytest.raises(ValueError, match="group's id is negative"):
        telegram.add_chat(5, "group", "x", [6], [])
