"""Whatever the API answers, a record comes out or nothing: fields go missing and words are new."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters import render_answers as answers
from bot.domain.platform import Failure
from tests.adapters.render_kit import entry, event

KEYS = st.sampled_from([
    "id", "name", "type", "status", "trigger", "commit", "message", "createdAt", "finishedAt",
    "timestamp", "details", "reason", "failure", "oomKilled", "memoryLimit", "unhealthy",
    "timedOutSeconds", "nonZeroExit", "earlyExit", "evicted", "labels", "field", "value",
    "values", "unit", "logs", "hasMore", "nextStartTime", "suspended", "suspenders",
    "serviceDetails", "plan", "event", "deploy", "cursor", "instanceID", "deployId",
    "deployStatus", "triggeredByUser", "image", "ref",
])  # fmt: skip # read in rows
PLAIN = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
    | st.sampled_from(["2026-03-02T09:14:07.51Z", "0001-01-01T00:00:00+23:59", 10**400, "live"])
)  # fmt: skip # read in rows
JSON = st.recursive(
    PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=6)
)


@given(JSON)
def test_no_answer_breaks_a_reader(data):
    readers = (answers.hosted, answers.deploy, answers.happening, answers.failure)
    readers += (answers.instance, answers.database, answers.series, answers.log_page)
    for row in [*answers.rows(data, "event"), *answers.objects([data])]:
        for read in readers:
            read(row)
    answers.last_cursor(data)


@pytest.mark.parametrize(
    ("reason", "code", "detail"),
    [
        ({"oomKilled": {"memoryLimit": "512Mi"}}, "out_of_memory", "its memory limit (512Mi)"),
        ({"oomKilled": True}, "out_of_memory", "(unknown)"),
        ({"nonZeroExit": 137}, "crashed", "exited with code 137"),
        ({"earlyExit": True}, "crashed", "ended by itself"),
        ({"unhealthy": "HTTP 500, token=abc"}, "unhealthy", "failed: HTTP 500, token=[secret:"),
        ({"timedOutSeconds": 900, "timedOutReason": "no port"}, "unhealthy", "in 900 s: no port"),
        ({"evicted": True, "evictionReason": "node"}, "crashed", "by the platform: node"),
        ({"evicted": True, "nonZeroExit": 1}, "crashed", "code 1"),
    ],
)
def test_why_it_failed(reason, code, detail):
    found = answers.failure({"evicted": False, **reason})
    assert found.code == code
    assert detail in found.detail


@pytest.mark.parametrize(
    "reason", [{}, {"evicted": False}, {"meteor": True}, {"nonZeroExit": None}]
)
def test_no_known_reason(reason):
    assert answers.failure(reason) is None


def test_the_end_of_a_deploy():
    said = event(
        "evt-1",
        "deploy_ended",
        1,
        deployId="dep-1",
        deployStatus="failed",
        reason={"failure": {"evicted": False, "nonZeroExit": 1}},
    )["event"]
    found = answers.happening(said)
    assert (found.deploy, found.outcome) == ("dep-1", "failed")
    assert found.failure == Failure("crashed", "exited with code 1")
    said["details"] = {"deployId": "dep-1", "status": 2, "reason": {}}
    assert answers.happening(said).outcome == "succeeded"


def test_an_event_without_a_time_is_none():
    assert answers.happening({"id": "evt-1", "type": "server_failed", "timestamp": None}) is None


def test_an_image_is_named_where_there_is_no_commit():
    found = answers.deploy({"id": "dep-1", "status": "x", "commit": None, "image": {"ref": "a:1"}})
    assert (found.commit, found.message, found.created_at) == ("a:1", "", None)


def test_a_commit_message_gives_away_no_secret():
    found = answers.deploy({"commit": {"id": "a", "message": "use rnd_0123456789abcdef\n\nhm"}})
    assert found.message.startswith("use [secret:")
    assert found.message.endswith("\n\nhm")


def test_a_page_of_logs_either_way_round():
    rows = [entry(datetime(2026, 3, 2, 12, 0, n, tzinfo=UTC), str(n)) for n in range(3)]
    for order in (rows, rows[::-1]):
        assert [line.text for line in answers.log_page({"logs": order}).lines] == ["0", "1", "2"]
