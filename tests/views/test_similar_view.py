"""The answer to /similar: short, escaped, and honest about being a memory."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.past.memory import memory_of
from bot.domain.past.similar import How, Recalled, Similar, similar
from bot.domain.rules import Rules
from bot.sandbox.telegram.text import message_text, understand
from bot.views.similar import LONGEST, MEMORY, NOTHING_YET, ONLY_EXACT, similar_to
from bot.views.words import plain, units
from tests.fuzz import TEXT, fuzz
from tests.recurrences import ANN, CRASH, DAY, NOW, healed, of, opened, over, recovered

TROUBLE = of(CRASH, top=("EOFError: Ran out of input", "memory.load"), state="crashed")
RULES = Rules()


def shown(*past, by_text=True, known=None):
    memories = tuple(memory_of(incident) for incident in past)
    recalled = Recalled(memories, by_text, len(memories) if known is None else known)
    incident = opened(TROUBLE, 99)
    return similar_to(incident, similar(incident, recalled, NOW), recalled, RULES)


def test_what_it_was_what_helped_and_that_it_is_memory():
    message = shown(over(TROUBLE, 12, NOW - 9 * DAY, cause="a half <written> file"))
    assert message.html == (
        "<b>🧠 1 incident like #99</b>\n\n"
        "<b>#12 life-os</b> · P0 · 9 days ago (11 Nov 2026), same error\n"
        "was down for everyone (service: exited with code 1); EOFError: Ran out of input\n"
        "✔️ Helped: restart (6 min until all checks passed)\n"
        "<i>Cause then (likely): a half &lt;written&gt; file</i>\n\n"
        f"<i>{MEMORY}</i>"
    )
    assert message.minimal == "🧠 1 incident like #99 (memory, not proof)"


def test_three_are_enough():
    text = plain(shown(*(over(TROUBLE, n, NOW - n * DAY) for n in range(1, 6))).html)
    assert [n for n in range(1, 6) if f"#{n} life-os" in text] == [1, 2, 3]


def test_none_is_said_with_how_many_were_looked_through():
    message = shown(known=41)
    assert message.html == "<b>🧠 #99: no similar incident among 41 remembered</b>"
    assert "proof" not in message.minimal


def test_an_empty_memory_is_another_thing():
    assert NOTHING_YET in shown().html


def test_a_search_by_fingerprint_alone_is_said():
    assert ONLY_EXACT in shown(by_text=False, known=3).html
    assert ONLY_EXACT in shown(over(TROUBLE, 1), by_text=False).html
    assert ONLY_EXACT not in shown(by_text=False, known=0).html


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ({"helped": ""}, "❔ What helped is not known"),
        ({"helped": "by itself", "took": None}, "↗️ It went by itself\n"),
        ({"helped": "a person: moved <it>", "took": None}, "✔️ A person put it right: moved <it>"),
        ({"helped": "a person", "proven": False, "took": None}, "⚪ A person closed it without"),
        ({"failed": ("rollback", "rollback")}, "✖️ Did not help: rollback\n"),
        ({"failed": ("restart",)}, "✔️ Helped on try 2: restart"),
        ({"helped": "restart-database"}, "Helped: database restart"),
        ({"cause": ""}, "Cause then: not established"),
    ],
)
def test_each_way_it_ended(what, said):
    sure = "" if what.get("cause") == "" else "likely"
    memory = replace(memory_of(over(TROUBLE, 1)), **({"cause": "x", "sure": sure} | what))
    one = Similar(memory, How.ERROR, DAY, 1.0)
    html = similar_to(opened(TROUBLE, 9), [one], Recalled((memory,), known=1), RULES).html
    assert said in plain(html)
    assert "<it>" not in html


def test_a_person_who_noted_nothing_is_not_quoted():
    at = NOW - 2 * DAY
    incident = recovered(healed(opened(TROUBLE, 5, at), at, by_id=ANN), at)
    assert "A person put it right (0 s until all checks passed)\n" in plain(shown(incident).html)


@fuzz
@given(TEXT, TEXT, TEXT, TEXT, st.lists(TEXT, max_size=8), st.booleans())
def test_hostile_memories_are_escaped_and_fit(title, helped, cause, service, failed, proven):
    memory = replace(
        memory_of(over(TROUBLE, 1)),
        title=title,
        helped=helped,
        cause=cause,
        service=service,
        failed=tuple(failed),
        sure=title,
        proven=proven,
    )
    three = [Similar(memory, How.WORDS, timedelta(days=n), 1.0) for n in range(3)]
    message = similar_to(opened(TROUBLE, 2), three, Recalled((memory,), known=1), RULES)
    assert units(message.html) <= LONGEST
    assert "\n" not in message.minimal
    assert message.html.count("From memory, not proof") >= 1
    assert message_text(understand(message.html, "HTML", None, lambda _: None)).text


def test_the_longest_fits():
    memory = replace(
        memory_of(over(TROUBLE, 1)),
        title="&" * 9_000,
        helped=f"a person: {'<' * 9_000}",
        cause="🚨" * 9_000,
        sure=">" * 9_000,
        service="&" * 900,
        failed=("&" * 9_000, "<" * 9_000),
    )
    three = [Similar(memory, How.WORDS, DAY, 1.0)] * 3
    html = similar_to(opened(TROUBLE, 2), three, Recalled((memory,), known=1), RULES).html
    assert units(html) <= LONGEST
    assert html.endswith(f"<i>{MEMORY}</i>")
