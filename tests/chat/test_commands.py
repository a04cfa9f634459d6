"""Commands by hand: silences, who is on call, looking now, how bad it is, how things stand."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.chat.commands import Typed, carry_out
from bot.domain.check import Result, Seen
from bot.domain.oncall import Member, Rung
from bot.domain.severity import Severity
from bot.flows import quiet
from tests.cast import ANN, BEN, SAM, VIC


@pytest.fixture
def rules(rules):
    rung = Rung(timedelta(minutes=10), Member(BEN.id, "Ben"), -100777)
    return replace(rules, roster=(Member(BEN.id, "Ben"),), escalation=(rung,))


async def in_force(world):
    return await world.store.silences(world.now())


async def test_a_silence_is_one_message_with_one_button(world, say, tap, chat, deliver):
    said = await say(ANN, "/silence http 2h because of a deploy")
    assert said.splitlines() == [
        "🔕 Silence until 05:12 UTC (2 h): http",
        "of a deploy",
        "It is still looked at; nothing opens for it. Ann · /unsilence 1",
    ]
    message, count = chat()[-1], len(chat())
    assert await tap(VIC, message, "Undo") == "No: that takes a responder; you are a viewer"
    assert await tap(SAM, message, "Undo") == "No: you are not on the on-call list"
    assert len(await in_force(world)) == 1
    assert await tap(BEN, message, "Undo") == "Heard again: http."
    assert await tap(ANN, message, "Undo") == "No: no silence 1 is in force; /silence lists them"
    await deliver()
    assert len(chat()) == count
    assert chat()[-1]["text"] == "🔔 Heard again: http · Ben lifted silence 1 at 03:12 UTC"
    assert await in_force(world) == []


async def test_its_typed_twin(world, say, chat):
    await say(ANN, "/silence life-os 30m")
    assert await say(VIC, "/unsilence 1") == "No: that takes a responder; you are a viewer."
    assert await say(BEN, "/unsilence 1") == "Heard again: life-os."
    assert chat()[0]["text"].startswith("🔔 Heard again: life-os · Ben lifted silence 1")
    assert await say(BEN, "/unsilence 1") == "No: no silence 1 is in force; /silence lists them."


async def test_the_list_has_a_button_each(world, say, tap, chat, clock):
    assert (await say(VIC, "/silence")).startswith("🔔 No silence is in force")
    await say(ANN, "/silence “timed out” 1h")
    await say(BEN, "/maintenance 2h life-os new disk")
    clock.tick(minutes=30)
    said = await say(VIC, "/silence")
    assert said.splitlines() == [
        "🔕 2 silences in force",
        "🔕 1: “timed out”, 30 min left · Ann",
        "🔧 2: life-os, 1 h 30 min left · Ben: new disk",
    ]
    assert await tap(ANN, chat()[-1], "Undo 2") == "Heard again: life-os."
    assert [s.id for s in await in_force(world)] == [1]


async def test_a_maintenance_says_what_it_means(say):
    said = await say(ANN, "/maintenance 1h")
    assert said.splitlines() == [
        "🔧 Maintenance until 04:12 UTC (1 h): everything",
        "It is still looked at; nothing opens for it, nobody is paged again. Ann · /unsilence 1",
    ]


async def test_it_says_so_when_it_ends(world, say, chat, clock, deliver):
    await say(ANN, "/silence http 30m")
    clock.tick(minutes=30)
    await quiet.expire(world)
    await deliver()
    assert chat()[-1]["text"] == "🔔 Heard again: http · silence 1 ended at 03:42 UTC"
    assert "reply_markup" not in chat()[-1]


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (
            "/silence htpt 2h",
            "No: say what: life-os, service, http, all, or a “quoted text” of its line.",
        ),
        (
            "/silence http 8d",
            "No: say for how long like 30m, 2h, 1h30m or 1d; at most 7d.",
        ),
        (
            "/maintenance life-os",
            "No: say for how long like 30m, 2h, 1h30m or 1d; at most 7d.",
        ),
        ("/unsilence", "No: say which: /unsilence 3, as /silence lists them."),
        ("/unsilence x", "No: say which: /unsilence 3, as /silence lists them."),
        (f"/unsilence {10**30}", "No: say which: /unsilence 3, as /silence lists them."),
        ("/oncall Bob 8h", "No: I do not know who that is; say one of: me, Ben."),
        ("/oncall me", "No: say for how long like 8h or 2d, at most 14d: /oncall me 8h."),
        ("/check htpt", "No: there is no such check; say one of: service, http."),
        ("/severity P1", "No: no incident is open."),
        ("/severity 7", "No: there is no incident #7."),
        ("/severity 7 P1", "No: there is no incident #7."),
    ],
)
async def test_bad_words_are_answered_in_one_sentence(world, say, text, answer):
    assert await say(ANN, text) == answer
    assert await in_force(world) == []


@pytest.mark.parametrize(
    "text", ["/silence http", "/maintenance 1h", "/oncall me 8h", "/oncall off", "/check"]
)
async def test_a_viewer_may_look_but_not_touch(world, say, text):
    assert await say(VIC, text) == "No: that takes a responder; you are a viewer."
    assert await say(SAM, text) == "No: you are not on the on-call list."
    assert await in_force(world) == []


async def test_who_is_on_call(say, clock):
    assert (await say(VIC, "/oncall")).splitlines() == [
        "📣 Nobody is on call",
        "While nobody has it:",
        "after 10 min: Ben and another chat",
        "/oncall me 8h",
    ]
    assert (await say(ANN, "/oncall me 8h")).startswith("📣 Ann is on call until 11:12 UTC (8 h)")
    assert (await say(ANN, "/oncall ben 2d")).startswith("📣 Ben is on call until Sat 3 Jan 03:12")
    clock.tick(hours=1)
    assert (await say(VIC, "/oncall")).startswith("📣 Ben is on call until Sat 3 Jan 03:12 UTC (47")
    assert (await say(BEN, "/oncall off")).startswith("📣 Nobody is on call")


async def test_looking_now(world, say, http_check, clock):
    http_check.fails("status", "HTTP 500")
    said = await say(ANN, "/check http")
    assert said.splitlines()[0] == "Looked at 1 check"
    assert "http: HTTP 500 · 0 s ago" in said
    said = await say(ANN, "/check")
    assert said.splitlines()[0] == "Looked at 2 checks: 1 failure"
    assert "❌ http: HTTP 500" in said
    assert "service: running" in said
    assert len(await world.store.results("life-os", "http")) == 2
    assert (await world.store.latest("life-os")).failing[0].check == "http"


@pytest.mark.parametrize("name", ["life-os", "LIFE-OS/http", "life-os http", "HTTP"])
async def test_a_check_goes_by_many_names(say, name):
    assert "http: HTTP 200" in await say(ANN, f"/check {name}")


async def test_what_takes_too_long_is_not_waited_for(world, say, http_check, monkeypatch):
    async def never():
        raise TimeoutError

    http_check.look = never
    said = await say(ANN, "/check")
    assert "http: no look yet" in said
    assert "service: running" in said


async def test_how_bad_it_is(world, card, say, tap, chat):
    assert await say(ANN, "/severity P2") == "Severity of #1 is P2."
    assert await say(ANN, "/severity #1 p1") == "Severity of #1 is P1."
    assert (await world.store.incident(1)).severity is Severity.P1
    for text in ("/severity", "/severity 1"):
        assert "How bad is it?" in await say(ANN, text)
        [row] = chat()[-1]["reply_markup"]["inline_keyboard"]
        assert [b["text"] for b in row] == ["P0", "P1", "P2", "P3"]
    assert await tap(ANN, chat()[-1], "P3") == "Severity is P3."
    assert (await world.store.incident(1)).severity is Severity.P3


@pytest.mark.parametrize(
    "text", ["/severity high", "/severity P9", "/severity x P1", "/severity 1 2 P1"]
)
async def test_another_level_is_unknown(card, say, text):
    known = "No: say /severity P1 or /severity 12 P1; P0, P1, P2 and P3 are known."
    assert await say(ANN, text) == known


async def test_status_tells_since_when_what_is_silent_and_who_is_on_call(
    world, card, say, clock, service_check
):
    await say(ANN, "/silence http 2h")
    await say(ANN, "/oncall me 8h")
    clock.tick(minutes=9, seconds=30)
    said = await say(VIC, "/status")
    assert "❌ service: exited with code 1 · for over 10 min · 9 min 30 s ago" in said
    assert "🔕 1: http, 1 h 50 min left · Ann" in said
    assert "📣 Ann is on call for 7 h 50 min more" in said


async def test_status_knows_the_next_look_if_told(world, card, clock):
    looks = {"life-os/service": clock() + timedelta(seconds=18)}
    said = await carry_out(world, Typed("status", ""), VIC, "tg:9", looks.get)
    assert "next in 18 s" in said.message.html
    assert said.message.html.count("next in") == 1


async def test_how_long_is_told_from_far_back_for_what_fails(world, clock, say):
    for seen, looks in ((Seen.PASS, 1), (Seen.FAIL, 120)):
        for _ in range(looks):
            await world.store.keep(Result("life-os", "http", seen, clock(), "", "as it is"))
            clock.tick(seconds=30)
    assert "❌ http: as it is · for 1 h" in await say(VIC, "/status")


async def test_how_long_is_told_from_near_for_what_passes(world, clock, say):
    for _ in range(60):
        await world.store.keep(Result("life-os", "http", Seen.PASS, clock(), "", "well"))
        clock.tick(seconds=30)
    assert "✅ http: well · for over 25 min · 30 s ago" in await say(VIC, "/status")
