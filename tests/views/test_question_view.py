"""Answers word for word, and that nothing from outside passes for ours in them."""

from dataclasses import replace

import pytest
from hypothesis import given

from bot.domain.cause import Cause, Claim, Sure
from bot.domain.evidence import Evidence, Found
from bot.domain.narration.brief import Told
from bot.domain.narration.spend import Usage
from bot.domain.question import Question
from bot.sandbox.telegram.text import utf16
from bot.views.question import answered, by_rules, looking, on_offer
from tests.views.golden import golden, written
from tests.views.scenes import CAME_WITH_IT, RULES, START, Night
from tests.views.test_hostile import TEXTS, Teller, hidden, own_marks, parsed, slow

ASKED = Question(700, 12, "was there a recent deployment?", "Ann", START, 51)
CLAIMS = (
    Claim("A deploy went live.", "D1", "latest is live: 8e1f0a2"),
    Claim("It fails since then.", "L1", "EOFError: Ran out of input"),
)
LOOKED = Evidence("C2", "deploy_diff dep-d4k2", Found.SOMETHING, "", (), ("+ x",))


def said(cause="Yes: 8e1f0a2 went live 4 min before. A rollback undoes it.", **more):
    whole = {"claims": CLAIMS, "not_checked": ("the database",), "by": "claude-sonnet-5-5"}
    note = Cause(problem="", cause=cause, **{"sure": Sure.LIKELY, "cost": 0.0123} | whole | more)
    return Told(note, "claude-sonnet-5-5", 0.0123, Usage(), ("req",), "{}", (LOOKED,))


def night():
    return Night().joined().triaged(*CAME_WITH_IT)


ANSWERS = {
    "question_looking": lambda: looking(ASKED),
    "question_answered": lambda: answered(ASKED, said(), night().incident, RULES),
    "question_not_known": lambda: answered(
        ASKED,
        said("It does not tell.", claims=(), not_checked=(), dropped=2, sure=Sure.INCONCLUSIVE),
        night().incident,
        RULES,
    ),
    "question_by_rules": lambda: by_rules(
        ASKED, "Written without AI: Claude is not set up.", night().incident, RULES
    ),
    "question_tried": lambda: by_rules(
        replace(ASKED, text="what was tried, us or them?"),
        "Written without AI: spending cap of $1.00 a day reached",
        Night().restarted().incident,
        RULES,
    ),
    "question_of_nothing": lambda: by_rules(
        replace(ASKED, text="who are you?"), "Written without AI: x", Night().incident, RULES
    ),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_the_answer(name):
    text = written(ANSWERS[name]())
    assert text == golden(name, text)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("The log is empty.", ""),
        ("You could restart it.", "On the card: restart."),
        ("Restarting the database helped.", "Not on offer: database restart."),
        ("Roll back, or restart.", "On the card: rollback, restart."),
        ("It was rolled back.", "On the card: rollback."),
    ],
)
def test_an_act_is_only_named_as_what_is_on_offer_or_not(text, line):
    assert on_offer(text, night().incident) == line


def test_of_what_is_over_no_act_is_named():
    assert on_offer("Restart it.", Night().restarted().incident) == ""


def every_answer(texts):
    """Answers of both kinds, whose every word from outside is the next of the texts."""
    teller = Teller(texts)
    incident, say = teller.joined().triaged().incident, teller.say
    question = replace(ASKED, text=say(), by=say() or "?")
    claims = tuple(Claim(say(), "L1", say()) for _ in range(20))
    open_ = tuple(say() for _ in range(9))
    told = replace(said(say(), claims=claims, not_checked=open_, by=say()), looked=(LOOKED,) * 9)
    yield looking(question)
    yield answered(question, told, incident, RULES)
    for wish in ("log database", "why up", "tried us or them", ""):
        yield by_rules(replace(question, text=f"{wish} {say()}"), say(), incident, RULES)


@slow
@given(TEXTS)
def test_nothing_from_outside_passes_for_ours(texts):
    for message in every_answer(texts):
        marks = own_marks(parsed(message.html))
        assert set(marks) <= {"bold", "italic", "code", "expandable_blockquote"}
        assert message.rows == ()
        assert not hidden(message.html)
        assert "\n" not in message.minimal
        assert utf16(message.minimal) <= 500


@pytest.mark.parametrize("letter", ["x", "🚨", "&", "W ", "\u0301"])
def test_the_longest_answer_fits(letter):
    for message in every_answer([letter * 10_000]):
        assert utf16(parsed(message.html).text) <= 4096
