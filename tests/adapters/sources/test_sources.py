"""What triage is told: facts for code, a sentence and quotes for people."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import httpx
import pytest

from bot.adapters.sources.deploys import Deploys
from bot.adapters.sources.logs import MOST_LINES, RecentLogs
from bot.adapters.sources.service import ServiceState
from bot.domain.evidence import Found
from bot.domain.incident import Event, Incident
from bot.domain.measures.points import unpacked
from bot.domain.moves import Kind
from bot.domain.platform import LoopRule
from bot.domain.severity import Severity
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
    log_book,
    logs,
    metric,
)

SERVICE = f"/services/{SRV}"
EVENTS, DEPLOYS = f"{SERVICE}/events", f"{SERVICE}/deploys"


def now():
    return NOW


@pytest.fixture
def api():
    return healthy()


@pytest.fixture
def incident():
    at = NOW - timedelta(minutes=3)
    return Incident.opened(1, "life-os", Event(Kind.DETECTED, at, severity=Severity.P0))


async def state(api, incident):
    return await ServiceState("life-os", SRV, api.render(), now).gather(incident)


async def test_a_running_service(api, incident):
    found = await state(api, incident)
    assert (found.id, found.source, found.found) == ("S1", "service", Found.SOMETHING)
    assert dict(found.facts) == {
        "state": "running",
        "auto_deploy": "",
        "plan": "starter",
        "deploy": "dep-2",
        "restart": "",
        "instances": f"{SRV}-aaaaa",
        "memory_mb": "475",
        "memory_limit_mb": "512",
        "cpu": "10 %",
        "restarts": "0",
        "failures": "0",
        "up_since": (NOW - timedelta(minutes=118)).isoformat(),
    }
    assert found.summary == (
        "running, up since 02 Mar 10:02 UTC, 475 of 512 MB, CPU 10 %,"
        " 0 failures, 0 restarts in 24 h"
    )


async def test_what_a_crash_loop_is_the_settings_say(api, incident):
    """As for its check: one that ended long ago is none."""
    api[EVENTS] = [event("e9", "server_available", 0.5), *(crash(f"e{n}", n) for n in (2, 3, 4))]
    for rule, state in ((LoopRule(), "crash loop"), (LoopRule(3, timedelta(minutes=1)), "running")):
        found = await ServiceState("life-os", SRV, api.render(), now, rule).gather(incident)
        assert found.fact("state") == state


@pytest.mark.parametrize(
    ("events", "deploys", "suspended", "expected", "said"),
    [
        ([crash("e1", 5)], "live", False, "crashed", "exited with code 1"),
        ([crash("e1", 5, oomKilled={})], "live", False, "crashed", "(unknown)"),
        ([crash("e1", 5, oomKilled={"memoryLimit": "512Mi"})], "live", False, "crashed", "512Mi"),
        ([crash("e1", 5, unhealthy="HTTP 500")], "live", False, "unhealthy", "HTTP 500"),
        ([crash(f"e{n}", n) for n in (1, 2, 3)], "live", False, "crash loop", "3 times"),
        ([], "update_failed", False, "running", "did not start"),
        ([], "build_in_progress", False, "deploying", "in progress"),
        ([crash("e1", 5)], "build_in_progress", False, "deploying", "exited with code 1"),
        ([], "live", True, "suspended", "suspended by user"),
        ([], "build_in_progress", True, "suspended", "suspended by user"),
    ],
)
async def test_states(api, incident, events, deploys, suspended, expected, said):
    api[EVENTS] = events
    api[DEPLOYS] = [deploy("dep-3", deploys, 60)]
    if suspended:
        api[f"/services/{SRV}"] |= {"suspended": "suspended", "suspenders": ["user"]}
    found = await state(api, incident)
    assert found.fact("state") == expected
    assert said in found.summary


async def test_history_counts_a_day_and_names_the_last(api, incident):
    restart = [event("evt-9", "server_restarted", 30), event("evt-8", "server_restarted", 9000)]
    api[EVENTS] = [*restart, crash("evt-7", 40), crash("evt-6", 1000), crash("evt-5", 2000)]
    found = await state(api, incident)
    assert (found.fact("restart"), found.fact("restarts"), found.fact("failures")) == (
        "evt-9",
        "1",
        "2",
    )
    assert "2 failures, 1 restart (last 02 Mar 11:30 UTC) in 24 h" in found.summary


async def test_without_metrics_the_rest_is_told(api, incident):
    for name, answer in (
        ("memory", httpx.Response(500)),
        ("memory-limit", []),
        ("cpu", [{"labels": None, "values": None}]),
        ("cpu-limit", httpx.ReadTimeout("x")),
    ):
        api[f"/metrics/{name}"] = answer
    found = await state(api, incident)
    assert found.fact("state") == "running"
    assert found.fact("memory_mb") is found.fact("cpu") is None


async def test_the_fullest_running_instance_counts(api, incident):
    gone = metric(900 * 2**20, "bytes", f"{SRV}-gone0")
    api["/metrics/memory"] = [gone, metric(100 * 2**20, "bytes"), metric(0, "bytes", "other")]
    assert (await state(api, incident)).fact("memory_mb") == "100"


@pytest.mark.parametrize(
    "path", [f"/services/{SRV}", DEPLOYS, EVENTS, f"/services/{SRV}/instances"]
)
async def test_a_state_that_cannot_be_read(api, incident, path):
    api[path] = httpx.Response(503)
    with pytest.raises(Unavailable):
        await state(api, incident)


# Logs


def second(n, text, **more):
    return entry(NOW - timedelta(seconds=600 - n), text, **more)


async def recent(api, incident):
    return await RecentLogs("life-os", SRV, api.render(), now).gather(incident)


async def test_logs(api, incident):
    trace = ["Traceback (most recent call last):"]
    trace += [f'  File "/app/svc/m{n}.py", line {n}, in f{n}' for n in range(20)] + ["EOFError: x"]
    api["/logs"] = log_book(
        second(0, "==> Running 'x'"),
        second(1, "2026-03-02 11:50:01 INFO svc: handled /start"),
        *(second(2, text, id=f"t{n:02}") for n, text in enumerate(trace[:1])),
        *(
            entry(NOW - timedelta(seconds=598, microseconds=-n), text, id=f"t{n:02}")
            for n, text in enumerate(trace)
            if n
        ),
    )
    found = await recent(api, incident)
    assert (found.id, found.source, found.found) == ("L1", "logs", Found.SOMETHING)
    assert (found.fact("lines"), found.fact("errors")) == ("24", "1")
    assert (found.fact("top_error"), found.fact("top_where")) == ("EOFError: x", "svc.m19.f19")
    assert found.fact("last_success").endswith("INFO svc: handled /start")
    assert found.fact("errors_since_minutes") == "10"
    assert [count for _, count in unpacked(found.fact("errors_points"))] == [1]
    assert datetime.fromisoformat(found.fact("first_error")).tzinfo
    assert len(found.lines) == MOST_LINES
    assert (found.lines[0], *found.lines[1:3]) == ("EOFError: x", trace[0], "…")
    assert found.lines[-1] == trace[-2]
    assert (found.fact("category"), found.fact("verdict")) == ("code_error", "confirmed")
    assert found.fact("files").endswith("svc/m19.py")
    assert "1 error in the last 24 lines (since 11:50 UTC)" in found.summary


async def test_only_the_last_three_hundred_lines_of_a_day(api, incident):
    api["/logs"] = log_book(*(second(n, f"INFO {n}") for n in range(500)))
    found = await recent(api, incident)
    assert (found.found, found.fact("lines"), found.fact("errors")) == (Found.NOTHING, "300", "0")
    assert found.summary.startswith("no errors in the last 300 lines")
    asked = api.calls("/logs")
    assert (asked[0]["startTime"], [a["limit"] for a in asked]) == (ago(hours=24), ["100"] * 3)


async def test_what_was_logged_in_an_earlier_trouble_is_of_that_one(api, incident):
    """Proven over at second 60: its errors explain nothing that began at second 300."""
    api["/logs"] = log_book(
        second(10, "ERROR db: OSError: [Errno 28] No space left on device"),
        second(200, "ERROR ask: KeyError: 'goal'"),
    )

    def past(id, service, kind, n):
        at = NOW - timedelta(seconds=600 - n)
        return replace(
            Incident.opened(id, service, Event(Kind.DETECTED, at - timedelta(seconds=5))),
            timeline=(Event(Kind.DETECTED, at - timedelta(seconds=5)), Event(kind, at)),
        )

    now_ill = Incident.opened(
        7, "life-os", Event(Kind.DETECTED, NOW - timedelta(seconds=300), "down")
    )

    async def found(*known):
        async def recently(_):
            return [now_ill, *known]

        return await RecentLogs("life-os", SRV, api.render(), now, recently).gather(now_ill)

    both = await found()
    assert both.fact("errors") == "2"
    assert (await found(past(3, "other", Kind.RECOVERED, 60))).fact("errors") == "2"
    assert (await found(past(3, "life-os", Kind.OVERRIDDEN, 60))).fact("errors") == "2"
    assert (await found(past(3, "life-os", Kind.RECOVERED, 400))).fact("errors") == "2"
    late = await found(past(3, "life-os", Kind.RECOVERED, 60))
    assert late.fact("errors") == "1"
    assert late.fact("top_error").endswith("KeyError: 'goal'")
    nothing = await found(past(3, "life-os", Kind.RECOVERED, 250))
    assert (nothing.found, nothing.summary) == (
        Found.NOTHING,
        "no lines since all was well at 11:54 UTC",
    )


async def test_a_store_that_fails_takes_no_log_away(api, incident):
    async def gone(_):
        raise Unavailable("the database is locked")

    api["/logs"] = log_book(second(10, "ERROR ask: KeyError: 'goal'"))
    found = await RecentLogs("life-os", SRV, api.render(), now, gone).gather(incident)
    assert found.fact("errors") == "1"


async def test_no_lines(api, incident):
    found = await recent(api, incident)
    assert (found.found, found.summary) == (Found.NOTHING, "no lines in 24 hours")


async def test_a_secret_in_the_log_is_nowhere_in_the_evidence(api, incident):
    api["/logs"] = logs(second(1, "ERROR db: postgresql://bot:hunter2@db/x refused"))
    assert "hunter2" not in repr(await recent(api, incident))


async def test_logs_that_cannot_be_read(api, incident):
    api["/logs"] = httpx.Response(500)
    with pytest.raises(Unavailable):
        await recent(api, incident)


# Deploys


async def deploys(api, incident):
    return await Deploys("life-os", SRV, api.render(), now).gather(incident)


async def test_deploys(api, incident):
    found = await deploys(api, incident)
    assert (found.id, found.source, found.found) == ("D1", "deploys", Found.SOMETHING)
    assert dict(found.facts) == {
        "latest": "dep-2",
        "latest_commit": "b" * 40,
        "latest_status": "live",
        "previous": "dep-1",
        "previous_commit": "a" * 40,
        "previous_status": "deactivated",
        "latest_trigger": "new_commit",
        "minutes_before": "117",
        "commits": f"{'b' * 40},{'a' * 40}",
        "live_commit": "b" * 40,
        "live": "dep-2",
        "live_said": "bbbbbbb “Fix it”, 2 h old",
        "target": "dep-1",
        "target_said": "aaaaaaa “Begin”, 10 h old",
        "live_minutes_before": "117.0",
        "live_before_said": "117 min",
        "runs": "dep-2",
        "runs_commit": "b" * 40,
        "runs_said": "bbbbbbb “Fix it”",
        "runs_since": "2026-03-02T10:00:00+00:00",
        "runs_made": "2026-03-02T09:58:00+00:00",
        "runs_service": "life-os",
    }
    assert found.summary == ("latest is live: bbbbbbb “Fix it”, 117 min before the trouble began")
    assert found.lines == (
        "dep-2 live, 2 h old: bbbbbbb Fix it",
        "dep-1 deactivated, 10 h old: aaaaaaa Begin",
    )


async def test_what_is_under_way_and_how_long_it_usually_takes(api, incident):
    ran = [deploy("dep-2", "live", 60, "b" * 40), deploy("dep-1", "deactivated", 90, "a" * 40)]
    going = [deploy("dep-4", "queued", 1, "e" * 40), deploy("dep-3", "build_in_progress", 28)]
    api[DEPLOYS] = [*going, *ran]
    found = await deploys(api, incident)
    assert {name: found.fact(name) for name in UNDER_WAY} == {
        "under_way": "dep-3",
        "under_way_commit": "c" * 40,
        "under_way_status": "build_in_progress",
        "under_way_minutes": "30.0",
        "usual_minutes": "2.0",
        "waiting": "dep-4",
    }
    api[DEPLOYS] = ran
    assert not UNDER_WAY & dict((await deploys(api, incident)).facts).keys()


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([deploy("dep-2", "build_failed", 5, "a" * 40)], "no"),
        ([deploy("dep-2", "build_failed", 5, "b" * 40)], "yes"),
        ([deploy("dep-2", "build_failed", 5, "")], "no"),
        ([deploy("dep-2", "update_failed", 5, "b" * 40)], None),
    ],
)
async def test_whether_what_failed_to_build_was_built_before(api, incident, rows, said):
    api[DEPLOYS] = [*rows, deploy("dep-1", "live", 60, "b" * 40)]
    assert (await deploys(api, incident)).fact("built_before") == said


async def test_a_deploy_after_the_trouble_began_is_said_to_be(api, incident):
    api[DEPLOYS] = [deploy("dep-3", "live", 1)]
    found = await deploys(api, incident)
    assert "2 min after the trouble began" in found.summary
    assert (found.fact("minutes_before"), found.fact("previous")) == ("-2", None)


UNDER_WAY = {
    "under_way",
    "under_way_commit",
    "under_way_status",
    "under_way_minutes",
    "usual_minutes",
    "waiting",
}
WAY_BACK = {
    "live",
    "live_said",
    "target",
    "target_said",
    "live_minutes_before",
    "live_before_said",
}


@pytest.mark.parametrize(
    "rows",
    [
        [deploy("dep-2", "live", 5, "b" * 40)],
        [deploy("dep-2", "live", 5, "b" * 40), deploy("dep-1", "deactivated", 60, "b" * 40)],
        [deploy("dep-2", "live", 5, "b" * 40), deploy("dep-1", "build_failed", 60)],
        [deploy("dep-2", "live", 5, trigger="rollback"), deploy("dep-1", "deactivated", 60, "a")],
        [deploy("dep-2", "update_in_progress", 5), deploy("dep-1", "deactivated", 60, "a")],
    ],
)
async def test_without_a_way_back_none_is_told(api, incident, rows):
    api[DEPLOYS] = rows
    assert not WAY_BACK & dict((await deploys(api, incident)).facts).keys()


async def test_the_way_back_goes_over_what_never_ran(api, incident):
    names = "bcdef"
    ran = [deploy(f"dep-{c}", "deactivated", 10 * n, c * 40) for n, c in enumerate(names, 2)]
    api[DEPLOYS] = [
        deploy("dep-9", "build_failed", 1, "9" * 40),
        deploy("dep-8", "live", 4, "8" * 40, "Break it\n\nall"),
        *(row | {"deploy": row["deploy"] | {"status": "update_failed"}} for row in ran),
        deploy("dep-1", "deactivated", 600, "a" * 40, "Begin"),
    ]
    found = await deploys(api, incident)
    assert (found.fact("live"), found.fact("target")) == ("dep-8", "dep-1")
    assert found.fact("live_said") == "8888888 “Break it”, 6 min old"
    assert found.fact("live_minutes_before") == "1.0"
    assert found.fact("live_before_said") == "1 min"
    assert [line.split()[0] for line in found.lines] == ["dep-9", "dep-8", "dep-1"]
    (asked,) = api.calls(DEPLOYS)
    assert asked["limit"] == "20"


AGAIN = [
    deploy("dep-3", "live", 1, "b" * 40, "Break it", trigger="manual"),
    deploy("dep-2", "deactivated", 5, "b" * 40, "Break it"),
    deploy("dep-1", "deactivated", 600, "a" * 40, "Begin"),
]


async def test_the_trouble_came_with_the_code_and_not_with_its_redeploy(api, incident):
    """Somebody deployed (or restarted) the same code again two minutes into the trouble."""
    api[DEPLOYS] = AGAIN
    found = await deploys(api, incident)
    assert (found.fact("live_minutes_before"), found.fact("live_before_said")) == ("2.0", "2 min")


@pytest.mark.parametrize(
    ("minutes", "before", "said"),
    [
        (3, "0.0", "under 1 min"),
        (2, "-1.0", "under 1 min"),
        (122, "119.0", "119 min"),
        (183, "180.0", "3 h"),
        (3 * 24 * 60 + 3, "4320.0", "3 days"),
    ],
)
async def test_how_long_before_is_said_in_its_own_measure(api, incident, minutes, before, said):
    """And never as less than nothing: the clocks are apart."""
    first = deploy("dep-1", "deactivated", 9000, "a" * 40)
    api[DEPLOYS] = [deploy("dep-2", "live", minutes, "b" * 40), first]
    found = await deploys(api, incident)
    assert (found.fact("live_minutes_before"), found.fact("live_before_said")) == (before, said)


async def test_a_live_deploy_without_an_end_counts_from_its_begin(api, incident):
    row = deploy("dep-2", "live", 12, "b" * 40)
    first = deploy("dep-1", "deactivated", 9000, "a" * 40)
    api[DEPLOYS] = [row | {"deploy": row["deploy"] | {"finishedAt": None}}, first]
    assert (await deploys(api, incident)).fact("live_before_said") == "11 min"


async def test_never_deployed_and_without_times(api, incident):
    api[DEPLOYS] = Script([], [{"deploy": {"id": "dep-1", "status": None, "commit": None}}])
    assert (await deploys(api, incident)).found is Found.NOTHING
    found = await deploys(api, incident)
    assert (found.fact("latest"), found.fact("minutes_before")) == ("dep-1", None)
    assert "no commit" in found.summary


async def test_deploys_that_cannot_be_read(api, incident):
    api[DEPLOYS] = httpx.Response(401)
    with pytest.raises(Unavailable) as gone:
        await deploys(api, incident)
    assert gone.value.permanent
