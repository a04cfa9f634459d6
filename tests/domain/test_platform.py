"""How a service stands, by table."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.platform import (
    DEPLOY_FAILED,
    IN_PROGRESS,
    Deploy,
    Failure,
    Happening,
    LoopRule,
    newest_first,
    standing,
)
from bot.domain.severity import TABLE

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
EXIT = Failure("crashed", "exited with code 1")
OOM = Failure("out_of_memory", "killed at its memory limit (512Mi)")


def ago(minutes):
    return NOW - timedelta(minutes=minutes)


def event(kind, minutes, **more):
    return Happening(f"evt-{kind}-{minutes}", kind, ago(minutes), **more)


def failed(minutes, failure=EXIT, instance="i1"):
    return event("server_failed", minutes, failure=failure, instance=instance)


def back(minutes):
    return event("server_available", minutes)


def began(minutes, id="dep-2"):
    return event("deploy_started", minutes, deploy=id)


def built(minutes):
    return event("build_ended", minutes)


def ended(minutes, outcome, id="dep-2"):
    return event("deploy_ended", minutes, deploy=id, outcome=outcome)


def deploy(status, minutes=60, id="dep-2", finished=None):
    at = None if finished is None else ago(finished)
    return Deploy(id, status, created_at=ago(minutes), finished_at=at)


LIVE = deploy("live", 600, "dep-1", finished=590)


@pytest.mark.parametrize(
    ("case", "events", "deploys", "code"),
    [
        ("nothing known", [], [], ""),
        ("all well", [back(30)], [LIVE], ""),
        ("failed and never back", [back(30), failed(5)], [LIVE], "crashed"),
        ("failed days ago and never back", [failed(60 * 24 * 3)], [], "crashed"),
        ("failed and back", [failed(5), back(4)], [LIVE], ""),
        ("back before it failed", [back(6), failed(5)], [LIVE], "crashed"),
        ("the reason is the newest one", [failed(9), failed(5, OOM)], [LIVE], "out_of_memory"),
        ("failed, then restarted", [failed(5), event("server_restarted", 4)], [LIVE], ""),
        ("restarted, then failed", [event("server_restarted", 6), failed(5)], [LIVE], "crashed"),
        ("failed, then resumed", [failed(5), event("service_resumed", 4)], [LIVE], ""),
        ("failed, then deployed", [failed(5), ended(4, "succeeded")], [LIVE], ""),
        ("failed, then live by its row", [failed(5)], [deploy("live", 9, finished=4)], ""),
        ("a failed deploy saves nothing", [failed(5), ended(4, "failed")], [LIVE], "crashed"),
        ("three in ten minutes", [failed(8), failed(5), failed(2)], [LIVE], "crash_loop"),
        (
            "three in ten minutes, back just now",
            [failed(8), failed(5), failed(2), back(1)],
            [LIVE],
            "crash_loop",
        ),
        ("three, too far apart", [failed(25), failed(12), failed(2), back(1)], [LIVE], ""),
        (
            "three, but a restart between",
            [failed(9), failed(8), event("server_restarted", 7), failed(5), back(4)],
            [LIVE],
            "",
        ),
        ("no reason given", [failed(5, None)], [LIVE], "crashed"),
        ("latest deploy did not build", [], [LIVE, deploy("build_failed")], "deploy_failed"),
        ("latest deploy did not start", [], [LIVE, deploy("update_failed")], "deploy_failed"),
        ("its pre-deploy failed", [], [LIVE, deploy("pre_deploy_failed")], "deploy_failed"),
        ("down is worse than a bad deploy", [failed(1)], [deploy("build_failed")], "crashed"),
        ("a canceled one says nothing", [], [LIVE, deploy("canceled")], ""),
        (
            "a canceled one hides no failed one",
            [],
            [deploy("build_failed", 9), deploy("canceled", 2, "dep-3")],
            "deploy_failed",
        ),
        ("an older failed one is past", [], [deploy("live", 3), deploy("build_failed", 9)], ""),
        ("an unknown status proves nothing", [], [deploy("hibernating")], ""),
    ],
    ids=lambda value: value if isinstance(value, str) and " " in value else "",
)
def test_standing(case, events, deploys, code):
    for order in (events, events[::-1]):
        found = standing(order, deploys[::-1], NOW)
        assert (found.ok, found.code) == (not code, code)
        assert found.detail
    assert not code or ("service", code) in TABLE


@pytest.mark.parametrize(
    ("case", "events", "status", "code"),
    [
        ("the new one fails", [began(9), built(5), failed(4)], "update_in_progress", ""),
        (
            "the new one failed and was given up",
            [began(9), built(5), failed(4), ended(3, "failed")],
            "update_failed",
            "deploy_failed",
        ),
        ("the old one fails in the build", [began(9), failed(7)], "build_in_progress", "crashed"),
        (
            "the old one was down before",
            [failed(12), began(9), built(5)],
            "update_in_progress",
            "crashed",
        ),
        (
            "the old one fails, comes back, and fails again",
            [failed(12), began(9), built(5), back(4), failed(3)],
            "update_in_progress",
            "crashed",
        ),
        (
            "another instance fails once the old one is back",
            [failed(12), began(9), built(5), back(4), failed(3, instance="i2")],
            "update_in_progress",
            "",
        ),
        (
            "the new one fails once it is live",
            [began(9), built(5), ended(4, "succeeded"), failed(3)],
            "live",
            "crashed",
        ),
    ],
)
def test_who_failed_during_a_deploy(case, events, status, code):
    found = standing(events, [LIVE, deploy(status, 9)], NOW)
    assert found.code == code


def test_a_deploy_in_progress_is_said_and_no_failure():
    for status in IN_PROGRESS:
        found = standing([], [deploy("build_failed", 9), deploy(status, 1, "dep-3")], NOW)
        assert found == (True, "", "running; deploy dep-3 is in progress")


@pytest.mark.parametrize(
    ("suspenders", "detail"),
    [
        ((), "suspended"),
        (("user",), "suspended by user"),
        (("admin", "billing"), "suspended by admin, billing"),
        (("stuck_crashlooping",), "suspended by the platform after repeated crashes"),
    ],
)
def test_suspended_comes_first(suspenders, detail):
    found = standing([failed(1)], [], NOW, suspended=True, suspenders=suspenders)
    assert found == (False, "suspended", detail)


def test_the_detail_says_why():
    assert standing([failed(5, OOM)], [], NOW).detail == OOM.detail
    looping = standing([failed(3), failed(2), failed(1, OOM)], [], NOW)
    assert looping.detail == f"failed 3 times in 10 minutes; last: {OOM.detail}"
    assert standing([], [deploy("build_failed")], NOW).detail == "deploy dep-2: its build failed"


def test_a_failure_during_a_deploy_says_both():
    found = standing([failed(5)], [deploy("build_in_progress", 3)], NOW)
    assert found.detail == f"{EXIT.detail}; deploy dep-2 is in progress"


def test_the_rule_for_a_loop_is_the_callers():
    events = [failed(1), failed(2)]
    assert standing(events, [], NOW).code == "crashed"
    strict = LoopRule(failures=2, within=timedelta(minutes=5))
    assert standing(events, [], NOW, loop=strict).code == "crash_loop"


def test_deploys_without_a_time_are_oldest():
    unknown = Deploy("dep-0", "live")
    assert newest_first([unknown, LIVE]) == [LIVE, unknown]


def test_every_failed_status_has_words():
    assert all(DEPLOY_FAILED.values())
