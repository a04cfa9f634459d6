"""Every post reaches the screen, in some form, and no alert is lost to a fault of Telegram."""

from datetime import timedelta

import httpx
import pytest
from telegram.error import NetworkError, TimedOut

from bot.ports import Delivery, Lane, Post
from bot.sandbox.telegram.faults import Fault
from bot.views.message import Button, Document, Message
from tests.cast import CHAT

REPEAT = "↻ Repeat: the first copy is unconfirmed."


def post(key="card:1:0", text="<b>🔴 P0</b> down", lane=Lane.PAGE, **more):
    return Post(key, CHAT, lane, Message(html=text, minimal="P0 down"), **more)


def texts(chat):
    return [m.get("text") or m.get("caption") for m in chat()]


async def test_a_page_is_sent_once_and_then_edited(store, deliver, chat):
    await store.post(post())
    await deliver()
    await store.post(post(text="<b>🟢</b> fine"))
    await deliver()
    assert texts(chat) == ["🟢 fine"]
    assert chat()[0]["silent"] is False
    assert (await store.posted("card:1:0")).state is Delivery.SENT


async def test_the_urgent_goes_first(store, deliver, chat):
    await store.post(post("a", "digest", Lane.DIGEST), post("b", "line", Lane.THREAD))
    await store.post(post("c", "page", Lane.PAGE), post("d", "answer", Lane.ANSWER))
    await deliver()
    assert texts(chat) == ["page", "answer", "line", "digest"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("broken <b>bold", "broken bold"),
        ("<nonsense>x</nonsense> y", "x y"),
        ("x" * 5000, "x" * 10),
    ],
)
async def test_text_that_telegram_refuses_gets_through_plainly(store, deliver, chat, text, shown):
    await store.post(post(text=text))
    await deliver()
    assert texts(chat)[0].startswith(shown)
    assert len(texts(chat)[0]) <= 4096


async def test_when_nothing_else_is_taken_the_one_line_is(store, deliver, chat, telegram):
    refusal = {"ok": False, "error_code": 400, "description": "Bad Request: can't parse entities"}
    telegram.arm(Fault("error", "sendMessage", 400, refusal, times=2))
    await store.post(post(text="anything"))
    await deliver()
    assert texts(chat) == ["P0 down"]


async def test_what_may_have_arrived_is_repeated_and_says_so(store, deliver, chat, telegram):
    telegram.arm(Fault("drop_after", "sendMessage"))
    await store.post(post())
    await deliver()
    assert texts(chat) == ["🔴 P0 down", f"🔴 P0 down\n\n{REPEAT}"]


async def test_a_mere_line_is_not_repeated(store, deliver, chat, telegram):
    telegram.arm(Fault("drop_after", "sendMessage"))
    await store.post(post("event:1:2", "a line", Lane.THREAD))
    await deliver()
    assert texts(chat) == ["a line"]
    assert (await store.posted("event:1:2")).state is Delivery.DEAD


async def test_a_server_error_is_ambiguous_and_an_edit_may_be_repeated(
    store, deliver, chat, telegram, clock
):
    await store.post(post())
    await deliver()
    telegram.arm(Fault("error", "editMessageText", 502, "<html>Bad Gateway</html>"))
    await store.post(post(text="new"))
    await deliver()
    assert texts(chat) == ["🔴 P0 down"]
    clock.tick(seconds=2)
    await deliver()
    assert texts(chat) == ["new"]


async def test_killed_while_sending_it_is_repeated(store, deliver, chat, clock):
    await store.post(post())
    [due] = await store.due(clock())
    await store.sending(due)
    # here the process dies; another starts
    await deliver()
    assert texts(chat) == [f"🔴 P0 down\n\n{REPEAT}"]


async def test_a_message_that_people_deleted_is_sent_anew(store, deliver, chat, telegram):
    await store.post(post())
    await deliver()
    telegram.delete_message(CHAT, chat()[0]["message_id"])
    await store.post(post(text="new"))
    await deliver()
    assert texts(chat) == ["new"]


async def test_an_edit_that_changes_nothing_is_success(store, deliver, chat):
    await store.post(post(text="same"))
    await deliver()
    await store.post(post(text="<b></b>same"))
    await deliver()
    assert (await store.posted("card:1:0")).state is Delivery.SENT


async def test_a_group_that_moved_is_followed(store, deliver, telegram):
    new = telegram.migrate(CHAT)
    await store.post(post())
    await deliver()
    assert [m["text"] for m in telegram.messages(new) if "text" in m] == ["🔴 P0 down"]
    assert await store.chat_now(CHAT) == new


async def test_a_blocked_chat_gets_the_page_when_it_is_unblocked(
    store, deliver, chat, telegram, clock
):
    telegram.block(700, CHAT)
    await store.post(post(), post("event:1:2", "line", Lane.THREAD))
    await deliver()
    assert texts(chat) == []
    assert await store.undelivered() == 1
    telegram.unblock(700, CHAT)
    clock.tick(minutes=6)
    await deliver()
    assert texts(chat) == ["🔴 P0 down"]


async def test_a_flood_limit_makes_only_that_chat_wait(
    store, deliver, chat, telegram, seconds, clock
):
    refusal = {
        "ok": False,
        "error_code": 429,
        "description": "Too Many Requests: retry after 7",
        "parameters": {"retry_after": 7},
    }
    telegram.arm(Fault("error", "sendMessage", 429, refusal))
    await store.post(post())
    await deliver()
    assert texts(chat) == []
    seconds.at += 8
    clock.tick(seconds=8)
    await deliver()
    assert texts(chat) == ["🔴 P0 down"]


async def test_what_never_left_is_simply_tried_again(store, outbox, deliver, chat, clock, api):
    async def unreachable(*_, **__):
        raise NetworkError("httpx.ConnectError") from httpx.ConnectError("refused")

    outbox.bot = type("Unreachable", (), {"send_message": staticmethod(unreachable)})()
    await store.post(post())
    await deliver()
    outbox.bot = api
    clock.tick(seconds=2)
    await deliver()
    assert texts(chat) == ["🔴 P0 down"]


async def test_a_read_timeout_is_ambiguous_again_and_again_but_the_page_is_never_given_up(
    store, outbox, deliver, chat, clock, api
):
    async def timed_out(*_, **__):
        raise TimedOut

    outbox.bot = type("Slow", (), {"send_message": staticmethod(timed_out)})()
    await store.post(post())
    for _ in range(6):
        await deliver()
        clock.tick(minutes=2)
    outbox.bot = api
    await deliver()
    assert texts(chat) == [f"🔴 P0 down\n\n{REPEAT}"]


async def test_an_answer_that_cannot_be_read_counts_as_unconfirmed(store, deliver, chat, telegram):
    telegram.arm(Fault("error", "sendMessage", 200, {"ok": True, "result": {"odd": 1}}))
    await store.post(post())
    await deliver()
    assert texts(chat) == [f"🔴 P0 down\n\n{REPEAT}"]


async def test_a_file_is_handed_over_below_its_card(store, deliver, chat):
    await store.post(post())
    report = Document("incident-2026-01-01.md", "# Report\n")
    file = post("report:1:9", "Report", Lane.ANSWER, document=report, reply_to="card:1:0")
    await deliver()
    await store.post(file)
    await deliver()
    sent = chat()[-1]
    assert sent["document"]["file_name"] == "incident-2026-01-01.md"
    assert sent["reply_to_message"]["message_id"] == chat()[0]["message_id"]


async def test_buttons_keep_their_tokens_and_their_message(store, deliver, chat):
    rows = ((Button("Restart…", "ask", 1, "3.restart", "primary"),),)
    await store.post(Post("card:1:0", CHAT, Lane.PAGE, Message("a", "a", rows)))
    await deliver()
    [[button]] = chat()[0]["reply_markup"]["inline_keyboard"]
    await store.post(Post("card:1:0", CHAT, Lane.PAGE, Message("b", "b", rows)))
    await deliver()
    assert chat()[0]["reply_markup"]["inline_keyboard"] == [[button]]
    issued = await store.issued(button["callback_data"].removeprefix("v1:"))
    assert (issued.button.arg, issued.message_id) == ("3.restart", chat()[0]["message_id"])
    assert "3.restart" not in button["callback_data"]


async def test_edits_of_one_message_are_paced_and_only_the_newest_is_sent(
    store, outbox, pacing, deliver, chat, telegram, seconds
):
    outbox.pacing = type(pacing)(
        type(pacing.pace)(group=100.0, edit_every=2.0, burst=1000), seconds
    )
    await store.post(post(text="0"))
    await deliver()
    for n in range(1, 6):
        await store.post(post(text=str(n)))
        await deliver()
    seconds.at += 2
    await deliver()
    edits = [e for e in telegram.journal if e.method == "editMessageText"]
    assert texts(chat) == ["5"]
    assert len(edits) == 2


async def test_repeats_wait_longer_and_longer(store, outbox, clock):
    async def timed_out(*_, **__):
        raise TimedOut

    outbox.bot = type("Slow", (), {"send_message": staticmethod(timed_out)})()
    await store.post(post())
    waits = []
    for _ in range(4):
        while not await store.due(clock()):
            clock.tick(seconds=1)
        before = clock()
        await outbox.turn()
        waits.append((await store.posted("card:1:0")).not_before - before)
    assert waits == sorted(waits)
    assert waits[-1] >= timedelta(seconds=2)
