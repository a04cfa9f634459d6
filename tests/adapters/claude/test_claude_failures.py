"""Everything that goes wrong with Claude ends in a checked note or one honest line."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta

import anthropic
import httpx2
import pytest
from claude_desk import LARGE, NO_TLS, SMALL, Pauses
from starlette.responses import Response

from bot.adapters.claude_answers import Failed, answer, meaning
from bot.domain.cause import Sure
from bot.ports import Unavailable
from bot.sandbox.claude import Failure, data, text
from bot.sandbox.claude.message import message as whole
from bot.sandbox.claude.usage import Cache
from tests.briefs import brief, note

pytestmark = pytest.mark.asyncio(loop_scope="module")

NIGHT = brief()


async def line_of(claude):
    with pytest.raises(Unavailable) as caught:
        await claude.explain(NIGHT)
    said = str(caught.value)
    assert "\n" not in said
    assert 10 < len(said) < 200
    return said


@pytest.mark.parametrize(
    ("fault", "how", "line", "calls"),
    [
        ("rate_limited", {}, "Claude limits our rate", 4),
        ("rate_limited", {"retry_after": 3}, "Claude limits our rate", 4),
        ("spend_limit", {}, "the spending limit of the Claude account is reached", 1),
        ("usage_limit", {}, "the spending limit of the Claude account is reached", 1),
        ("billing", {}, "the Claude account has no credit left", 1),
        ("unauthorized", {}, "the key for Claude was not accepted (HTTP 401)", 1),
        ("forbidden", {}, "the key for Claude was not accepted (HTTP 403)", 1),
        ("gone", {}, f"Claude does not know the model {SMALL}", 2),
        ("too_large", {}, "the evidence was too long for Claude", 1),
        ("down", {}, "Claude failed (HTTP 500)", 2),
        ("timed_out", {}, "Claude failed (HTTP 504)", 2),
        ("overloaded", {}, "Claude is overloaded", 4),
        ("error", {"status": 408}, "Claude failed (HTTP 408)", 2),
        ("error", {"status": 400}, "Claude did not take our request (HTTP 400)", 2),
        ("error", {"status": 422}, "Claude did not take our request (HTTP 422)", 2),
        ("error", {"status": 502}, "Claude failed (HTTP 502)", 2),
        ("error", {"status": 418}, "Claude failed (HTTP 418)", 1),
        ("drop_before", {}, "the connection to Claude broke", 2),
        ("drop_after", {}, "the connection to Claude broke", 2),
        ("cut", {}, "the connection to Claude broke", 2),
        ("early_eof", {}, "Claude sent something that is no answer", 2),
        ("bad_json", {}, "Claude sent something that is no answer", 2),
        ("html", {}, "Claude sent something that is no answer", 2),
        ("html", {"status": 502}, "Claude failed (HTTP 502)", 2),
        ("wrong_shape", {}, "Claude sent something that is no answer", 2),
        ("sse_error", {}, "Claude sent something that is no answer", 2),
        ("refusal", {}, "Claude refused to read it", 2),
        ("refusal_with_text", {}, "Claude refused to read it", 2),
        ("max_tokens", {}, "Claude's answer was cut", 1),
        ("max_tokens_empty", {}, "Claude's answer was cut", 1),
        ("context_full", {}, "the evidence was too long for Claude", 1),
    ],
)
async def test_a_state_of_the_api(make, emulator, fault, how, line, calls):
    claude = make()
    emulator.switch(fault, on=True, **how)
    assert await line_of(claude) == line
    assert len(emulator.journal) == calls
    emulator.switch(fault, on=False)
    emulator.script(data(note()))
    assert (await make().explain(NIGHT)).cause.sure is Sure.LIKELY


@pytest.mark.parametrize(
    "fault",
    ["rate_limited", "down", "timed_out", "overloaded", "drop_before", "bad_json", "html"],
)
async def test_what_passes_is_tried_once_more(claude, emulator, book, fault):
    emulator.arm(fault)
    emulator.script(data(note()))
    told = await claude.explain(NIGHT)
    assert (told.cause.sure, told.model) == (Sure.LIKELY, LARGE)
    assert len(emulator.journal) == len(book.bookings) == 2


async def test_overloaded_twice_goes_to_the_small_model(claude, emulator):
    emulator.arm("overloaded", times=2)
    assert (await claude.explain(NIGHT)).model == SMALL


# Waiting.


@pytest.mark.parametrize(("asked", "waited"), [(3, 3.0), (0, 0.0)])
async def test_a_short_wait_is_obeyed(make, emulator, asked, waited):
    pauses = Pauses()
    emulator.arm("rate_limited", retry_after=asked * 1000)
    assert (await make(sleep=pauses).explain(NIGHT)).model == LARGE
    assert pauses == [waited]


@pytest.mark.parametrize("seconds", [600, 62_291, 56])
async def test_a_long_wait_is_never_slept(make, emulator, clock, seconds):
    pauses = Pauses()
    claude = make(sleep=pauses)
    emulator.switch("rate_limited", on=True, retry_after=seconds * 1000)
    until = clock() + min(timedelta(seconds=seconds), timedelta(hours=1))
    said = f"Claude limits our rate: not asked before {until:%H:%M} UTC"
    assert await line_of(claude) == said
    assert pauses == []
    assert len(emulator.journal) == 2  # the large and the small model
    emulator.switch("rate_limited", on=False)
    clock.tick(seconds=50)
    assert await line_of(claude) == said  # nobody is asked
    assert len(emulator.journal) == 2
    clock.tick(seconds=seconds)
    assert (await claude.explain(NIGHT)).model == LARGE


async def test_without_time_there_is_no_new_try(make, emulator):
    pauses = Pauses()
    emulator.switch("down", on=True)
    await line_of(make(sleep=pauses, note_within=4.0))
    assert (len(emulator.journal), pauses) == (1, [])


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"retry-after": "7"}, 7),
        ({"retry-after": "-7"}, 0),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "1e400"}, None),
        ({"retry-after": "Thu, 01 Jan 2026 03:13:00 GMT"}, 60),
        ({"retry-after": "Thu, 01 Jan 2026 03:13:00"}, 60),
        ({"retry-after": "Thu, 99 Jan 99999 03:13:00 GMT"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "9" * 5000}, float("9" * 100)),
        ({}, None),
    ],
)
async def test_what_a_header_asks_for(clock, headers, wait):
    request = httpx2.Request("POST", "http://127.0.0.1/v1/messages")
    response = httpx2.Response(429, headers=headers, request=request)
    error = anthropic.RateLimitError("no", response=response, body=None)
    assert meaning(error, LARGE, clock()).wait == wait


# Deadlines.


@pytest.mark.parametrize(
    ("fault", "how"), [("hang", {}), ("stall", {}), ("slow_drip", {"seconds": 10_000})]
)
async def test_the_deadline_holds_for_all_of_it(make, emulator, book, fault, how):
    emulator.switch(fault, on=True, **how)
    claude = make(note_within=1.5)
    assert await line_of(claude) == "Claude did not answer in 1.5 s"
    assert book.open == len(emulator.journal) == 1  # it may have been billed
    emulator.switch(fault, on=False)
    assert (await make().explain(NIGHT)).model == LARGE


async def test_a_caller_who_gives_up_leaves_the_booking(claude, emulator, book):
    emulator.arm("hang")
    task = asyncio.create_task(claude.explain(NIGHT))
    async with asyncio.timeout(5):
        while not emulator.journal:
            await asyncio.sleep(0.005)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert book.open == 1
    assert (await claude.explain(NIGHT)).model == LARGE


async def test_a_read_that_times_out_is_not_tried_again(make, emulator, book):
    def hasty(key, base, _):
        http = anthropic.DefaultAsyncHttpxClient(trust_env=False, verify=NO_TLS)
        return anthropic.AsyncAnthropic(
            api_key=key, base_url=base, max_retries=0, timeout=1.0, http_client=http
        )

    emulator.switch("hang", on=True)
    assert await line_of(make(opens=hasty)) == "Claude did not answer in time"
    assert book.open == len(emulator.journal) == 1


async def test_nobody_there(make, book):
    claude = make(base_url="http://127.0.0.1:9")
    assert await line_of(claude) == "Claude cannot be reached"
    assert book.paid == [0, 0]


# Money of what failed.


@pytest.mark.parametrize(
    ("fault", "booked"),
    [
        ("overloaded", False),
        ("rate_limited", False),
        ("unauthorized", False),
        ("usage_limit", False),
        ("down", True),
        ("timed_out", True),
        ("drop_after", True),
        ("bad_json", True),
        ("html", True),
        ("wrong_shape", True),
    ],
)
async def test_only_what_surely_cost_nothing_is_released(claude, emulator, book, fault, booked):
    emulator.switch(fault, on=True)
    await line_of(claude)
    assert (book.open > 0) is booked
    assert (book.open == len(book.bookings)) is booked


async def test_a_cut_answer_is_paid_as_it_says(claude, emulator, book):
    emulator.arm("max_tokens")
    await line_of(claude)
    [[wish, paid, _]] = book.bookings
    assert 0 < paid < wish.amount


# The pause after failures.


async def test_three_failures_are_a_pause_of_five_minutes(claude, emulator, clock):
    emulator.switch("down", on=True)
    for _ in range(3):
        assert await line_of(claude) == "Claude failed (HTTP 500)"
    asked = len(emulator.journal)
    said = "not asked before 03:17 UTC after 3 failures, the last: Claude failed (HTTP 500)"
    clock.tick(minutes=4, seconds=59)
    assert await line_of(claude) == said
    assert len(emulator.journal) == asked
    clock.tick(seconds=1)
    await line_of(claude)  # one try, and the pause begins anew
    assert len(emulator.journal) == asked + 2
    assert "not asked before 03:22 UTC after 4 failures" in await line_of(claude)
    emulator.switch("down", on=False)
    clock.tick(minutes=5)
    assert await claude.explain(NIGHT)
    emulator.switch("down", on=True)
    for _ in range(2):  # counted from one again
        assert await line_of(claude) == "Claude failed (HTTP 500)"


async def test_what_the_model_says_badly_is_no_failure_of_the_api(claude, emulator):
    emulator.script(*(text("no JSON") for _ in range(4)))
    for _ in range(4):
        assert "had not the agreed form" in await line_of(claude)
    assert await claude.explain(NIGHT)


@pytest.mark.parametrize(
    ("fault", "rest"),
    [("unauthorized", {"hours": 1}), ("spend_limit", {"hours": 21}), ("billing", {"hours": 21})],
)
async def test_what_a_person_must_mend_is_left_alone(claude, emulator, clock, fault, rest):
    emulator.arm(fault)
    said = await line_of(claude)
    assert await line_of(claude) == said
    assert len(emulator.journal) == 1
    clock.tick(**rest)
    assert await claude.explain(NIGHT)


# Answers of every shape.


@pytest.mark.parametrize(
    "said",
    [
        "",
        "null",
        "[]",
        "{}",
        '"yes"',
        "[" * 20_000,
        '{"claims": 1}',
        "I think it is the database.",
        '{"claims": [], "problem": "x"}',
    ],
)
async def test_words_of_no_form(claude, emulator, said):
    emulator.script(text(said or " "))
    assert await line_of(claude) == "Claude's answer had not the agreed form"


@pytest.mark.parametrize(
    "spoil",
    [
        {"content": None},
        {"content": "words"},
        {"content": [None]},
        {"content": [{"type": "text"}]},
        {"content": [{"type": "text", "text": 7}]},
        {"content": [{"type": "text", "text": None}]},
        {"content": [{"no": "type"}]},
        {"content": []},
        {"content": [{"type": "text", "text": "\ud800"}]},
        {"content": [{"type": "text", "text": json.dumps(note(problem="\ud800"))}]},
        {"content": {"type": "text"}},
        {"stop_reason": None},
        {"stop_reason": 7},
        {"stop_reason": "sleepy"},
        {"stop_reason": "tool_use"},
        {"stop_reason": "pause_turn"},
        {"usage": None},
        {"usage": 7},
        {"usage": {"input_tokens": -5, "output_tokens": "many"}},
        {"usage": {"input_tokens": 10**30, "output_tokens": True}},
        {"usage": {"input_tokens": 1.5, "cache_creation": 9}},
        {"id": None, "model": None, "type": "x", "role": 7},
    ],
)
async def test_messages_of_no_form(claude, emulator, book, spoil):
    made = whole(data(note()), {"model": LARGE, "messages": []}, 1, Cache()) | spoil

    async def endpoint(*_):
        return Response(json.dumps(made), media_type="application/json")

    emulator.faults.learn({"spoilt": lambda: endpoint})
    emulator.switch("spoilt", on=True)
    [told] = await asyncio.gather(claude.explain(NIGHT), return_exceptions=True)
    if not isinstance(told, Unavailable):
        assert told.cause.sure is Sure.LIKELY
        assert told.cost >= 0
    assert all(paid is None or paid >= 0 for paid in book.paid)


async def test_a_message_that_is_none():
    for odd in (None, "words", 7, {}, object()):
        with pytest.raises(Failed, match="no answer"):
            answer(odd)


async def test_a_scripted_night_of_failures(claude, emulator):
    emulator.script(Failure("overloaded"), Failure("overloaded"), data(note()))
    assert (await claude.explain(NIGHT)).model == SMALL
