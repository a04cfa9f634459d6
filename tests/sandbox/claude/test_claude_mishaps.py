"""Everything that can go wrong with Claude, as the official SDK meets it."""

from __future__ import annotations

import asyncio
import json
import time

import anthropic
import httpx2
import pytest
from claude_kit import FORMAT, HELLO, MODEL, Note, async_client, say, words

from bot.sandbox.claude import data, text
from bot.sandbox.claude.mishaps import FALSE_QUOTE, INVENTED, UNKNOWN_ID
from bot.sandbox.pace import Pace

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def streamed(client):
    wish = {"model": MODEL, "max_tokens": 4096, "messages": HELLO}
    async with client.messages.stream(**wish) as stream:
        async for _ in stream.text_stream:
            pass
        return await stream.get_final_message()


WAYS = pytest.mark.parametrize("ask", [say, streamed])


@WAYS
@pytest.mark.parametrize(
    ("name", "status", "kind"),
    [
        ("rate_limited", 429, "rate_limit_error"),
        ("usage_limit", 400, "invalid_request_error"),
        ("billing", 402, "billing_error"),
        ("unauthorized", 401, "authentication_error"),
        ("forbidden", 403, "permission_error"),
        ("gone", 404, "not_found_error"),
        ("too_large", 413, "request_too_large"),
        ("down", 500, "api_error"),
        ("timed_out", 504, "timeout_error"),
        ("overloaded", 529, "overloaded_error"),
    ],
)
async def test_errors(client, claude, ask, name, status, kind):
    claude.arm(name)
    with pytest.raises(anthropic.APIStatusError) as caught:
        await ask(client)
    error = caught.value
    assert (error.status_code, error.type, error.error_code) == (status, kind, None)
    assert error.request_id == error.body["request_id"]
    assert (claude.journal[-1].fault, claude.journal[-1].status) == (name, status)
    assert (await ask(client)).stop_reason == "end_turn"


async def test_spend_limit_has_its_code(client, claude):
    claude.arm("spend_limit")
    with pytest.raises(anthropic.RateLimitError) as caught:
        await say(client)
    assert caught.value.error_code == "enforced_spend_limit_reached"


async def test_overloaded_twice_then_well(served, claude):
    claude.arm("overloaded", times=2)
    async with async_client(served.base, retries=2) as client:
        assert words(await say(client))
    assert [call.status for call in claude.journal] == [529, 529, 200]


async def test_retry_after_is_obeyed(served, claude):
    claude.arm("rate_limited", retry_after=1200)  # world seconds, at a thousand to one
    async with async_client(served.base, retries=1) as client:
        began = time.monotonic()
        assert words(await say(client))
    assert 2 <= time.monotonic() - began < 5  # the SDK's own pause would be half a second


@pytest.mark.parametrize("name", ["down", "overloaded", "rate_limited"])
async def test_a_state_stays(client, claude, name):
    claude.switch(name, on=True)
    claude.switch(name, on=True)
    assert claude.faults.on(name)
    for ask in (say(client), say(client), client.models.retrieve(MODEL)):
        with pytest.raises(anthropic.APIStatusError):
            await ask
    claude.switch(name, on=False)
    assert not claude.faults.on(name)
    assert words(await say(client))


@WAYS
async def test_hang(served, claude, ask):
    claude.arm("hang")
    async with async_client(served.base, timeout=0.2) as client:
        with pytest.raises(anthropic.APITimeoutError):
            await ask(client)


async def test_a_hanging_call_is_let_go(client, claude):
    claude.arm("hang")
    asking = asyncio.create_task(say(client))
    async with asyncio.timeout(5):
        while not claude.journal:
            await asyncio.sleep(0.005)
    claude.faults.clear()
    with pytest.raises(anthropic.APIConnectionError):
        await asking


@pytest.mark.parametrize(("name", "asked"), [("drop_before", 0), ("drop_after", 1)])
async def test_a_dropped_connection(client, claude, name, asked):
    claude.script(text("said"))
    claude.arm(name)
    with pytest.raises(anthropic.APIConnectionError):
        await say(client)
    assert claude.journal[-1].status is None
    assert (words(await say(client)) == "said") is (asked == 0)


@WAYS
async def test_slow_drip(client, claude, ask):
    claude.arm("slow_drip", seconds=40)
    began = time.monotonic()
    assert words(await ask(client))
    assert time.monotonic() - began >= 0.2


async def test_sse_error_is_a_status_error_with_status_200(client, claude):
    claude.arm("sse_error")
    with pytest.raises(anthropic.APIStatusError) as caught:
        await streamed(client)
    assert not isinstance(caught.value, anthropic.OverloadedError)
    assert (caught.value.status_code, caught.value.type) == (200, "overloaded_error")


async def test_an_early_end_of_the_stream_raises_nothing(client, claude):
    claude.arm("early_eof")
    message = await streamed(client)
    assert message.stop_reason is None
    assert words(await say(client)).startswith(words(message))


async def test_a_cut_plain_answer_is_no_json(client, claude):
    claude.arm("early_eof")
    with pytest.raises(json.JSONDecodeError):
        await say(client)


@WAYS
async def test_a_cut_connection(client, claude, ask):
    claude.arm("cut")
    with pytest.raises(
        (httpx2.RemoteProtocolError, httpx2.ReadError, anthropic.APIConnectionError)
    ):
        await ask(client)


async def test_a_stalling_stream_is_a_raw_read_timeout(served, claude):
    claude.arm("stall")
    async with async_client(served.base, timeout=0.2) as client:
        with pytest.raises(httpx2.ReadTimeout):
            await streamed(client)


async def test_bad_json_and_pages(client, claude):
    claude.arm("bad_json")
    with pytest.raises(json.JSONDecodeError):
        await say(client)
    claude.arm("html")
    assert (await say(client)).startswith("<html>")
    claude.arm("html", status=502)
    with pytest.raises(anthropic.InternalServerError):
        await say(client)
    claude.arm("wrong_shape")
    assert (await say(client)).content is None


@WAYS
async def test_messages_that_are_no_answer(client, claude, ask):
    for name, reason in (
        ("refusal", "refusal"),
        ("refusal_with_text", "refusal"),
        ("max_tokens", "max_tokens"),
        ("max_tokens_empty", "max_tokens"),
        ("context_full", "model_context_window_exceeded"),
    ):
        claude.arm(name)
        message = await ask(client)
        assert message.stop_reason == reason
        assert bool(words(message)) is (name in {"refusal_with_text", "max_tokens"})
    assert message.usage.output_tokens == 1


@pytest.mark.parametrize("scripted", [False, True])
async def test_wrong_words(client, claude, scripted):
    right = {"evidence_id": "L1", "quote": "EOFError", "text": "It dies."}
    note = {"claims": [right], "action_ids": ["restart"], "answer": "cause_found", "verdict": True}

    async def spoilt(name):
        if scripted:
            claude.script(data(note))
        claude.arm(name)
        said = words(await say(client, output_config=FORMAT))
        return Note.model_validate_json(said)

    assert (await spoilt("unknown_id")).claims[0].evidence_id == UNKNOWN_ID
    assert (await spoilt("false_quote")).claims[0].quote == FALSE_QUOTE
    assert INVENTED in (await spoilt("invented_action")).action_ids
    assert (await spoilt("wrong_case")).answer[0].isupper()


async def test_an_unknown_fault_is_said(claude):
    with pytest.raises(ValueError, match="overloaded"):
        claude.arm("explode")


async def test_the_answer_takes_its_time(client, claude):
    claude.pace = Pace(10)
    began = time.monotonic()
    await say(client)
    assert time.monotonic() - began >= 0.2
