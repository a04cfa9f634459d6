"""The emulator as python-telegram-bot's own client meets it, over real HTTP."""

from __future__ import annotations

import asyncio
import re

import httpx
import pytest
import pytest_asyncio
import telegram as ptb
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    EndPointNotFound,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)
from telegram.ext import Application, CallbackQueryHandler, CommandHandler
from telegram.request import HTTPXRequest
from telegram_kit import GROUP, OTHER, OWNER, TOKEN, USER, until

from bot.sandbox.telegram import Fault

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.filterwarnings("ignore:Please use 'Bot.sendSticker'"),
    pytest.mark.filterwarnings("ignore:Deprecated since version v22.2"),
]


def client(house, token=TOKEN) -> ptb.Bot:
    # Reading the system's certificates for each client would be most of the tests' time.
    plain, polling = (HTTPXRequest(httpx_kwargs={"verify": False}) for _ in range(2))
    return ptb.Bot(
        token,
        request=plain,
        get_updates_request=polling,
        base_url=f"{house.url}/telegram/bot",
        base_file_url=f"{house.url}/telegram/file/bot",
    )


@pytest_asyncio.fixture(loop_scope="module")
async def world(house):
    yield house.renew()
    house.telegram.close()


@pytest_asyncio.fixture(loop_scope="module")
async def bot(house, world):
    async with client(house) as bot:
        yield bot


async def test_a_conversation(bot, world):
    go = ptb.InlineKeyboardButton("Go", callback_data="go", style="danger")
    sent = await bot.send_message(
        OWNER,
        "<b>P0</b> <blockquote expandable>evidence</blockquote>",
        parse_mode="HTML",
        reply_markup=ptb.InlineKeyboardMarkup([[go]]),
        link_preview_options=ptb.LinkPreviewOptions(is_disabled=True),
    )
    assert sent.chat.id == OWNER
    assert sent.from_user == bot.bot
    assert [e.type for e in sent.entities] == ["bold", "expandable_blockquote"]
    world.say(OWNER, OWNER, "/status now", sent.message_id)
    world.tap(OWNER, OWNER, sent.message_id, "go")
    command, tap = await bot.get_updates(timeout=2, allowed_updates=["message", "callback_query"])
    assert command.message.parse_entities() == {command.message.entities[0]: "/status"}
    assert command.message.reply_to_message.message_id == sent.message_id
    assert tap.callback_query.message.text == sent.text
    assert await tap.callback_query.answer("done", show_alert=True)
    edited = await tap.callback_query.edit_message_text("over")
    assert (edited.text, edited.reply_markup) == ("over", None)
    assert await bot.get_updates(offset=tap.update_id + 1, timeout=0) == ()
    assert await edited.delete()


async def test_documents_and_photos(bot):
    data = bytes(range(256))
    sent = await bot.send_document(OWNER, data, filename="log ä.txt", caption="the log")
    assert (sent.document.file_name, sent.document.mime_type) == ("log ä.txt", "text/plain")
    file = await sent.document.get_file()
    assert bytes(await file.download_as_bytearray()) == data
    reply = await bot.send_document(
        OWNER, sent.document.file_id, reply_parameters=ptb.ReplyParameters(sent.message_id)
    )
    assert reply.reply_to_message.document == sent.document
    png = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + b"\0\0\0\x08\0\0\0\x09" + b"rest"
    photo = (await bot.send_photo(OWNER, png)).photo[-1]
    assert (photo.width, photo.height) == (8, 9)


async def test_every_other_method_is_understood(bot):
    scope = ptb.BotCommandScopeChat(OWNER)
    assert await bot.set_my_commands([ptb.BotCommand("status", "now")], scope=scope)
    assert (await bot.get_my_commands(scope=scope))[0].command == "status"
    assert await bot.delete_my_commands(scope=scope)
    assert (await bot.get_chat(OWNER)).first_name == "Olga"
    assert (await bot.get_chat_member(GROUP, OWNER)).status == "creator"
    assert await bot.send_chat_action(OWNER, "typing")
    sent = await bot.send_message(OWNER, "card")
    assert await sent.pin(disable_notification=True)
    assert (await bot.get_chat(OWNER)).pinned_message.text == "card"
    assert await sent.unpin()
    go = ptb.InlineKeyboardButton("Go", callback_data="go")
    assert await sent.edit_reply_markup(ptb.InlineKeyboardMarkup([[go]]))
    assert await bot.set_webhook("https://bot.example", secret_token="x")
    assert (await bot.get_webhook_info()).url == "https://bot.example"
    assert await bot.delete_webhook()


async def test_errors_have_their_classes(bot, world, house):
    with pytest.raises(BadRequest, match=r"(?i)can't parse entities: unsupported start tag"):
        await bot.send_message(OWNER, "<br>", parse_mode="HTML")
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.send_message(USER, "x")
    world.block(1001, OWNER)
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await bot.send_message(OWNER, "x")
    new_id = world.migrate(GROUP)
    with pytest.raises(ChatMigrated) as migrated:
        await bot.send_message(GROUP, "x")
    assert migrated.value.new_chat_id == new_id
    with pytest.raises(InvalidToken):
        await client(house, "1001:wrong").get_me()
    with pytest.raises(EndPointNotFound):
        await bot.do_api_request("sendSticker")


async def test_a_flood_is_a_retry_after(house):
    house.renew(speed=0.001)
    async with client(house) as bot:
        for number in range(20):
            await bot.send_message(OWNER, str(number))
        with pytest.raises(RetryAfter) as refused:
            await bot.send_message(OWNER, "x")
        assert refused.value.retry_after > 0


async def test_two_pollers_are_a_conflict(bot, world, house):
    async with client(house) as second:
        first = asyncio.create_task(bot.get_updates(timeout=20))
        await until(lambda: world._core.updates[1001]._waiting is not None)
        polling = asyncio.create_task(second.get_updates(timeout=20))
        with pytest.raises(Conflict, match="make sure that only one bot instance is running"):
            await first
        world.say(OWNER, OWNER, "hi")
        assert [u.message.text for u in await polling] == ["hi"]


async def test_a_poller_that_hangs_up_leaves_the_queue(bot, world):
    poll = asyncio.create_task(bot.get_updates(timeout=20))
    await until(lambda: world._core.updates[1001]._waiting is not None)
    poll.cancel()
    await until(lambda: world._core.updates[1001]._waiting is None)
    world.say(OWNER, OWNER, "kept")
    assert len(await bot.get_updates(timeout=5)) == 1
    assert {e.status for e in world.journal} == {200}


async def test_an_application_runs_on_it(house, world):
    heard = []

    async def on_command(update, context):
        heard.append(update.message.text)
        await update.message.reply_text("pong")

    async def on_tap(update, context):
        await update.callback_query.answer()
        heard.append(update.callback_query.data)

    builder = Application.builder().bot(client(house, OTHER))
    app = builder.build()
    app.add_handler(CommandHandler("ping", on_command))
    app.add_handler(CallbackQueryHandler(on_tap))
    async with app:
        await app.updater.start_polling(timeout=5)
        await app.start()
        world.say(USER, USER, "/ping")
        await until(lambda: len(world.messages(USER)) == 2)
        world.tap(USER, USER, world.messages(USER)[-1]["message_id"], "go")
        await until(lambda: len(heard) == 2)
        await app.updater.stop()
        await app.stop()
    assert heard == ["/ping", "go"]


@pytest.mark.parametrize(
    ("fault", "error", "cause"),
    [
        (Fault("error", status=502, body="<html>Bad Gateway</html>"), NetworkError, None),
        (Fault("error", status=500), NetworkError, None),
        (
            Fault(
                "error",
                status=429,
                body={
                    "ok": False,
                    "error_code": 429,
                    "description": "Too Many Requests: retry after 7",
                    "parameters": {"retry_after": 7},
                },
            ),
            RetryAfter,
            None,
        ),
        (Fault("error", status=200, body="ok"), TelegramError, None),
        (Fault("drop_before"), NetworkError, httpx.RemoteProtocolError),
        (Fault("drop_after"), NetworkError, httpx.RemoteProtocolError),
        (Fault("hang"), TimedOut, httpx.ReadTimeout),
        (Fault("slow", seconds=0.4), TimedOut, httpx.ReadTimeout),
    ],
    ids=lambda value: value.kind if isinstance(value, Fault) else None,
)
async def test_faults(bot, world, fault, error, cause):
    applied = fault.kind in ("drop_after", "slow")
    fault.method = "sendMessage"
    world.arm(fault)
    await bot.get_me()
    patience = 0.2 if cause is httpx.ReadTimeout else 20
    with pytest.raises(error) as raised:
        await bot.send_message(OWNER, "x", read_timeout=patience)
    if cause is not None:
        assert isinstance(raised.value.__cause__, cause | httpx.ReadError)
    if fault.kind == "slow":
        await until(lambda: len(world.messages(OWNER)) == 1)
    assert len(world.messages(OWNER)) == applied
    world.clear_faults()
    await bot.send_message(OWNER, "y")
    assert len(world.messages(OWNER)) == applied + 1


async def test_a_fault_hits_as_often_as_it_is_told(bot, world):
    world.arm(Fault("error", times=2, bot_id=1001))
    for _ in range(2):
        with pytest.raises(NetworkError):
            await bot.get_me()
    await bot.get_me()


async def test_clearing_lets_go_of_what_hangs(bot, world):
    hang = Fault("hang")
    world.arm(hang)
    call = asyncio.create_task(bot.get_me())
    await until(lambda: hang.times == 0)
    world.clear_faults()
    with pytest.raises(NetworkError):
        await asyncio.wait_for(call, 20)
    await until(lambda: bool(world.journal) and world.journal[-1].error == "fault: hang")
    assert world.journal[-1].status == 0


async def test_a_hang_may_have_an_end(bot, world):
    world.arm(Fault("hang", seconds=0.01))
    with pytest.raises(NetworkError, match=re.compile("disconnected|Error", re.IGNORECASE)):
        await bot.get_me()
