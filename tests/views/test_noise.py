"""Texts about silences, the day and who is called: bounded, and nothing from outside is ours."""

from datetime import timedelta

import pytest

from bot.domain.check import Result, Seen, Verdict
from bot.domain.escalation import calling
from bot.domain.oncall import Member, Rung, Shift
from bot.domain.silence import Silence, Sort
from bot.sandbox.telegram.text import message_text, understand, utf16
from bot.views.choose import how_bad
from bot.views.daily import daily
from bot.views.oncall import on_call
from bot.views.silence import silenced, silences
from bot.views.status import SHOWN, Standing, looked, status
from bot.views.thread import copy_of, reminder
from tests.views.scenes import RULES, START, Night

HOUR = timedelta(hours=1)
TEXTS = ["<b>&", "x" * 5000, "🚨" * 3000, "\u202egnp", "a\nb", "&" * 3000, ""]


def silence(text, kind=Sort.SILENCE, id=7):
    return Silence(id, text, text, text, START, START + HOUR, text, 1, text, kind)


def standing(n, verdict=Verdict.HEALTHY, detail="well", service="life-os"):
    seen = {Verdict.FAILING: Seen.FAIL, Verdict.BLIND: Seen.BLIND}.get(verdict, Seen.PASS)
    result = Result(service, f"http:{n}", seen, START, "", detail)
    return Standing(service, f"http:{n}", verdict, result, START - HOUR)


def texts(text):
    night = Night()
    for kind in Sort:
        yield silenced(silence(text, kind), RULES, START)
        yield silenced(silence(text, kind), RULES, START + HOUR)
    yield silences([silence(text, id=n) for n in range(30)], START)
    yield on_call(Shift(1, text, START + HOUR), RULES, START)
    yield how_bad(night.incident, RULES)
    yield copy_of(night.incident, RULES)
    page = calling(2, [Member(n, text) for n in range(5)], START + HOUR)
    yield reminder(night.incident, page, RULES)
    yield daily([Verdict.FAILING], [night.incident], [silence(text)] * 30, RULES, START)
    stands = [standing(n, detail=text, service=text) for n in range(100)]
    shift = Shift(1, text, START + HOUR)
    yield looked(stands, START)
    yield status(
        stands,
        [night.incident] * 30,
        1,
        RULES,
        START,
        silences=[silence(text)] * 30,
        shift=shift,
        next_look=lambda _: START + HOUR,
    )


@pytest.mark.parametrize("text", TEXTS)
def test_telegram_takes_them_and_they_fit(text):
    for message in texts(text):
        said = message_text(understand(message.html, "HTML", None, lambda _: None)).text
        assert utf16(said) <= 4096
        assert "\u202e" not in said
        assert "\n" not in message.minimal
        assert utf16(message.minimal) <= 500


def test_what_fails_stands_first_and_the_rest_is_counted():
    stands = [standing(n) for n in range(60)]
    stands += [standing(98, Verdict.BLIND, service="b"), standing(99, Verdict.FAILING, service="a")]
    lines = status(stands, [], 0, RULES, START).html.splitlines()
    checks = [line for line in lines if "http:" in line]
    assert [line.split(":")[1] for line in checks[:3]] == ["99", "98", "0"]
    assert 30 < len(checks) <= SHOWN
    assert f"<i>And {62 - len(checks)} checks more: ✅ {62 - len(checks)}</i>" in lines


def test_a_figure_stands_where_there_is_no_word():
    result = Result("life-os", "sql:goals", Seen.PASS, START, "", "", 41.5)
    shown = looked([Standing("life-os", "sql:goals", Verdict.HEALTHY, result)], START)
    assert "sql:goals: 41.5" in shown.html


def test_names_are_mentioned_by_their_numbers():
    night = Night()
    page = calling(1, [Member(5, "Ann, <b>Lee</b>"), Member(6, "Ben")], START + HOUR)
    shown = reminder(night.incident, page, RULES)
    assert '<a href="tg://user?id=6">Ben</a>' in shown.html
    assert '<a href="tg://user?id=5">Ann &lt;b&gt;Lee&lt;/b&gt;</a>' in shown.html


def test_the_ladder():
    rules = type(RULES)(escalation=(Rung(HOUR, None, -5), Rung(HOUR / 2, Member(1, "Ann"))))
    lines = on_call(None, rules, START).html.splitlines()
    assert lines[2:4] == ["after 30 min: Ann", "after 1 h: another chat"]


@pytest.mark.parametrize(
    ("verdicts", "first"),
    [
        ([Verdict.HEALTHY], "🟢 All quiet · 1 check passes · no incident yet"),
        ([Verdict.HEALTHY] * 8, "🟢 All quiet · 8 checks pass · no incident yet"),
        (
            [Verdict.HEALTHY, Verdict.BLIND],
            "🌫 Part of it cannot be seen · 1 of 2 checks pass, 1 cannot be seen · no incident yet",
        ),
        (
            [Verdict.FAILING, Verdict.BLIND],
            "🔴 Something fails · 0 of 2 checks pass, 1 fail, 1 cannot be seen · no incident yet",
        ),
        (
            [Verdict.UNSURE],
            "❔ Not enough looks yet · 0 of 1 check pass, 1 not sure yet · no incident yet",
        ),
    ],
)
def test_the_first_line_of_the_day(verdicts, first):
    assert daily(verdicts, [], [], RULES, START).minimal == first
