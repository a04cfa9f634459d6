"""A night in which Claude fails, in each of its ways: the card is whole, and one line says it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.cause import RULES
from bot.flows.narrate import narrate
from bot.views.card import card

WAYS = (
    ("rate_limited", {}, "Claude limits our rate"),
    ("rate_limited", {"retry_after": 600_000}, "Claude limits our rate"),
    ("spend_limit", {}, "the spending limit of the Claude account is reached"),
    ("usage_limit", {}, "the spending limit of the Claude account is reached"),
    ("billing", {}, "the Claude account has no credit left"),
    ("unauthorized", {}, "the key for Claude was not accepted"),
    ("down", {}, "Claude failed (HTTP 500)"),
    ("timed_out", {}, "Claude failed (HTTP 504)"),
    ("overloaded", {}, "Claude is overloaded"),
    ("hang", {}, "Claude did not answer in"),
    ("stall", {}, "Claude did not answer in"),
    ("slow_drip", {"seconds": 100_000}, "Claude did not answer in"),
    ("drop_before", {}, "the connection to Claude broke"),
    ("cut", {}, "the connection to Claude broke"),
    ("early_eof", {}, "Claude sent something that is no answer"),
    ("sse_error", {}, "Claude sent something that is no answer"),
    ("bad_json", {}, "Claude sent something that is no answer"),
    ("html", {}, "Claude sent something that is no answer"),
    ("wrong_shape", {}, "Claude sent something that is no answer"),
    ("refusal", {}, "Claude refused to read it"),
    ("refusal_with_text", {}, "Claude refused to read it"),
    ("max_tokens", {}, "Claude's answer was cut"),
    ("max_tokens_empty", {}, "Claude's answer was cut"),
    ("context_full", {}, "the evidence was too long for Claude"),
    ("broken_note", {}, "Claude's answer"),
)
ENDLESS = {"hang", "stall", "slow_drip"}  # until the deadline, which is made short for them


@pytest.fixture
def incident(triaged):
    """Its card has a cause and an offer."""
    return triaged


@pytest.mark.parametrize(("fault", "how", "line"), WAYS)
async def test_the_card_is_whole_and_one_line_says_it(
    world, incident, opened_claude, fault, how, line
):
    before = card(incident, world.rules, world.now())
    emulator, open_model = opened_claude
    emulator.switch(fault, on=True, **how)
    model = open_model(**({"note_within": 0.5} if fault in ENDLESS else {}))
    await narrate(replace(world, model=model))
    after = await world.store.latest("life-os")
    assert after.cause == replace(incident.cause, unsaid=after.cause.unsaid)
    assert after.cause.by == RULES
    shown = card(after, world.rules, world.now())
    assert shown.rows == before.rows
    said = [text for text in shown.html.split("\n") if line in text]
    assert len(said) == 1
    assert [t for t in shown.html.split("\n") if t not in said] == [
        t for t in before.html.split("\n") if "By rules" not in t
    ]


async def test_what_it_invents_is_counted_and_left_out(world, incident, opened_claude):
    emulator, open_model = opened_claude
    emulator.switch("false_quote", on=True)
    await narrate(replace(world, model=open_model()))
    after = await world.store.latest("life-os")
    assert after.cause.cause == incident.cause.cause
    assert "a line that was never logged" not in card(after, world.rules, world.now()).html


async def test_a_failure_is_tried_again_later_and_its_line_goes(
    world, incident, opened_claude, clock
):
    emulator, open_model = opened_claude
    world = replace(world, model=open_model())
    emulator.arm("down", times=2)
    await narrate(world)
    assert (await world.store.latest("life-os")).cause.unsaid
    clock.tick(seconds=timedelta(minutes=11).total_seconds())
    await narrate(world)
    assert "HTTP 500" not in (await world.store.latest("life-os")).cause.unsaid
