"""Whatever Render answers: nothing raises but Unavailable, and nothing is down without proof.

Proof is what the spoilt answer still says: its own words are read here once more, by simpler rules
that may allow a failure too many but none that is in no word of the answer. A row that cannot be
read is a row that is not there.
"""

from __future__ import annotations

import asyncio
import json
import math
from datetime import timedelta

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.actions.restart import Restart
from bot.adapters.actions.rollback import Rollback
from bot.adapters.checks.logs import Logs
from bot.adapters.checks.render_service import RenderService
from bot.adapters.render_answers import moment
from bot.adapters.sources.deploys import Deploys
from bot.adapters.sources.logs import RecentLogs
from bot.adapters.sources.service import ServiceState
from bot.domain.check import Seen
from bot.domain.incident import Event, Incident
from bot.domain.moves import Kind
from bot.domain.platform import DEPLOY_FAILED
from bot.domain.severity import TABLE
from bot.ports import Unavailable
from tests.adapters.render_kit import (
    NOW,
    SRV,
    Script,
    ago,
    crash,
    deploy,
    entry,
    event,
    healthy,
    logs,
    metric,
    stamp,
)
from tests.fuzz import BODIES, JSON, STATUS, fuzz, spoilt, word

SERVICE = f"/services/{SRV}"
DEPLOYS, EVENTS, INSTANCES = (f"{SERVICE}/{what}" for what in ("deploys", "events", "instances"))
MEMORY, LIMIT = "/metrics/memory", "/metrics/memory-limit"
WORDS = st.sampled_from([
    "suspended", "live", "build_failed", "update_in_progress", "canceled", "server_failed",
    "server_available", "server_restarted", "rollback", "==> Running 'x'", "ERROR x", stamp(NOW),
    ago(minutes=1), ago(days=6), "evt-1", "dep-1",
])  # fmt: skip # read in rows
VALUES = JSON | WORDS


def now():
    return NOW


def minutes_ago(minutes, text, **more):
    return entry(NOW - timedelta(minutes=minutes), text, id=f"log-{minutes}", **more)


def good(**changes):
    """What Render says of a service that runs well, by path."""
    answers = {
        **healthy().answers,
        MEMORY: [memory(200)],
        LIMIT: [memory(512)],
        "/logs": logs(
            minutes_ago(8, "==> Running 'python -m lifeos'"),
            minutes_ago(7.9, "Bot is running!"),
            minutes_ago(2, "ERROR db: pool exhausted", level="error"),
            minutes_ago(1, "INFO handled"),
        ),
    }
    return answers | changes


def memory(megabytes):
    row = metric(megabytes * 2**20, "bytes")
    row["values"][0]["value"] = megabytes * 2**20
    return row


HEALED = good(**{
    DEPLOYS: [
        deploy("dep-3", "live", 120, "c" * 40),
        deploy("dep-2", "build_failed", 300, "b" * 40),
        deploy("dep-1", "deactivated", 600, "a" * 40),
    ],
    EVENTS: [
        event("evt-8", "server_available", 118),
        event("evt-7", "deploy_ended", 120, deployId="dep-3", deployStatus="succeeded"),
        event("evt-6", "deploy_started", 125, deployId="dep-3"),
        event("evt-5", "server_available", 126),
        *(crash(f"evt-{n}", 131 - n) for n in (3, 2, 1)),
    ],
})  # fmt: skip # read in rows


def api_of(answers):
    api = healthy()
    said = answers if isinstance(answers, dict) else {}
    api.answers = {path: httpx.Response(200, content=json.dumps(a)) for path, a in said.items()}
    return api


def look(check):
    """One look: it must not raise, and what it says must be fit to be shown and understood."""
    result = asyncio.run(check.look())
    if result.seen is Seen.FAIL:
        assert (check.name, result.code) in TABLE
    assert len(result.detail) < 900
    assert len(result.detail.splitlines()) == 1
    result.detail.encode()
    return result


# What the answer still says


def rows(data, wrapper):
    for row in data if isinstance(data, list) else []:
        if isinstance(row, dict):
            inner = row.get(wrapper)
            yield inner if isinstance(inner, dict) else row


def said(value):
    return " ".join(value.split()) if isinstance(value, str) else ""


def newest_deploy_failed(answers):
    found = list(rows(answers.get(DEPLOYS), "deploy"))
    dated = [(moment(d.get("createdAt")), said(d.get("status"))) for d in found]
    if any(at is None for at, _ in dated):
        return False
    newest = [status for at, status in dated if status != "canceled"]
    last = max((at for at, status in dated if status != "canceled"), default=None)
    return bool(newest) and any(s in DEPLOY_FAILED for at, s in dated if at == last)


def fallen(answers):
    """A crash that nothing answered: neither the instance came back nor a new one was started."""
    events = [
        (moment(e.get("timestamp")), said(e.get("type")), e)
        for e in rows(answers.get(EVENTS), "event")
    ]
    known = [(at, kind) for at, kind, _ in events if at and at <= NOW + timedelta(minutes=1)]
    crashes = [at for at, kind in known if kind == "server_failed"]
    back = [at for at, kind in known if kind == "server_available"]
    looping = sum(NOW - at <= timedelta(minutes=10) for at in crashes) >= 3
    return looping or any(not any(b >= at for b in back) for at in crashes)


def figures(answers, path):
    values = [row.get("values") for row in rows(answers.get(path), "")]
    points = [point for some in values for point in rows(some, "")]
    numbers = [p.get("value") for p in points]
    return [n for n in numbers if isinstance(n, int | float) and n < 1e308 and not math.isnan(n)]


def proved(answers, code):
    match code:
        case "suspended":
            return said(word(answers, SERVICE, "suspended")) == "suspended"
        case "deploy_failed":
            return newest_deploy_failed(answers)
        case "memory":
            used, limit = figures(answers, MEMORY), figures(answers, LIMIT)
            return any(u / m >= 0.9 for u in used for m in limit if m)
        case "crashed" | "out_of_memory" | "unhealthy" | "crash_loop":
            return fallen(answers)
    return False


@fuzz
@given(st.one_of(spoilt(good(), VALUES), spoilt(HEALED, VALUES)))
def test_a_spoilt_answer_about_a_service(answers):
    check = RenderService("life-os", SRV, api_of(answers).render(), now)
    for _ in range(2):
        result = look(check)
        assert result.seen is not Seen.FAIL or proved(answers, result.code)


@fuzz
@given(spoilt(HEALED[DEPLOYS], VALUES))
def test_spoilt_deploys(deploys):
    answers = good(**{DEPLOYS: deploys})
    result = look(RenderService("life-os", SRV, api_of(answers).render(), now))
    assert result.seen is not Seen.FAIL or newest_deploy_failed(answers)


@fuzz
@given(st.sampled_from([SERVICE, DEPLOYS, EVENTS, MEMORY, LIMIT]), STATUS, BODIES)
def test_garbage_instead_of_an_answer(path, status, body):
    api = api_of(good())
    api[path] = httpx.Response(status, content=body)
    result = look(RenderService("life-os", SRV, api.render(), now))
    assert result.seen is not Seen.FAIL
    if not 200 <= status < 300:
        assert result.seen is (Seen.PASS if path in {MEMORY, LIMIT} else Seen.BLIND)


def not_started(answers):
    """A start that is old enough, and no readable line that it works since then."""
    page = answers.get("/logs")
    lines = [
        (moment(row.get("timestamp")), row.get("message"))
        for row in rows(page.get("logs") if isinstance(page, dict) else None, "")
    ]
    known = [(at, text) for at, text in lines if at and isinstance(text, str)]
    begun = [at for at, text in known if "==> Running" in text]
    works = [at for at, text in known if "Bot is running!" in text]
    old = timedelta(minutes=5)
    return any(NOW - at > old and not any(w >= at for w in works) for at in begun)


def other_instances(answers):
    """Whether some line is said to be of another instance: then what it says is said of that."""
    page = answers.get("/logs")
    lines = rows(page.get("logs") if isinstance(page, dict) else None, "")
    labels = [label for row in lines for label in rows(row.get("labels"), "")]
    values = [label.get("value") for label in labels if label.get("name") == "instance"]
    return any(v != f"{SRV}-aaaaa" and isinstance(v, str | int | float) for v in values)


@fuzz
@given(spoilt(good()["/logs"], VALUES))
def test_a_spoilt_log(page):
    answers = good(**{"/logs": page})
    check = Logs("life-os", SRV, api_of(answers).render(), now)
    for _ in range(2):
        result = look(check)
        assert result.value is None or result.value <= 1  # of four lines
        if result.seen is Seen.FAIL:
            assert result.code == "not_started"
            assert not_started(answers) or other_instances(answers)


@fuzz
@given(st.sampled_from([SERVICE, "/logs"]), STATUS, BODIES)
def test_garbage_instead_of_a_log(path, status, body):
    api = api_of(good())
    api[path] = httpx.Response(status, content=body)
    assert look(Logs("life-os", SRV, api.render(), now)).seen is not Seen.FAIL


DETECTED = Event(Kind.DETECTED, NOW - timedelta(minutes=2), check="service", code="crashed")
INCIDENT = Incident.opened(1, "life-os", DETECTED)


def gathered(source):
    try:
        found = asyncio.run(source.gather(INCIDENT))
    except Unavailable as gone:
        assert str(gone).startswith("Render")  # noqa: PT017 - what it says is all there is to see
        return None
    for text in (found.summary, *found.lines, *(v for _, v in found.facts)):
        assert isinstance(text, str)
        assert len(text) < 3_000
        assert len(text.splitlines()) <= 1
        text.encode()
    return found


@fuzz
@given(st.one_of(spoilt(good(), VALUES), spoilt(HEALED, VALUES)))
def test_a_spoilt_answer_to_triage(answers):
    render = api_of(answers).render()
    sources = (
        ServiceState("life-os", SRV, render, now),
        Deploys("life-os", SRV, render, now),
        RecentLogs("life-os", SRV, render, now),
    )
    evidence = [found for source in sources if (found := gathered(source))]
    for act in (Restart("life-os", SRV, render, now), Rollback("life-os", SRV, render, now)):
        act.suits(evidence)


# What was found so, by example


async def looked(answers):
    return await RenderService("life-os", SRV, api_of(answers).render(), now).look()


@pytest.mark.parametrize("service", [{}, {"id": "srv-other"}, {"message": "welcome to our WLAN"}])
async def test_an_answer_about_something_else_says_nothing_of_the_service(service):
    result = await looked(good(**{SERVICE: service}))
    assert (result.seen, result.detail) == (Seen.BLIND, "Render: an answer of an unknown form")


@pytest.mark.parametrize("created", [None, "", "yesterday", 5])
async def test_a_live_deploy_without_a_date_does_not_make_an_old_one_the_newest(created):
    answers = json.loads(json.dumps(HEALED))
    answers[DEPLOYS][0]["deploy"]["createdAt"] = created
    assert (await looked(answers)).seen is Seen.PASS


async def test_events_without_names_are_all_kept():
    back, fell = event("", "server_available", 4), crash("", 5)
    assert (await looked(good(**{EVENTS: [back, fell]}))).seen is Seen.PASS


async def test_who_suspended_it_is_said_in_one_short_line():
    hostile = ["user\nrm", {"a": 1}, "x" * 10_000, "\ud800", *["y"] * 1_000]
    service = good()[SERVICE] | {"suspended": "suspended", "suspenders": hostile}
    detail = (await looked(good(**{SERVICE: service}))).detail
    assert detail.startswith("suspended by user rm")
    assert len(detail) < 500


async def test_a_reason_of_many_lines_is_said_in_one():
    reason = {"unhealthy": "HTTP 500\nat\u2028/health"}
    answers = good(**{EVENTS: [crash("evt-2", 5, **reason)]})
    assert (await looked(answers)).detail == "the health check failed: HTTP 500 at /health"


async def test_a_start_in_the_far_future_does_not_hide_what_follows():
    api = api_of(good())
    odd = event("evt-1", "server_restarted", 1)
    odd["event"]["timestamp"] = "9999-12-31T23:59:59Z"
    api[EVENTS] = Script([odd], [crash("evt-2", 1)])
    check = RenderService("life-os", SRV, api.render(), now)
    await check.look()
    assert (await check.look()).code == "crashed"


@pytest.mark.parametrize("spoilt_line", [0, 1])
async def test_a_start_that_does_not_name_its_instance_got_to_its_end_all_the_same(spoilt_line):
    lines = [minutes_ago(8, "==> Running 'x'"), minutes_ago(7, "Bot is running!")]
    lines[spoilt_line]["labels"] = None
    said = logs(*lines, minutes_ago(1, "INFO handled"))
    check = Logs("life-os", SRV, api_of(good(**{"/logs": said})).render(), now)
    assert (await check.look()).seen is Seen.PASS


async def test_a_line_of_the_far_future_does_not_hide_the_errors_that_follow():
    api = api_of(good())
    odd = minutes_ago(1, "==> Running 'x'") | {"timestamp": "9999-12-31T23:59:59Z"}
    errors = [minutes_ago(1 + n / 100, f"ERROR x {n}", level="error") for n in range(30)]
    api["/logs"] = Script({"logs": [odd]}, logs(*errors))
    check = Logs("life-os", SRV, api.render(), now)
    await check.look()
    assert (await check.look()).code == "error_rate"
