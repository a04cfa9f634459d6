"""Who may tap and type, and what comes of it."""

import json

import pytest

from bot.domain.moves import Kind, Status
from bot.flows.act import act
from bot.flows.announce import announce
from bot.flows.presence import presence
from bot.flows.triage import triage
from bot.ports import Update
from tests.cast import ANN, BEN, CHAT, SAM, VIC


async def the_incident(world):
    return await world.store.latest("life-os")


async def test_ask_then_yes(world, card, tap, refreshed):
    assert (await tap(ANN, card, "Restart…")).startswith("Confirm on the card, or type /approve 1-")
    card = await refreshed()
    assert "Restart life-os?" in card["text"]
    assert await tap(ANN, card, "Yes, restart") == "Approved."
    assert (await the_incident(world)).status is Status.APPROVED


async def test_ask_then_no(world, card, tap, refreshed):
    await tap(ANN, card, "Restart…")
    assert await tap(BEN, await refreshed(), "No") == "Denied; nothing will be done."
    assert (await the_incident(world)).status is Status.OPEN


@pytest.mark.parametrize(
    ("person", "why"),
    [
        (SAM, "No: you are not on the on-call list"),
        (VIC, "No: that takes a responder; you are a viewer"),
    ],
)
async def test_a_stranger_and_a_viewer_change_nothing(world, card, tap, person, why):
    before = await the_incident(world)
    assert await tap(person, card, "Restart…") == why
    assert await tap(person, card, "I have it") == why
    assert await the_incident(world) == before


@pytest.mark.parametrize(
    "data", ["approve", "v1:", "v1:AAAAAAAAAAAAAAAAAAAAAA", "v0:1|approve|1", "v1:../../x"]
)
async def test_a_forged_button_changes_nothing(world, card, tap, data):
    before = await the_incident(world)
    said = await tap(ANN, card, data=data)
    assert said == "No: that button is not one of mine, or too old"
    assert await the_incident(world) == before


async def test_a_button_on_another_message_is_refused(world, card, tap, telegram, say, chat):
    await say(ANN, "/help")
    other = chat()[-1]
    data = card["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    before = await the_incident(world)
    said = await tap(ANN, other, data=data)
    assert said == "No: that card is out of date; use the newest one"
    assert await the_incident(world) == before


async def test_an_old_card_is_refused(world, card, tap, telegram, deliver, store):
    data = card["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    await store.resend(await store.posted("card:1:0"))
    await deliver()
    before = await the_incident(world)
    assert "out of date" in await tap(ANN, card, data=data)
    assert await the_incident(world) == before


async def test_a_replayed_update_is_recorded_once(world, card, tap, store, handlers, clock):
    await tap(ANN, card, "I have it")
    before = await the_incident(world)
    again = {
        "update_id": 10**9,
        "callback_query": {
            "id": "1",
            "from": {"id": ANN.id, "is_bot": False, "first_name": "Ann"},
            "message": card | {"from": card["from"]},
            "chat_instance": "1",
            "data": card["reply_markup"]["inline_keyboard"][1][0]["callback_data"],
        },
    }
    await store.take_in([Update(10**9, json.dumps(again))] * 2, clock())
    await handlers.turn()
    assert await the_incident(world) == before
    assert sum(e.kind is Kind.ACKNOWLEDGED for e in before.timeline) == 1


async def test_a_second_yes_says_who_was_first(world, card, tap, refreshed):
    await tap(ANN, card, "Restart…")
    card = await refreshed()
    await tap(ANN, card, "Yes, restart")
    before = await the_incident(world)
    assert await tap(BEN, card, "Yes, restart") == "No: Ann has approved it already"
    assert await the_incident(world) == before


async def test_the_typed_twins(world, card, say, clock):
    answer = await say(ANN, "/restart")
    ask = answer.rpartition(" ")[2]
    assert answer == f"Confirm on the card, or type /approve {ask}"
    assert await say(BEN, f"/deny {ask}") == "Denied; nothing will be done."
    assert await say(ANN, f"/approve {ask}") == (
        "No: that question is settled; use the newest card."
    )
    again = (await say(ANN, "/restart")).rpartition(" ")[2]
    assert await say(ANN, f"/approve {again}") == "Approved: restart."
    assert (await the_incident(world)).status is Status.APPROVED


MEANT = "No: say /restart, /restart database or /rollback; /act lists the others."


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("/ack", "You have #1; pages stop."),
        ("/ack 7", "No: there is no incident #7."),
        ("/approve", "No: say which: /approve ID, as it stands on the card."),
        ("/approve nonsense", "No: say which: /approve ID, as it stands on the card."),
        ("/incident it is odd", "No: incident #1 is open for life-os already; its card is above."),
        ("/dance", "No: I do not know /dance; /help lists what I know."),
        ("/resolve 1 it was planned", "#1 is closed on your word."),
        ("/resolve", "#1 is being verified."),
        ("/report", "Report of incident #1 as it stands"),
        (
            "/restart now",
            MEANT,
        ),
        (
            "/restart data base",
            MEANT,
        ),
        (
            "/rollback database",
            MEANT,
        ),
        (
            "/rollback dep-1",
            MEANT,
        ),
    ],
)
async def test_what_can_be_typed(card, say, text, answer):
    assert await say(ANN, text) == answer


async def test_status_names_every_check(card, say):
    answer = await say(VIC, "/status")
    assert answer.startswith("🔴 1 open incident")
    assert "❌ service: exited with code 1" in answer
    assert "❔ http: no look yet" in answer


async def test_a_stranger_is_answered_in_one_line(world, card, say):
    before = await the_incident(world)
    for text in ("/status", "/restart", "/approve 1-4", "/resolve 1 x", "/ack", "/incident x"):
        assert await say(SAM, text) == "No: you are not on the on-call list."
    assert await the_incident(world) == before


async def test_only_the_on_call_chat_is_served(world, card, say):
    assert await say(SAM, "/status", where=SAM.id) == "I answer in the on-call chat only."


async def test_everybody_is_told_his_id(world, card, say):
    assert await say(SAM, "/id", where=SAM.id) == f"Your id is {SAM.id}; this chat's is {SAM.id}."


@pytest.mark.parametrize(
    "sender",
    [
        {"from": {"id": 1087968824, "is_bot": True, "first_name": "Group"}, "sender_chat": True},
        {"from": {"id": 5, "is_bot": True, "first_name": "Robot"}},
        {"sender_chat": True},
    ],
)
async def test_anonymous_admins_channels_and_bots_are_not_people(
    world, card, store, handlers, clock, deliver, chat, sender
):
    home = {"id": CHAT, "type": "supergroup", "title": "On call"}
    sender = {k: home if v is True and k == "sender_chat" else v for k, v in sender.items()}
    entity = {"type": "bot_command", "offset": 0, "length": 4}
    message = {"message_id": 99, "date": 1, "chat": home, "text": "/ack", "entities": [entity]}
    kept = Update(5, json.dumps({"update_id": 5, "message": message | sender}))
    await store.take_in([kept], clock())
    before, said = await the_incident(world), len(chat())
    await handlers.turn()
    await deliver()
    assert (await the_incident(world), len(chat())) == (before, said)


async def test_a_late_toast_undoes_nothing(world, card, telegram, api, handlers, clock):
    data = card["reply_markup"]["inline_keyboard"][1][0]["callback_data"]
    query = telegram.tap(ANN.id, CHAT, card["message_id"], data)
    raw = await api.updates(None, wait=0)
    await world.store.take_in([Update(u["update_id"], json.dumps(u)) for u in raw], clock())
    at = telegram.clock()
    telegram.clock = lambda: at + 3600
    await handlers.turn()
    assert not telegram.tapped(query).answered
    assert (await the_incident(world)).acknowledged.by == "Ann"


# What acts leave to do


LEFT = "Auto-deploy of life-os is off (it was “commit”): switch it on again once the fix is in"


@pytest.fixture
async def over(world, card, say, restart, refreshed):
    """It is over, on a word, and something is left to do."""
    restart.leaves = LEFT
    ask = (await say(ANN, "/restart")).rpartition(" ")[2]
    await say(ANN, f"/approve {ask}")
    await act(world)
    await say(ANN, "/resolve 1 seen to work")
    return await refreshed()


async def test_a_thing_is_done_by_a_tap(world, over, tap, refreshed):
    assert LEFT in over["text"]
    assert await tap(VIC, over, "To-do is done") == "No: that takes a responder; you are a viewer"
    assert await tap(SAM, over, "To-do is done") == "No: you are not on the on-call list"
    assert (await the_incident(world)).left
    assert await tap(BEN, over, "To-do is done") == "Done; it is off the list."
    assert await tap(ANN, over, "To-do is done") == "No: that is done already"
    card = await refreshed()
    assert LEFT not in card["text"]
    assert "To-do" not in str(card["reply_markup"])
    kinds = [e.kind for e in (await the_incident(world)).timeline]
    assert kinds.count(Kind.SETTLED) == 1


async def test_a_thing_is_done_by_its_number(world, over, say):
    listed = await say(VIC, "/todo")
    assert listed.startswith("📌 1 thing left to do")
    assert LEFT in listed
    assert "/done 1.1" in listed
    assert await say(VIC, "/done 1.1") == "No: that takes a responder; you are a viewer."
    assert await say(SAM, "/todo") == "No: you are not on the on-call list."
    assert await say(ANN, "/done 1.1") == "Done; it is off the list."
    assert await say(BEN, "/done #1.1") == "No: that is done already."
    assert await say(VIC, "/todo") == "Nothing is left to do."


@pytest.mark.parametrize(
    "text",
    [
        "/done",
        "/done 1",
        "/done 1.",
        "/done .1",
        "/done 1.x",
        "/done -1.1",
        "/done 1.1.1",
        "/done ²",
    ],
)
async def test_a_thing_without_a_number_is_asked_for(world, over, say, text):
    assert await say(ANN, text) == "No: say which: /done 12.1, as /todo lists it."
    assert (await the_incident(world)).left


@pytest.mark.parametrize(
    ("number", "why"),
    [
        ("7.1", "there is no incident #7"),
        ("0.1", "there is no incident #0"),
        ("1.2", "there is no to-do 1.2; /todo lists them"),
        ("1.0", "there is no to-do 1.0; /todo lists them"),
        (f"1.{10**30}", "say which: /done 12.1, as /todo lists it"),
    ],
)
async def test_a_number_of_nothing_is_refused_in_one_line(world, over, say, number, why):
    assert await say(ANN, f"/done {number}") == f"No: {why}."
    assert (await the_incident(world)).left


@pytest.mark.parametrize("text", [f"/done {10**30}.1", f"/ack {10**30}", f"/approve {10**30}-1"])
async def test_a_number_beyond_any_is_refused_too(over, say, text):
    assert (await say(ANN, text)).startswith("No: ")


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("/rollback", "No: a rollback is nothing that I may do here; /act lists what is."),
        (
            "/restart database",
            "No: a database restart is nothing that I may do here; /act lists what is.",
        ),
        (
            "/restart DATABASE",
            "No: a database restart is nothing that I may do here; /act lists what is.",
        ),
    ],
)
async def test_what_is_not_on_offer_is_said(world, card, say, text, answer):
    assert await say(ANN, text) == answer
    assert (await the_incident(world)).asked is None


async def test_what_is_wanted_while_nothing_is_wrong_is_said(say):
    assert await say(ANN, "/restart Database") == (
        "No: nothing is wrong, so no database restart is on offer; /incident opens one by hand."
    )


async def test_the_database_is_restarted_by_its_own_words(world, restart, card, say):
    restart.name = "restart-database"
    await say(ANN, "/resolve 1 the offer was another")
    await say(ANN, "/incident its data")
    await triage(world)
    assert await say(ANN, "/restart") == (
        "No: a restart is nothing that I may do here; /act lists what is."
    )
    ask = (await say(ANN, "/restart DATABASE")).rpartition(" ")[2]
    assert await say(ANN, f"/approve {ask}") == "Approved: database restart."


async def test_after_an_absence_only_the_newer_card_can_be_tapped(
    world, card, clock, chat, deliver, tap
):
    await presence(world, clock())
    clock.tick(minutes=5)
    await presence(world, clock())
    await announce(world)
    await deliver()
    old, new = (m for m in chat() if "#1" in m["text"])
    assert old["message_id"] == card["message_id"]
    assert (old["text"], old.get("reply_markup")) == ("⚪ #1 life-os: newer card below.", None)
    assert "I was away from" in new["text"]
    assert not new.get("silent")
    assert (await tap(ANN, new, "Restart…")).startswith("Confirm on the card")
