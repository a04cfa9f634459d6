"""A runbook as people read it: ticked, numbered, bounded, and nothing from outside is ours."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.adapters.runbooks import load
from bot.domain.evidence import Evidence, Found
from bot.domain.runbook import (
    Link,
    Mark,
    Match,
    Matches,
    QuickCheck,
    Runbook,
    Step,
    Tick,
    tick,
)
from bot.sandbox.telegram.text import message_text, understand
from bot.views.runbook import MOST, block, runbook_message
from bot.views.words import units

OURS = {one.name: one for one in load().runbooks}
PLACES = {"service_id": "srv-1", "database_id": "dpg-1-a", "kind": "worker"}
SERVICE = Evidence(
    "S1", "service", Found.SOMETHING, "",
    (("state", "running"), ("memory_mb", "480"), ("memory_limit_mb", "512")),
)  # fmt: skip # read in rows


def parsed(html):
    """What Telegram makes of it: it refuses what it would refuse."""
    return message_text(understand(html, "HTML", None, lambda _: None))


def told(name, *evidence, places=PLACES, **more):
    one = OURS[name]
    found = Match(one, 10, ("the log says out of memory (L1)",))
    return block(found, tick(one, evidence), places, **more)


def test_how_it_reads():
    shown = told(
        "memory",
        SERVICE,
        offered=("restart",),
        cannot_help={"rollback": "Anthropic is down for the version before, too"},
    )
    assert parsed(shown).text.split("\n") == [
        "📖 Out of memory",
        "the log says out of memory (L1)",
        "",
        "Quick checks",
        "❌ Is memory below 90 % of its limit now? 480 of 512 (S1)",
        (
            "❔ Does it stay level over the last hour?"
            " → Metrics, in the dashboard: a slope or a saw is a leak."
        ),
        (
            "❔ Was it well for 30 min after the last deploy?"
            " → If not, compare that deploy with the one before."
        ),
        (
            "❔ Is the model loaded once, not for every request?"
            " → Count its loading lines since the last start."
        ),
        (
            "❔ Is the vector store no larger than last week?"
            " → Its size is a figure of yours: rows, files or megabytes."
        ),
        "",
        "What helps",
        "1. Restart: memory is empty again, for a while. There is a button.",
        (
            "2. It began with a deploy? Roll back."
            " Not now: Anthropic is down for the version before, too."
        ),
        "3. Fills up again within the hour? Take the next larger plan for tonight.",
        "4. By day: find what grows. Load the model once, bound caches and batches.",
        "",
        "Does not help, or is not it",
        "• the database: it does not fill this process",
        "• a wrong setting: that fails at the start, not after an hour",
        "",
        "What it looks like:",
        "The service dies and comes back, again and again.",
        "Exit code 137, “Ran out of memory”, MemoryError. The log may hold nothing at all.",
        "Slower and slower before each end.",
        "",
        "Metrics · Plan",
    ]
    assert '<a href="https://dashboard.render.com/worker/srv-1/metrics">Metrics</a>' in shown
    assert "<blockquote expandable>What it looks like:" in shown


def test_what_is_ticked_needs_no_place_to_look():
    shown = told("wont-start", SERVICE)
    assert "✅ Is the process running? <i>running (S1)</i>\n" in shown


def test_links_need_their_places():
    shown = told("database-connection", places={"service_id": "srv-1"})
    assert '<a href="https://dashboard.render.com/web/srv-1/env">Environment</a>' in shown
    assert "Database</a>" not in shown
    assert "<a " not in told("database-connection", places={})
    assert "<a " not in told("memory", places={"service_id": 'srv"><b>'})


@pytest.mark.parametrize(
    "path", ["//evil.example/", "http://evil.example/", "javascript:x", "srv", "/{token}", ""]
)
def test_a_link_leads_only_where_it_may(path):
    one = replace(OURS["memory"], links=(Link("x", path),))
    assert "<a " not in block(Match(one, 1, ()), (), PLACES)


@pytest.mark.parametrize("name", sorted(OURS))
def test_ours_are_shown_whole(name):
    shown = told(name)
    text = parsed(shown).text
    one = OURS[name]
    whole = [one.title, *one.symptoms, *(c.question for c in one.quick_checks)]
    whole += [c.look for c in one.quick_checks] + [step.do for step in one.fix]
    whole += [f"{what}: {why}" for what, why in one.rules_out] + [link.title for link in one.links]
    assert [line for line in whole if line not in text] == []
    assert units(shown) <= MOST


def hostile(text, many=20):
    ticks = tuple(Tick(QuickCheck(text, None, text), mark, text) for mark in Mark) * many
    one = Runbook(
        "x",
        text,
        Matches(),
        (text,) * many,
        tuple(t.check for t in ticks),
        (Step(text), Step(text, "restart"), Step(text, "rollback")) * many,
        ((text, text),) * many,
        (Link(text, "/x/{service_id}"),) * many,
    )
    return Match(one, 1, (text,) * many), ticks


def shown_of(text, many=20):
    found, ticks = hostile(text, many)
    return runbook_message(
        found, ticks, PLACES, offered=("restart",), cannot_help={"rollback": text}
    )


@pytest.mark.parametrize("letter", ["x", "🚨", "&", "<", '"', "W ", "\u0301"])
@pytest.mark.parametrize("length", [1, 40, 10_000])
def test_it_always_fits(letter, length):
    message = shown_of(letter * length)
    assert units(message.html) <= MOST
    assert units(parsed(message.html).text) <= 4096
    assert units(message.minimal) <= 100


def test_what_has_no_room_is_counted():
    text = parsed(shown_of("why " * 40).html).text
    assert "more." in text
    assert text.index("Quick checks") < text.index("What helps")


PLAIN = Counter(e["type"] for e in parsed(shown_of("harmless", 1).html).entities)


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=60) | st.sampled_from(["</i><b>x", "<a href='x'>", "a\nb", "\u202eabc"]))
def test_nothing_from_outside_passes_for_ours(text):
    message = shown_of(text, 1)
    said = parsed(message.html)
    found = Counter(e["type"] for e in said.entities)
    kinds = ("bold", "italic", "text_link", "expandable_blockquote", "code", "pre", "spoiler")
    assert all(found[kind] <= PLAIN[kind] for kind in kinds)
    assert "\u202e" not in message.html
    assert "\n" not in message.minimal
