"""Evidence M1: memory, CPU and answers of an hour, each as far as the platform tells it."""

from __future__ import annotations

import json
from datetime import timedelta

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.adapters.sources.metrics import Metrics
from bot.domain.evidence import Found
from bot.domain.incident import Event, Incident
from bot.domain.measures.points import unpacked
from bot.domain.measures.usage import moments
from bot.domain.moves import Kind
from bot.domain.severity import Severity
from bot.ports import Unavailable
from tests.adapters.render_kit import NOW, SRV, FakeApi, ago, crash, event

ONE, TWO = f"{SRV}-aaaaa", f"{SRV}-bbbbb"
MB = 2**20
EVENTS = f"/services/{SRV}/events"
BEGAN = NOW - timedelta(minutes=10)


def series(values, unit, instance=ONE, until=0):
    """A value a minute, the last one `until` minutes ago."""
    last = len(values) - 1 + until
    points = [{"timestamp": ago(minutes=last - n), "value": v} for n, v in enumerate(values)]
    labels = [{"field": "resource", "value": SRV}, {"field": "instance", "value": instance}]
    return {"labels": labels, "values": points, "unit": unit}


def memory(megabytes, instance=ONE, until=0):
    return series([m * MB for m in megabytes], "bytes", instance, until)


@pytest.fixture
def api():
    """An hour in which all is well."""
    one = FakeApi()
    one[EVENTS] = []
    one["/metrics/memory"] = [memory([210] * 60)]
    one["/metrics/memory-limit"] = [memory([512] * 60)]
    one["/metrics/cpu"] = [series([0.05] * 60, "cpu")]
    one["/metrics/cpu-limit"] = [series([0.5] * 60, "cpu")]
    one["/metrics/http-requests"] = [series([30] * 60, "requests", "")]
    one["/metrics/http-latency"] = [series([60] * 60, "ms", "")]
    return one


@pytest.fixture
def incident():
    return Incident.opened(1, "life-os", Event(Kind.DETECTED, BEGAN, severity=Severity.P0))


async def gathered(api, incident):
    return await Metrics("life-os", SRV, api.render(), lambda: NOW).gather(incident)


async def test_an_hour_in_which_all_is_well(api, incident):
    found = await gathered(api, incident)
    assert (found.id, found.source, found.found) == ("M1", "metrics", Found.SOMETHING)
    facts = dict(found.facts)
    rows = {name: facts.pop(name) for name in list(facts) if name.endswith("_points")}
    assert facts == {
        "memory_mb": "210",
        "memory_peak_mb": "210",
        "memory_limit_mb": "512",
        "memory_share": "0.41",
        "memory_instances": "1",
        "memory_trend": "flat",
        "memory_low_mb": "210",
        "memory_drops": "0",
        "memory_since": (NOW - timedelta(minutes=59)).isoformat(),
        "memory_for_min": "59",
        "cpu_share": "0.10",
        "cpu_peak_share": "0.10",
        "latency_ms": "60",
        "latency_before_ms": "60",
        "requests_per_min": "30",
        "requests_before_per_min": "30",
    }
    assert {name: len(unpacked(row)) for name, row in rows.items()} == {
        "memory_points": 60,
        "cpu_points": 60,
        "latency_points": 60,
        "requests_points": 60,
    }
    assert found.summary == (
        "memory 210 of 512 MB (41 %), steady; CPU at 10 % of its limit;"
        " answers take 60 ms (60 before the trouble);"
        " 30 requests a minute (30 before the trouble)"
    )
    assert found.lines == ()


async def test_exactly_the_last_hour_is_asked_for(api, incident):
    await gathered(api, incident)
    (asked,) = api.calls("/metrics/memory")
    assert asked == {"resource": SRV, "startTime": ago(hours=1), "endTime": ago()}


async def test_a_leak_is_foretold(api, incident):
    api["/metrics/memory"] = [memory([120 + 6 * n for n in range(60)])]
    found = await gathered(api, incident)
    assert found.fact("memory_trend") == "rising"
    assert found.fact("memory_slope_mb_per_min") == "6"
    assert found.fact("full_in_min") == "6"
    assert found.summary.startswith(
        "memory 474 of 512 MB (93 %), rising by 6 MB a minute: full in about 6 min;"
    )


async def test_a_saw_with_its_restarts_told_apart(api, incident):
    api["/metrics/memory"] = [memory([60 + n % 20 * 22 for n in range(60)])]
    api[EVENTS] = [
        crash("e1", 39, oomKilled={"memoryLimit": "512Mi"}),
        crash("e2", 19, oomKilled={}),
        event("e3", "server_restarted", 5),
        crash("e6", 52),
        event("e4", "deploy_ended", 50, deployId="dep-1", deployStatus="succeeded"),
        event("e5", "deploy_ended", 45, deployId="dep-2", deployStatus="failed"),
    ]
    found = await gathered(api, incident)
    assert found.fact("memory_trend") == "sawtooth"
    assert found.fact("memory_drops") == "2"
    assert found.fact("full_in_min") == "2"
    assert moments(found.fact("memory_kills_at")) == (
        NOW - timedelta(minutes=39),
        NOW - timedelta(minutes=19),
    )
    assert moments(found.fact("deploys_at")) == (NOW - timedelta(minutes=50),)
    assert (
        "filled up and fell back 2 times (2 memory kills, 1 other crash, 1 restart);"
        " now rising by 22 MB a minute: full in about 2 min"
    ) in found.summary


async def test_instances_that_follow_each_other_are_one_story(api, incident):
    """Each start gives a new id."""
    first, second = [100 + 20 * n for n in range(20)], [100 + 20 * n for n in range(20)]
    api["/metrics/memory"] = [memory(first, ONE, until=20), memory(second, TWO)]
    found = await gathered(api, incident)
    assert (found.fact("memory_drops"), found.fact("memory_trend")) == ("1", "rising")
    assert (found.fact("memory_mb"), found.fact("memory_slope_mb_per_min")) == ("480", "20")


async def test_of_several_at_once_the_fullest_counts(api, incident):
    api["/metrics/memory"] = [memory([100] * 60), memory([400] * 60, TWO), memory([500], "x", 30)]
    found = await gathered(api, incident)
    assert (found.fact("memory_mb"), found.fact("memory_instances")) == ("400", "2")
    assert "memory 400 of 512 MB (78 %), the fullest instance, steady" in found.summary


async def test_too_few_points_since_a_restart(api, incident):
    api["/metrics/memory"] = [memory([60, 70, 80])]
    found = await gathered(api, incident)
    assert found.fact("memory_trend") == "short"
    assert "only 2 min of figures: its trend is not known" in found.summary


async def test_figures_that_have_ended_are_said_to_be_old_and_foretell_nothing(api, incident):
    api["/metrics/memory"] = [memory([120 + 6 * n for n in range(40)], until=14)]
    found = await gathered(api, incident)
    assert found.fact("memory_age_min") == "14"
    assert found.fact("full_in_min") is None
    assert "(69 %), 14 min ago, rising by 6 MB a minute;" in found.summary


async def test_a_busy_processor(api, incident):
    api["/metrics/cpu"] = [series([0.05] * 47 + [0.49] * 13, "cpu")]
    found = await gathered(api, incident)
    assert (found.fact("cpu_share"), found.fact("cpu_busy_min")) == ("0.98", "12")
    assert "CPU at 98 % of its limit for 12 min" in found.summary


async def test_slow_answers_against_the_time_before(api, incident):
    api["/metrics/http-latency"] = [
        series([60] * 48 + [2000] * 12, "ms", "a"),
        series([0.03] * 60, "seconds", "b"),
    ]
    api["/metrics/http-requests"] = [
        series([20] * 48 + [5] * 12, "requests", "a"),
        series([10] * 48 + [0] * 12, "requests", "b"),
    ]
    found = await gathered(api, incident)
    assert (found.fact("latency_ms"), found.fact("latency_before_ms")) == ("2000", "60")
    assert (found.fact("requests_per_min"), found.fact("requests_before_per_min")) == ("5", "30")


@pytest.mark.parametrize(
    ("unit", "value"), [("bytes", 512 * MB), ("MB", 512), ("GB", 0.5), ("", 512 * MB)]
)
async def test_units(api, incident, unit, value):
    api["/metrics/memory-limit"] = [series([value], unit)]
    assert (await gathered(api, incident)).fact("memory_limit_mb") == "512"


async def test_what_was_not_readable_is_said_with_its_reason(api, incident):
    refusal = httpx.Response(403, json={"message": "needs a Professional plan"})
    api["/metrics/http-latency"] = api["/metrics/http-requests"] = refusal
    api["/metrics/cpu-limit"] = httpx.Response(500)
    api[EVENTS] = httpx.Response(503)
    found = await gathered(api, incident)
    assert found.fact("unread") == "cpu-limit,http-requests,http-latency,events"
    assert "CPU 0.05 cores (limit not known)" in found.summary
    assert "not readable: requests, response times (Render: HTTP 403" in found.summary
    assert "not readable: the CPU limit (Render: HTTP 500" in found.summary
    assert "not readable: restarts (Render: HTTP 503" in found.summary


async def test_what_has_no_figures_is_said(api, incident):
    api["/metrics/http-latency"] = api["/metrics/http-requests"] = []
    api["/metrics/memory-limit"] = [{"labels": None, "values": None}]
    found = await gathered(api, incident)
    assert "memory 210 MB (limit not known), steady" in found.summary
    assert found.fact("memory_share") is found.fact("full_in_min") is None
    assert found.summary.endswith("no figures for the memory limit, requests, response times")


async def test_nothing_is_another_thing_than_not_readable(api, incident):
    for name in list(api.answers):
        if name.startswith("/metrics"):
            api[name] = []
    found = await gathered(api, incident)
    assert (found.found, found.facts) == (Found.NOTHING, ())
    assert found.summary.startswith("no figures for memory, ")


async def test_no_figure_at_all_can_be_read(api, incident):
    for name in list(api.answers):
        if name.startswith("/metrics"):
            api[name] = httpx.Response(401)
    with pytest.raises(Unavailable) as gone:
        await gathered(api, incident)
    assert gone.value.permanent


async def test_a_bug_is_not_taken_for_a_figure_that_cannot_be_read(api, incident):
    api["/metrics/memory"] = ZeroDivisionError("x")
    with pytest.raises(ZeroDivisionError):
        await gathered(api, incident)


async def test_no_row_is_longer_than_a_fact_may_be(api, incident):
    api["/metrics/memory"] = [memory([n % 300 for n in range(20_000)])]
    found = await gathered(api, incident)
    assert len(found.fact("memory_points")) < 4_000
    assert len(found.summary) < 1_000


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["labels", "values", "unit", "field", "value", "timestamp"]), inner
        )
    ),
    max_leaves=8,
)
ODD = st.lists(
    st.builds(
        lambda values, unit: {"labels": [], "values": values, "unit": unit},
        st.lists(
            st.builds(
                lambda minutes, value: {"timestamp": ago(minutes=minutes), "value": value},
                st.integers(-10, 10_000),
                st.floats() | st.integers(-(10**400), 10**400),
            ),
            max_size=30,
        ),
        st.sampled_from(["bytes", "GB", "", "ms"]),
    ),
    max_size=3,
)


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
async def test_odd_answers_give_evidence_all_the_same(api, incident, data):
    for name in list(api.answers):
        if name.startswith("/metrics"):
            answer = data.draw(ODD | st.lists(JSON, max_size=3))
            api[name] = httpx.Response(200, text=json.dumps(answer))
    found = await gathered(api, incident)
    assert found.found in {Found.SOMETHING, Found.NOTHING}
    assert all(isinstance(value, str) for _, value in found.facts)
