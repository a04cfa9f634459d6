"""A picture reaches the chat once, or its words do; a caption is never too long for Telegram."""

from base64 import b64encode
from struct import pack

import pytest

from bot.chat.outbox import Outbox
from bot.ports import Delivery, Lane, Post
from bot.sandbox.telegram.faults import Fault
from bot.views.message import Message, Picture
from tests.cast import CHAT

KEY = "chart:1:0"


def png(wide=1200, high=800):
    """As much of one as tells its size."""
    begin = b"\x89PNG\r\n\x1a\n" + pack(">I4sII", 13, b"IHDR", wide, high) + b"\x08\x02\0\0\0"
    return Picture(b64encode(begin).decode())


def chart(text="📈 Errors per minute: most 9.", picture=None, lane=Lane.THREAD):
    message = Message(text, "#1 errors per minute")
    return Post(KEY, CHAT, lane, message, silent=True, picture=picture or png())


def refusal(said, method="sendPhoto", times=1):
    body = {"ok": False, "error_code": 400, "description": f"Bad Request: {said}"}
    return Fault("error", method, 400, body, times=times)


async def test_a_picture_with_its_words(store, deliver, chat):
    await store.post(Post("card:1:0", CHAT, Lane.PAGE, Message("the card", "card")))
    await store.post(chart())
    await deliver()
    card, shown = chat()
    assert shown["photo"][-1]["width"] == 1200
    assert shown["caption"] == "📈 Errors per minute: most 9."
    assert (card["silent"], shown["silent"]) == (False, True)


async def test_it_replies_to_the_card(store, deliver, chat):
    await store.post(Post("card:1:0", CHAT, Lane.PAGE, Message("the card", "card")))
    await store.post(
        Post(KEY, CHAT, Lane.THREAD, Message("x", "x"), reply_to="card:1:0", picture=png())
    )
    await deliver()
    card, shown = chat()
    assert shown["reply_to_message"]["message_id"] == card["message_id"]


async def test_a_newer_picture_takes_its_place(store, deliver, chat):
    await store.post(chart())
    await deliver()
    before = chat()[0]
    await store.post(chart("📈 Over.", png(1200, 900)))
    await deliver()
    (after,) = chat()
    assert after["message_id"] == before["message_id"]
    assert (after["caption"], after["photo"][-1]["height"]) == ("📈 Over.", 900)


async def test_words_that_stood_alone_get_their_picture(store, deliver, chat):
    alone = chart()
    await store.post(Post(KEY, CHAT, Lane.THREAD, alone.message, silent=True))
    await deliver()
    await store.post(chart("📈 Over."))
    await deliver()
    (shown,) = chat()
    assert (shown["caption"], "text" in shown) == ("📈 Over.", False)


@pytest.mark.parametrize("text", ["x" * 1500, "📈" * 700, "broken <b>mark"])
async def test_words_that_telegram_refuses_keep_the_picture(store, deliver, chat, text):
    await store.post(chart(text))
    await deliver()
    (shown,) = chat()
    assert shown["photo"]
    assert shown["caption"][:2] == text[:2]


async def test_a_refused_picture_leaves_its_words(store, deliver, chat):
    await store.post(chart(picture=png(20_000, 20_000)))
    await deliver()
    (shown,) = chat()
    assert shown["text"].splitlines() == [
        "📈 Errors per minute: most 9.",
        "Telegram does not take the picture.",
    ]


async def test_where_no_photos_are_allowed_its_words_are(store, deliver, chat, telegram):
    telegram.arm(refusal("not enough rights to send photos to the chat", times=3))
    await store.post(chart())
    await deliver()
    assert "Telegram does not take" in chat()[0]["text"]


async def test_a_refused_new_picture_leaves_the_old_one(store, deliver, chat, telegram):
    await store.post(chart())
    await deliver()
    telegram.arm(refusal("IMAGE_PROCESS_FAILED", "editMessageMedia", times=3))
    await store.post(chart("📈 Over.", png(1200, 900)))
    await deliver()
    (shown,) = chat()
    assert (shown["caption"], shown["photo"][-1]["height"]) == (
        "📈 Errors per minute: most 9.",
        800,
    )


async def test_one_that_may_have_arrived_is_not_sent_again(store, deliver, chat, telegram):
    telegram.arm(Fault("drop_after", "sendPhoto"))
    await store.post(chart())
    await deliver()
    await store.post(chart("📈 Over."))
    await deliver()
    assert [m["caption"] for m in chat()] == ["📈 Errors per minute: most 9."]
    assert (await store.posted(KEY)).state is Delivery.DEAD


async def test_an_edit_that_may_have_arrived_is_repeated(store, deliver, chat, telegram, clock):
    await store.post(chart())
    await deliver()
    telegram.arm(Fault("drop_after", "editMessageMedia"))
    await store.post(chart("📈 Over."))
    await deliver()
    clock.tick(minutes=2)
    await deliver()
    assert [m["caption"] for m in chat()] == ["📈 Over."]
    assert (await store.posted(KEY)).state is Delivery.SENT


async def test_a_restart_between_drawing_and_sending_loses_none_and_doubles_none(
    store, api, pacing, clock, chat
):
    await store.post(chart())
    for _ in range(2):
        outbox = Outbox(api, store, pacing, clock)
        while await outbox.turn():
            pass
    assert len(chat()) == 1


async def test_one_that_was_being_sent_when_the_process_stopped_is_not_repeated(
    store, api, pacing, clock, chat
):
    await store.post(chart())
    (posted,) = await store.due(clock())
    await store.sending(posted)
    while await Outbox(api, store, pacing, clock).turn():
        pass
    assert chat() == []
    assert (await store.posted(KEY)).state is Delivery.DEAD


async def test_a_page_goes_before_a_picture(store, deliver, chat):
    await store.post(chart())
    await store.post(Post("card:1:0", CHAT, Lane.PAGE, Message("the card", "card")))
    await deliver()
    assert [("photo" in m) for m in chat()] == [False, True]
