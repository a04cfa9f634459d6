"""No update is lost, none is handled twice."""

import json

import pytest

from bot.chat.handlers import GIVEN_UP, TRIES
from bot.ports import Unavailable, Update
from bot.sandbox.telegram.faults import Fault
from tests.cast import ANN, CHAT


class Scripted:
    """getUpdates as scripted: each call gives the next answer and notes the offset asked for."""

    def __init__(self, *answers):
        self.answers, self.offsets = list(answers), []

    async def updates(self, offset):
        self.offsets.append(offset)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def update(id):
    return {"update_id": id, "message": {"text": "hello"}}


async def test_the_offset_is_sent_once_and_only_for_what_is_committed(inbox, store):
    inbox.api = Scripted([update(7), update(8)], [], [update(3)], [])
    for _ in range(4):
        await inbox.turn()
    assert inbox.api.offsets == [None, 9, None, 4]
    assert [u.id for u in await store.unhandled()] == [7, 8, 3]


async def test_a_batch_that_cannot_be_committed_is_not_confirmed(inbox, store):
    inbox.api = Scripted([update(7)], [update(7)])
    await store.close()
    with pytest.raises(Unavailable):
        await inbox.turn()
    assert inbox.offset is None


async def test_what_comes_again_is_known(inbox, store):
    inbox.api = Scripted([update(7)], [update(7), update(8)])
    await inbox.turn()
    await store.handled(7, "done")
    await inbox.turn()
    assert [u.id for u in await store.unhandled()] == [8]


async def test_a_failed_confirmation_is_sent_again(inbox, api, telegram):
    telegram.say(ANN.id, CHAT, "/status")
    await api_turn(inbox, api)
    confirm = inbox.offset
    telegram.arm(Fault("error", "getUpdates", 502, "<html>"))
    with pytest.raises(Unavailable):
        await inbox.turn()
    assert inbox.offset == confirm


async def api_turn(inbox, api):
    raw = await api.updates(inbox.offset, wait=0)
    inbox.api = Scripted(raw)
    await inbox.turn()
    inbox.api = api


@pytest.mark.parametrize(
    ("status", "description", "said"),
    [
        (401, "Unauthorized", "token is not accepted"),
        (404, "Not Found", "token is not accepted"),
        (409, "Conflict: terminated by other getUpdates request", "somebody else polls"),
        (500, "Internal Server Error", "Telegram: NetworkError"),
    ],
)
async def test_trouble_is_named_and_polling_goes_on(
    inbox, api, telegram, status, description, said
):
    body = {"ok": False, "error_code": status, "description": description}
    telegram.arm(Fault("error", "getUpdates", status, body))
    with pytest.raises(Unavailable, match=said):
        await inbox.turn()
    telegram.say(ANN.id, CHAT, "/status")
    await api_turn(inbox, api)
    assert inbox.heard_at is not None


async def test_a_webhook_that_somebody_set_is_removed(inbox, api, telegram):
    await api.set_webhook("https://example.com/hook")
    with pytest.raises(Unavailable, match="webhook was set"):
        await inbox.turn()
    assert (await api.get_webhook_info()).url == ""


async def test_an_update_that_fails_is_given_up_and_stands_in_nobodys_way(store, handlers, clock):
    async def broken(*_):
        raise LookupError("a bug of ours")

    home = {"id": CHAT, "type": "supergroup"}
    message = {"message_id": 1, "date": 1, "chat": home, "text": "hm"}
    handlers.told = broken
    await store.take_in([Update(1, json.dumps({"update_id": 1, "message": message}))], clock())
    for _ in range(3):
        with pytest.raises(LookupError):
            await handlers.turn()
    await handlers.turn()
    assert await store.unhandled() == []


async def test_who_waits_is_told_when_it_is_given_up(
    world, card, telegram, api, inbox, handlers, deliver, chat, monkeypatch
):
    """The disk is full for a while: a tap and a command are answered all the same."""

    async def full(*_):
        raise Unavailable("the disk is full")

    button = card["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    query = telegram.tap(ANN.id, CHAT, card["message_id"], button)
    telegram.say(ANN.id, CHAT, "/ack")
    telegram.say(ANN.id, CHAT, "that is no command")
    await api_turn(inbox, api)
    with monkeypatch.context() as broken:
        broken.setattr(world.store, "record", full)
        for _ in range(2 * TRIES):
            with pytest.raises(Unavailable):
                await handlers.turn()
        await handlers.turn()
    await deliver()
    assert telegram.tapped(query).text == GIVEN_UP
    assert [m["text"] for m in chat()[1:]] == [GIVEN_UP]
    assert await world.store.unhandled() == []
