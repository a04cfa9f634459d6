"""The look from inside: offered where two views differ, run once as a job, and only told."""

from __future__ import annotations

import asyncio
import json
import shlex
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from bot.adapters.actions.database_check import DatabaseCheck, command, name_of
from bot.adapters.inside import MARK, kind_of
from bot.domain.evidence import Evidence, Found
from bot.domain.remedy import Answer, Barred, Course, Effect, Live, Proposal, Risk, changed
from bot.ports import Unavailable
from tests.adapters.emulated import now as real_now
from tests.adapters.emulated import until
from tests.adapters.render_kit import NOW, SRV, Script, ago, entry, healthy, logs

JOBS = f"/services/{SRV}/jobs"
SERVICE = f"/services/{SRV}"
WHEN = "from inside at 12:00 UTC"
OK = {
    "state": "ok",
    "driver": "psycopg2",
    "ms": 12,
    "version": "16.3",
    "user": "app",
    "connections": 5,
}


@pytest.fixture
def api():
    return healthy()


@pytest.fixture
def act(api):
    return DatabaseCheck("life-os", SRV, api.render(), lambda: NOW)


def service(state="running", **facts):
    return Evidence("S1", "service", Found.SOMETHING, "…", tuple({"state": state, **facts}.items()))


def database(state):
    return Evidence("B1", "database", Found.SOMETHING, "…", (("state", state),))


def log(category):
    return Evidence("L1", "logs", Found.SOMETHING, "…", (("category", category),))


def blind():
    return Evidence("", "database", Found.UNREADABLE, "our own network is down")


def inside(state="ok"):
    return Evidence("I1", "inside", Found.SOMETHING, "…", (("state", state),))


def proposal(target=SRV, until=NOW):
    name = "database-check"
    return Proposal(f"1.{name}", name, target, Risk.LOW, "", "", (), Live(), until, mends=False)


OURS = command("DATABASE_URL", name_of(proposal()))
OF_ANOTHER = command("DATABASE_URL", name_of(proposal(until=NOW + timedelta(microseconds=1))))


def job(status, minutes=0.0, finished=None, words=None, id="job-1"):
    row = {"id": id, "serviceId": SRV, "status": status, "createdAt": ago(minutes=minutes)}
    row |= {"startCommand": OURS if words is None else words}
    if finished is not None:
        row["finishedAt"] = ago(minutes=finished)
    return {"job": row, "cursor": id}


# When it is offered


def test_it_asks_for_one_tap_and_says_what_it_does(act):
    assert (act.name, act.risk) == ("database-check", Risk.LOW)
    assert "Changes nothing" in act.effect


@pytest.mark.parametrize(
    ("evidence", "likely", "why"),
    [
        ([database("ok"), log("database_unreachable")], True, "from here it answers"),
        ([database("slow"), log("database_auth")], True, "from here it answers"),
        ([database("refused"), log("none")], False, "says nothing of it"),
        ([database("auth"), log("code_error")], False, "says nothing of it"),
        ([database("timeout")], False, "says nothing of it"),
        ([blind()], True, "is it us, or the way between?"),
        ([blind(), log("none")], True, "is it us, or the way between?"),
        ([log("database_unreachable")], True, "from here nobody looks at it"),
    ],
)
def test_offered_where_the_views_differ(act, evidence, likely, why):
    reason = act.suits([service(), *evidence])
    assert why in reason.why
    assert (reason.target, reason.likely, reason.mends) == (SRV, likely, False)
    assert reason.evidence[0] == "S1"
    assert reason.brief == (("Service", SRV), ("Looks by", "DATABASE_URL"))


@pytest.mark.parametrize(
    "evidence",
    [
        [],
        [service()],
        [service(), database("ok")],
        [service(), database("ok"), log("code_error")],
        [service(), database("refused"), log("database_unreachable")],  # both agree
        [service(), database("saturated"), log("none")],
        [service(), database("ok"), log("database_unreachable"), inside()],  # it has been looked
    ],
)
def test_not_offered_unasked(act, evidence):
    assert act.suits(evidence) is None


def test_who_asks_for_it_gets_it_again(act):
    reason = act.suits([service(), database("ok"), inside()], "")
    assert (reason.why, reason.likely, reason.mends) == ("you asked for it", False, False)
    assert isinstance(act.suits([], ""), Barred)


@pytest.mark.parametrize(
    ("known", "why"),
    [
        (service("suspended"), "it is suspended: no job runs in it"),
        (service(plan="free"), "its plan has no one-off jobs"),
    ],
)
def test_held_back_with_the_reason(act, known, why):
    for wish in (None, ""):
        assert act.suits([known, database("ok"), log("database_unreachable")], wish) == Barred(why)


async def test_a_service_that_was_suspended_since_is_left_alone(api, act):
    reason = act.suits([service(), blind()])
    assert changed(reason.live, await act.live()) is None
    api[SERVICE] = {**api[SERVICE], "suspended": "suspended"}
    assert changed(reason.live, await act.live()) == "it is suspended now, not in service any more"


# The one call


async def test_run_starts_one_job_with_the_reviewed_command(api, act):
    api[JOBS] = httpx.Response(201, json={"id": "job-1"})
    reply = await act.run(proposal())
    assert (reply.answer, reply.note) == (Answer.ACCEPTED, "Render has accepted the job job-1")
    assert api.sent == [("POST", JOBS, {"startCommand": OURS})]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (httpx.Response(400), Answer.REFUSED),
        (httpx.ConnectError("x"), Answer.REFUSED),
        (httpx.ReadTimeout("x"), Answer.UNCLEAR),
        (httpx.Response(201, json={}), Answer.UNCLEAR),
    ],
)
async def test_run_never_raises_and_never_repeats(api, act, answer, expected):
    api[JOBS] = answer
    assert (await act.run(proposal())).answer is expected
    assert len(api.sent) == 1


async def test_run_elsewhere_never_leaves_the_house(api, act):
    assert (await act.run(proposal("srv-other"))).answer is Answer.REFUSED
    assert api.asked == []


# What is seen of it


def printed(found):
    return logs(entry(NOW, f"{MARK} {json.dumps(found)}", instance="job-1"))


@pytest.mark.parametrize(
    ("rows", "seen"),
    [
        ([], None),
        ([job("running", words="python -m other")], None),
        ([job("succeeded", finished=0, words=OF_ANOTHER)], None),
        (
            [job("succeeded", finished=0, words=OF_ANOTHER, id="job-2"), job("running", 0.5)],
            Effect(Course.UNDER_WAY, "job job-1 is running"),
        ),
        ([job(None)], Effect(Course.UNDER_WAY, "job job-1 is waiting")),
        ([job("running")], Effect(Course.UNDER_WAY, "job job-1 is running")),
        ([job("canceled", finished=0)], Effect(Course.FAILED, "job job-1 was canceled")),
        (
            [job("failed", finished=0)],
            Effect(Course.UNDER_WAY, "job job-1 has ended; what it printed is not there yet"),
        ),
        (
            [job("failed", 0, finished=2)],
            Effect(Course.FAILED, "job job-1 failed and did not print what it found"),
        ),
    ],
)
async def test_how_far_it_has_come(api, act, rows, seen):
    api[JOBS] = rows
    assert await act.effect_since(proposal(), Live(), NOW) == seen


@pytest.mark.parametrize(
    ("found", "state", "summary"),
    [
        (
            OK,
            "ok",
            f"{WHEN}: the database answers app in 12 ms, 5 connections, version 16.3",
        ),
        ({"state": "unset"}, "unset", "from inside at 12:00 UTC: DATABASE_URL is not set"),
        (
            {"state": "refused", "error": "OperationalError"},
            "refused",
            f"{WHEN}: nothing listens at the address of the database (OperationalError)",
        ),
        (
            {"state": "<b>up</b>", "error": "x\u202e\n" + "y" * 99},
            "error",
            "from inside at 12:00 UTC: the database cannot be used (x " + "y" * 38 + ")",
        ),
        ({}, None, None),
    ],
)
async def test_what_it_found_is_told_in_our_words(api, act, found, state, summary):
    api[JOBS], api["/logs"] = [job("failed", finished=0)], printed(found)
    effect = await act.effect_since(proposal(), Live(), NOW)
    if summary is None:
        assert effect.course is Course.UNDER_WAY
        return
    (evidence,) = effect.evidence
    assert (effect.course, effect.note, evidence.summary) == (Course.DONE, summary, summary)
    assert (evidence.id, evidence.source, evidence.fact("state")) == ("I1", "inside", state)
    assert api.calls("/logs")[0]["resource"] == "job-1"


async def test_without_a_driver_it_is_not_known(api, act):
    api[JOBS], api["/logs"] = [job("failed", finished=0)], printed({"state": "no driver"})
    effect = await act.effect_since(proposal(), Live(), NOW)
    assert effect.evidence[0].found is Found.UNREADABLE


@pytest.mark.parametrize("text", [f"{MARK} [1]", f"{MARK} {{", MARK, "database-check"])
async def test_lines_that_are_none_of_ours(api, act, text):
    api[JOBS] = [job("failed", finished=0)]
    api["/logs"] = logs(entry(NOW, text))
    assert (await act.effect_since(proposal(), Live(), NOW)).course is Course.UNDER_WAY


async def test_no_sight_is_no_effect_but_unavailable(api, act):
    api[JOBS] = httpx.Response(503)
    with pytest.raises(Unavailable):
        await act.effect_since(proposal(), Live(), NOW)
    api[JOBS], api["/logs"] = Script([job("succeeded", finished=0)]), httpx.Response(503)
    with pytest.raises(Unavailable):
        await act.effect_since(proposal(), Live(), NOW)


# What runs there


def run_it(environment, variable="DATABASE_URL"):
    argv = [sys.executable, *shlex.split(command(variable, "name"))[1:]]
    done = subprocess.run(
        argv, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    mark, _, text = done.stdout.strip().partition(" ")
    assert mark == MARK
    assert done.stdout.count("\n") == 1
    return done.returncode, json.loads(text), done.stdout + done.stderr


def test_the_command_is_one_line_with_no_secret_in_it():
    assert "\n" not in OURS
    assert shlex.split(command("DB", "n"))[-2:] == ["DB", "n"]
    assert Path(shlex.split(OURS)[0]).name == "python3"


@pytest.mark.asyncio(loop_scope="module")
async def test_it_looks_at_a_real_database(dsn):
    for url in (dsn, dsn.replace("postgresql://", "postgresql+psycopg2://")):
        code, found, _ = await asyncio.to_thread(run_it, {"DATABASE_URL": url})
        assert (code, found["state"], found["user"]) == (0, "ok", "app")
        assert found["driver"] == "psycopg2"
        assert found["connections"] >= 1
        assert found.keys() == OK.keys()


@pytest.mark.asyncio(loop_scope="module")
async def test_of_a_failure_it_tells_the_kind_and_no_words(dsn):
    head, _, place = dsn.rpartition("@")
    wrong = f"{head.rpartition(':')[0]}:hunter2hunter2@{place}"
    for url, state in (
        (wrong, "auth"),
        (dsn + "_gone", "name"),
        ("postgresql://app:hunter2hunter2@127.0.0.1:1/app", "refused"),
        ("postgresql://app:hunter2hunter2", "error"),
        ("postgresql://app:hunter2hunter2@127.0.0.1:x/app", "error"),
    ):
        code, found, everything = await asyncio.to_thread(run_it, {"DATABASE_URL": url})
        assert (code, found["state"]) == (1, state), url
        assert "hunter2" not in everything


def test_what_is_not_set_is_said_and_nothing_is_tried():
    assert run_it({})[:2] == (1, {"state": "unset"})
    assert run_it({"DATABASE_URL": "not an address"})[:2] == (1, {"state": "unset"})


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (TimeoutError(), "timeout"),
        (ConnectionRefusedError(111, "Connection refused"), "refused"),
        (OSError("[Errno -2] Name or service not known"), "name"),
        (ValueError("x"), "error"),
    ],
)
def test_kinds_of_errors(error, kind):
    assert kind_of(error) == kind


async def test_the_whole_of_it_against_the_emulated_platform(platform, service, render):
    act = DatabaseCheck("s", service.id, render, real_now)
    at = datetime.now(UTC)
    reply = await act.run(proposal(service.id))
    assert reply.answer is Answer.ACCEPTED

    async def result():
        effect = await act.effect_since(proposal(service.id), Live(), at)
        return effect if effect and effect.course is not Course.UNDER_WAY else None

    effect = await until(result, 60)
    assert effect.course is Course.DONE
    assert effect.note.endswith("DATABASE_URL is not set")
    another = proposal(service.id, NOW + timedelta(minutes=1))
    assert await act.effect_since(another, Live(), at) is None
    assert await act.secure(Live()) is None
