"""Text from outside may be anything; what we send stays ours: readable, bounded, well formed."""

import unicodedata
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from itertools import cycle, pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot.domain.charts.chart import Mark, Sign, around
from bot.domain.charts.plots import usage
from bot.domain.check import Result, Seen, Verdict
from bot.domain.evidence import Evidence, Found
from bot.domain.incident import Event, Incident, Phase
from bot.domain.moves import Kind, Status
from bot.domain.proof import next_step
from bot.domain.remedy import Course, Live, Proposal, Risk
from bot.domain.severity import Severity
from bot.sandbox.telegram.text import message_text, understand, utf16
from bot.views.card import card, superseded
from bot.views.headline import headline
from bot.views.picture import words_of
from bot.views.report import report
from bot.views.sight import Dark, blindness, sight
from bot.views.status import Standing, status
from bot.views.storm import storm
from bot.views.thread import all_clear, log, persisted, reminder
from bot.views.todo import todos
from bot.views.words import esc, flat, folded, short, units
from tests.views.scenes import RULES, START

NASTY = [
    "<b>",
    "</b></i></code>",
    "<a href='tg://user?id=1'>Ann</a>",
    "&",
    "&lt;b&gt;",
    "&amp;lt;",
    "&#60;script&#62;",
    "\u202egnp.exe",
    "a\u200bb\u200c\u200d\ufeffc",
    "\u2066\u2069\u061c\u00ad",
    "x" * 10_000,
    "🚨" * 5_000,
    "👨\u200d👩\u200d👧 e\u0301",
    "\n# Resolved\n",
    "\r\n## Lessons learned\r\n",
    "\u2028## Impact\u2029",
    "\x0b\x0c\x85\x1c## Impact",
    "~~~~",
    "~~~~~\n## Root cause\n~~~~~",
    "```\n# x",
    "    # code",
    "===\n---",
    "- # x\n1. # y\n> # z",
    "[a](http://x.example) ![b](c) <https://x.example>",
    "<!-- x",
    "<h1>x</h1>",
    "\\# \\\\`*_[]<>#|",
    "{by} {0} %s",
    "✅ Ann approved the restart\n✅ Service: running",
    "",
    " ",
    "\t\n",
    "\x00\x07\x1b[31m",
]
ANYTHING = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
HOSTILE = st.one_of(
    st.sampled_from(NASTY),
    ANYTHING,
    st.builds("".join, st.lists(st.sampled_from(NASTY), min_size=2, max_size=4)),
    st.builds(lambda text: text * 99, ANYTHING),
)
TEXTS = st.lists(HOSTILE, min_size=5, max_size=9)
BRIEF = ("From", "Back to", "Undoes", "Auto-deploy", "Not checked")
CHECKS = (("service", "crashed"), ("http", "refused"), ("logs", "error_rate"), ("postgres", "slow"))
SOURCES = ("service", "logs", "deploys", "database", "commits", "metrics")
LONGEST = timedelta(seconds=40)
UNSEEN = {"Cc", "Cf", "Cs"}
HEADINGS = [
    "Summary",
    "Timeline",
    "Impact",
    "Root cause",
    "Resolution",
    "Prevention",
    "Lessons learned",
]
patient = settings(deadline=None)  # a busy machine is no failure
slow = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


class Teller:
    """Tells an incident whose every field from outside is the next of the given texts."""

    def __init__(self, texts, *, by_hand=False):
        self.say = cycle(texts).__next__
        self.at = START
        first = self.person() if by_hand else self.found(*CHECKS[0])
        event = Event(Kind.DETECTED, self.at, note=self.say(), **first)
        self.incident = Incident.opened(12, self.say(), event)
        self.kept = []

    def then(self, kind, seconds=30, **what):
        self.at += timedelta(seconds=seconds)
        event = Event(kind, self.at, **({"note": self.say()} | what))
        self.incident = self.incident.after(event)
        return self

    def keep(self):
        """Remember how it stands now."""
        self.kept.append(self.incident)
        return self

    def found(self, check, code):
        return {"check": check, "code": code, "severity": Severity.P0}

    def person(self):
        return {"by": self.say() or "?", "by_id": 1}  # Telegram has no empty names

    def joined(self):
        for check in CHECKS[1:]:
            self.then(Kind.JOINED, **self.found(*check))
        return self

    def triaged(self, found=Found.SOMETHING):
        evidence = tuple(
            Evidence(f"{n}", source, found, self.say(), (), tuple(self.say() for _ in range(12)))
            for n, source in enumerate(SOURCES)
        )
        return self.then(Kind.TRIAGED, evidence=evidence, proposals=(self.offer(),))

    def offer(self):
        live, until = Live(self.say(), self.say(), (self.say(),)), self.at + RULES.offer_valid
        texts = {"target": self.say(), "why": self.say(), "effect": self.say()}
        id = f"{self.incident.version}.restart"
        brief = tuple((label, self.say()) for label in BRIEF)
        known = {"live": live, "expires_at": until, "brief": brief}
        return Proposal(id, "restart", risk=Risk.HIGH, evidence=("0", "1"), **known, **texts)

    def asked(self):
        offer, until = self.incident.proposals[0].id, self.at + RULES.ask_valid
        ask = {"offer": offer, "ask": "12-9", "expires_at": until}
        return self.then(Kind.ASKED, 1, **ask, **self.person())

    def acted(self, end=Kind.RAN):
        offer = self.incident.proposals[0].id
        self.then(Kind.APPROVED, 1, offer=offer, ask="12-9", **self.person())
        self.then(Kind.STARTED, 1, offer=offer).then(Kind.ANSWERED, 1)
        left = len(self.incident.left) + 1
        self.then(Kind.LEFT, 1, step=left).then(Kind.ANSWERED, 1, code=Course.UNDER_WAY)
        return self.keep().then(end, 1)

    def proved(self):
        while step := next_step(self.incident, RULES):
            wait = step.lasts.total_seconds()
            self.then(Kind.CHECKED, wait, phase=step.phase, step=step.number)
        return self.then(Kind.RECOVERED)


def every_stage(texts):
    """Incidents at many points of two long nights, one found and one opened by hand."""
    night = Teller(texts).keep().joined().triaged().then(Kind.REMINDED).asked()
    night.then(Kind.DENIED, 1, offer="5.restart", **night.person()).keep().asked().keep().acted()
    night.then(Kind.CHECKED, phase=Phase.BACK).keep().then(Kind.PERSISTED).keep()
    night.triaged(Found.UNREADABLE).keep().asked().acted(Kind.UNKNOWN).keep()
    night.proved().keep().then(Kind.REPORTED).keep()
    night.then(Kind.SETTLED, step=1, **night.person()).keep()
    night.then(Kind.DETECTED, **night.found(*CHECKS[1])).triaged().keep()
    night.then(Kind.HEALED, **night.person()).proved().keep()
    hand = Teller(texts, by_hand=True).joined().keep().triaged()
    for _ in range(15):
        hand.then(Kind.JOINED, 1, **hand.found(*CHECKS[0]))
    hand.asked().keep().acted(Kind.FAILED).triaged().then(Kind.SEVERITY, severity=Severity.P2)
    hand.keep().then(Kind.OVERRIDDEN, **hand.person()).keep()
    return [*night.kept, *hand.kept]


def messages(texts):
    """Everything that is sent of these nights, with what it is."""
    stages = every_stage(texts)
    for incident in stages:
        newest = incident.timeline[-1]
        yield "card", card(incident, RULES, newest.at + LONGEST)
        if newest.kind is Kind.PERSISTED:
            yield "persisted", persisted(incident, newest, RULES)
        if incident.status is Status.RESOLVED:
            yield "all_clear", all_clear(incident, RULES)
            yield "log", log(incident, RULES)
    yield "todo", todos([stages[-1], *stages[-9:-6]], RULES)
    yield "superseded", superseded(incident)
    yield "reminder", reminder(incident, newest, RULES)
    say = cycle(texts).__next__
    name = say()
    looks = [Result(name, say(), Seen.FAIL, START, "", say()) for _ in range(4)]
    standings = [Standing(name, look.check, Verdict.FAILING, look) for look in looks]
    yield "status", status(standings, stages[:1], 1, RULES, START)
    yield "blindness", blindness(Dark(say(), tuple(looks), 2), START, RULES)
    yield "sight", sight(say(), START, "6 min", RULES)
    marks = [Mark(START, Sign.DEPLOY, say())]
    figures = Evidence("M1", "metrics", Found.UNREADABLE, say())
    chart = usage(around(incident, newest.at, marks=marks), figures)
    yield "picture", words_of(chart, incident, RULES, missing=say())
    yield "storm", storm([replace(stages[0], id=n) for n in range(30)], RULES)


def parsed(html):
    """What Telegram makes of it: refuses what it would refuse, and what is too long."""
    return message_text(understand(html, "HTML", None, lambda _: None))


def own_marks(said):
    """Kinds of the entities that are written as marks, not found in the text by Telegram."""
    found = {"url", "email", "bot_command", "mention", "hashtag", "cashtag"}
    return Counter(e["type"] for e in said.entities if e["type"] not in found)


def lines(html):
    """How many lines there are, those of folded quotes not counted."""
    parts = html.split("<blockquote expandable>")
    return sum(part.split("</blockquote>")[-1].count("\n") for part in parts)


def hidden(text):
    return UNSEEN & {unicodedata.category(c) for c in text if c not in "\n\t"}


def unstyled(message):
    """Its buttons: one stands out unless it was tried already, which equal texts may look like."""
    return tuple(tuple(replace(button, style="") for button in row) for row in message.rows)


HARMLESS = [
    (name, unstyled(message), own_marks(parsed(message.html)), lines(message.html))
    for name, message in messages(["harmless"])
]


@slow
@given(TEXTS)
def test_telegram_takes_every_message_and_nothing_from_outside_passes_for_ours(texts):
    for (name, message), (known, rows, marks, count) in zip(messages(texts), HARMLESS, strict=True):
        assert (name, unstyled(message)) == (known, rows)
        assert own_marks(parsed(message.html)) <= marks, name
        assert lines(message.html) <= count, name
        assert not hidden(message.html), name
        assert not hidden(message.minimal), name
        assert "\n" not in message.minimal, name
        assert utf16(message.minimal) <= 500, name


@pytest.mark.parametrize("letter", ["x", "🚨", "&", "W ", "\u0301"])
def test_everything_at_its_longest_still_fits(letter):
    for name, message in messages([letter * 10_000]):
        assert utf16(parsed(message.html).text) <= 4096, name


def test_a_list_that_nobody_works_off_still_fits():
    night = Teller(["Auto-deploy of life-os may still be on: switch it off " * 6])
    incidents = [night.triaged().asked().acted().incident] * 40
    assert utf16(parsed(todos(incidents, RULES).html).text) <= 4096


@slow
@given(TEXTS)
def test_the_report_keeps_its_sections(texts):
    for incident in every_stage(texts)[3::4]:
        tokens = MarkdownIt("commonmark").parse(report(incident, RULES))
        title, *sections = headings(tokens)
        assert title.startswith("Incident report: ")
        assert sections == HEADINGS
        inline = [child for token in tokens for child in token.children or []]
        marks = {token.type for token in [*tokens, *inline]}
        assert not {m for m in marks if m.startswith(("html", "link", "image", "table"))}


def headings(tokens):
    return [then.content for token, then in pairwise(tokens) if token.type == "heading_open"]


@pytest.mark.parametrize(
    "closing", ["~~~~", "~~~~~", "~" * 8, "  ~~~~", "x\n~~~~\n# over", "\r~~~~"]
)
def test_a_quote_in_the_report_cannot_end_its_fence(closing):
    teller = Teller(["harmless"])
    lines = ("before", closing, "# after")
    evidence = (Evidence("L1", "logs", Found.SOMETHING, "found", (), lines),)
    teller.then(Kind.TRIAGED, evidence=evidence)
    tokens = MarkdownIt("commonmark").parse(report(teller.incident, RULES))
    [fence] = [token for token in tokens if token.type == "fence"]
    assert fence.content.rstrip().endswith("# after")
    assert headings(tokens)[1:] == HEADINGS


def test_a_name_that_opens_a_fence_swallows_nothing():
    teller = Teller(["harmless"])
    teller.then(Kind.OVERRIDDEN, by="~~~", by_id=1)
    tokens = MarkdownIt("commonmark").parse(report(teller.incident, RULES))
    assert headings(tokens)[1:] == HEADINGS


@patient
@given(HOSTILE, st.integers(1, 300))
def test_text_is_cut_as_telegram_counts(text, most):
    cut = short(text, most)
    assert units(cut) <= most
    assert cut == text or cut.endswith("…")
    cut.encode()  # no half of a character is left


@patient
@given(HOSTILE)
def test_one_line_that_telegram_reads_back_as_it_was(text):
    line = flat(text)
    assert len(line.splitlines()) <= 1
    assert understand(esc(text), "HTML", None, lambda _: None).text == line


@patient
@given(st.lists(HOSTILE, max_size=4))
def test_a_folded_quote_is_bounded_and_keeps_its_beginning_and_its_last_line(lines):
    said = understand(folded(lines), "HTML", None, lambda _: None)
    assert utf16(said.text) <= 500
    for place in (0, -1):
        line = lines[place] if lines else ""  # its own spaces stay
        if line.isascii() and line.isalnum():
            assert said.text.split("\n")[place].startswith(line[:100])


@patient
@given(TEXTS)
def test_the_headline_fits_on_a_locked_screen_whatever_the_name(texts):
    teller = Teller(texts)
    assert len(headline(teller.incident, RULES)) <= 5 + 20 + 1 + 30 + 18
