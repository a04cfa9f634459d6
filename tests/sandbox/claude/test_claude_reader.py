"""The imitated model: notes from the evidence alone, and what the checks make of bad ones."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from bot.adapters.claude_answers import NOTE, REPLY, form
from bot.domain.cause import Cause, Sure
from bot.domain.evidence import Evidence, Found
from bot.domain.narration.claims import settle, settle_reply, together
from bot.sandbox.claude import message, reader
from bot.sandbox.claude.mishaps import FALSE_FIGURE, INVENTED, known
from bot.sandbox.faults import Faults
from bot.sandbox.pace import Pace
from bot.views import prompt
from tests.briefs import EVIDENCE, OFFERS, brief

DEPLOYS = Evidence(
    "D1", "deploys", Found.SOMETHING, "latest is live: 4f2a9c1", (("latest", "dep-22"),)
)
CLEARED = Evidence(
    "C1", "changes", Found.SOMETHING, "no code cause: it is old", (("no_code_cause", "yes"),)
)
GUILTY = Evidence(
    "C1",
    "changes",
    Found.SOMETHING,
    "suspect: 4f2a9c1",
    (("suspects", "dep-22"), ("suspect_commit", "4f2a9c1"), ("no_code_cause", "no")),
)


def log(*lines):
    return Evidence("L1", "logs", Found.SOMETHING, f"{len(lines)} errors", (), lines)


def service(said="it exited with status 1"):
    return Evidence("S1", "service", Found.SOMETHING, said)


def database(said="answered in 4 ms"):
    return Evidence("B1", "database", Found.SOMETHING, said)


def ask_of(brief_, *, ends=True, question=""):
    ask = prompt.question(brief_, question) if question else prompt.explain(brief_)
    choice = {"tool_choice": {"type": "none" if ends else "auto"}}
    format_ = {"format": {"type": "json_schema", "schema": ask.schema}}
    messages = [dict(one) for one in ask.messages]
    return {"messages": messages, "tools": list(ask.tools), **choice, "output_config": format_}


def filled(ask):
    return reader.filled(ask, ask["output_config"]["format"]["schema"])


def note_on(*evidence, rules=None, reply=None):
    shown = brief(*evidence, **({"rules": rules} if rules else {}))
    said = (reply or filled(ask_of(shown))).blocks[0]["text"]
    return settle(form(NOTE, said), shown)


CASES = (
    ("import_error", [log("ImportError: cannot import name 'x'"), service(), GUILTY]),
    ("missing_env_var", [log("KeyError: 'DATABASE_URL'"), service()]),
    (
        "database_auth",
        [log("FATAL: password authentication failed"), database("it rejects the password")],
    ),
    (
        "database_unreachable",
        [log("psycopg2.OperationalError: Connection refused"), database("it refuses connections")],
    ),
    (
        "database_saturated",
        [log("FATAL: sorry, too many clients already"), database("every connection is taken")],
    ),
    ("out_of_memory", [log("it ran out of memory"), service("killed: out of memory")]),
    ("code_error", [log("EOFError: Ran out of input"), service()]),
)


@pytest.mark.parametrize(("category", "evidence"), CASES)
def test_two_kinds_of_evidence_are_a_cause_that_stands_the_checks(category, evidence):
    cause = note_on(*evidence)
    assert (cause.category, cause.sure) == (category, Sure.LIKELY)
    assert cause.dropped == 0
    assert len({claim.evidence for claim in cause.claims}) >= 2


@pytest.mark.parametrize(
    "evidence",
    [
        [log("ImportError: cannot import name 'x'")],
        [service()],
        [log("all is well"), service("running"), database()],
        [Evidence("R1", "runbook", Found.SOMETHING, "Connection refused?"), service()],
    ],
)
def test_one_kind_of_evidence_or_none_is_not_enough(evidence):
    cause = note_on(*evidence)
    assert (cause.category, cause.sure) == ("none", Sure.INCONCLUSIVE)


def test_a_change_is_named_only_where_it_is_suspected():
    wrong = log("ImportError: cannot import name 'x'")
    assert "4f2a9c1" in note_on(wrong, service(), GUILTY).cause
    assert "4f2a9c1" not in note_on(wrong, service(), DEPLOYS).cause
    assert note_on(wrong, service(), CLEARED).discarded == ("no code cause: it is old",)


def test_an_act_is_named_only_where_it_is_on_offer():
    told = json.loads(filled(ask_of(brief(*EVIDENCE, offers=OFFERS))).blocks[0]["text"])
    assert [one["action_ids"] for one in told["options"]] == [["restart"], []]
    told = json.loads(filled(ask_of(brief(*EVIDENCE, offers=()))).blocks[0]["text"])
    assert [one["action_ids"] for one in told["options"]] == [[]]


def test_the_same_evidence_gives_the_same_note():
    assert filled(ask_of(brief())) == filled(ask_of(brief()))


def test_without_evidence_it_asks_for_it():
    ask = ask_of(brief(), ends=False)
    first = {**ask, "messages": ask["messages"][:1]}
    assert filled(first).blocks[0]["name"] == "read_evidence"


def test_a_form_that_it_does_not_know_is_left_to_others():
    assert reader.filled(ask_of(brief()), {"properties": {"name": {"type": "string"}}}) is None


def test_a_question_is_answered_from_the_evidence():
    shown = brief()
    said = filled(ask_of(shown, question="why?")).blocks[0]["text"]
    cause = settle_reply(form(REPLY, said), "why?", shown)
    assert (cause.sure, cause.dropped) == (Sure.LIKELY, 0)


def test_it_looks_once_before_it_says_that_it_does_not_know():
    shown = brief(service("running"))
    ask = ask_of(shown, ends=False, question="why?")
    look = filled(ask)
    assert look.blocks[-1]["name"] == "search_logs"
    call = {"role": "assistant", "content": [dict(block) for block in look.blocks]}
    result = {"type": "tool_result", "tool_use_id": look.blocks[-1]["id"], "content": "(none)"}
    ask["messages"] += [call, {"role": "user", "content": [result]}]
    assert "does not tell" in filled(ask).blocks[0]["text"]


# What it says when it is made to go wrong.

OFF = Cause("it is down", "the database refuses us", Sure.CONFIRMED, "database_unreachable")
DOWN = (log("OperationalError: Connection refused"), database("it refuses connections"))


async def spoiled(fault, *evidence):
    """The note of a model with that fault, as the card would show it."""
    ask, made = ask_of(brief(*evidence, rules=OFF)), []
    state = SimpleNamespace(call=SimpleNamespace(body=ask))

    async def endpoint(request):
        made.append(request.state.alter(message.by_itself(ask)))

    await known(Faults(Pace(1)))[fault]()(SimpleNamespace(state=state), endpoint)
    return together(OFF, note_on(*evidence, rules=OFF, reply=made[0]))


async def test_it_may_accuse_the_newest_deploy_and_nobody_hears_it():
    cause = await spoiled("accuses_the_deploy", *DOWN, DEPLOYS, CLEARED)
    assert (cause.cause, cause.sure) == (OFF.cause, Sure.CONFIRMED)
    assert "dep-22" not in f"{cause.cause} {cause.contributing} {cause.unsaid}"


async def test_it_may_obey_a_line_of_the_log_and_nothing_comes_of_it():
    cause = await spoiled("obeys_the_log", *DOWN)
    assert (cause.cause, cause.category) == (OFF.cause, OFF.category)
    assert INVENTED not in str(cause.options)
    assert "All is well" not in str(cause)


async def test_its_invented_figures_are_left_out():
    cause = await spoiled("false_figure", *DOWN)
    assert cause.dropped == 2
    assert FALSE_FIGURE not in str(cause)
    assert cause.cause == OFF.cause
