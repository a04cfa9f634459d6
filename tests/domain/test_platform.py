"""How a service stands, by table."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.check import SETTLING
from bot.domain.platform import (
    DEPLOY_FAILED,
    IN_PROGRESS,
    LEAVES_WITHIN,
    Deploy,
    Failure,
    Happening,
    LoopRule,
    came_at,
    came_with,
    live_deploy,
    newest_first,
    own_failures,
    standing,
    way_back,
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
        ("the new one fails", [began(9), built(5), failed(4)], "update_in_progress", "settling"),
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
            "settling",
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
        assert found == (True, SETTLING, "running; deploy dep-3 is in progress")


def test_a_start_may_be_felt_for_a_while():
    grace = timedelta(minutes=2)
    for minutes, code in ((1, SETTLING), (3, "")):
        found = standing([event("server_restarted", minutes)], [LIVE], NOW, settles_within=grace)
        assert found == (True, code, "running")


def test_a_deploy_that_takes_too_long_is_stuck():
    within = timedelta(minutes=20)
    for minutes, code in ((19, SETTLING), (21, "deploy_stuck")):
        latest = deploy("build_in_progress", minutes, "dep-3")
        found = standing([], [LIVE, latest], NOW, deploy_within=within)
        assert (found.ok, found.code) == (code == SETTLING, code)
    assert found.detail == "deploy dep-3 has been in progress for 21 min"


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
    assert looping.detail == f"failed 3 times in 10 min; last: {OOM.detail}"
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


# The way back


def row(id, commit, status="deactivated", minutes=60, trigger="new_commit"):
    return Deploy(id, status, trigger, commit, f"Change {commit}", ago(minutes), ago(minutes - 2))


BAD, GOOD = row("dep-9", "bbb", "live", 10), row("dep-8", "aaa", minutes=100)


@pytest.mark.parametrize(
    ("case", "deploys", "target"),
    [
        ("the one before", [BAD, GOOD], "dep-8"),
        ("nothing was ever deployed", [], None),
        ("the first one", [BAD], None),
        ("none is live", [replace(BAD, status="update_in_progress"), GOOD], None),
        ("the live one has no time", [replace(BAD, created_at=None), GOOD], None),
        ("it never ran", [BAD, row("dep-8", "aaa", "build_failed")], None),
        ("it was canceled", [BAD, row("dep-8", "aaa", "canceled")], None),
        ("it says no commit", [BAD, row("dep-8", "")], None),
        ("the same code only", [BAD, row("dep-8", "bbb"), row("dep-7", "bbb", minutes=99)], None),
        (
            "over the same code",
            [BAD, row("dep-8", "bbb"), row("dep-7", "aaa", minutes=99)],
            "dep-7",
        ),
        (
            "over what never ran",
            [BAD, row("dep-8", "ccc", "update_failed"), row("dep-7", "aaa", minutes=99)],
            "dep-7",
        ),
        ("not to one that came after", [BAD, row("dep-10", "ccc", minutes=5)], None),
        (
            "a newer one that failed is no matter",
            [row("dep-10", "ccc", "build_failed", 5), BAD, GOOD],
            "dep-8",
        ),
        ("it is a rollback already", [replace(BAD, trigger="rollback"), GOOD], None),
        (
            "to an earlier rollback",
            [
                BAD,
                row("dep-8", "aaa", minutes=99, trigger="rollback"),
                row("dep-7", "ccc", minutes=200),
            ],
            "dep-8",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) and " " in value else "",
)
def test_the_way_back(case, deploys, target):
    for order in (deploys, deploys[::-1]):
        found = way_back(order)
        assert (found.id if found else None) == target


@pytest.mark.parametrize(
    ("case", "deploys", "came"),
    [
        ("nothing was ever deployed", [], None),
        ("none is live", [GOOD], None),
        ("once", [BAD, GOOD], 8),
        ("nothing ran before it", [BAD], 8),
        ("it was deployed again", [BAD, row("dep-8b", "bbb", minutes=50), GOOD], 48),
        (
            "again and again",
            [BAD, row("dep-8c", "bbb", minutes=50), row("dep-8b", "bbb", minutes=70), GOOD],
            68,
        ),
        (
            "it ran before other code too",
            [BAD, row("dep-8", "aaa", minutes=50), row("dep-7", "bbb", minutes=70)],
            8,
        ),
        (
            "a try of it that never ran",
            [BAD, row("dep-8b", "bbb", "update_failed", 50), GOOD],
            8,
        ),
        (
            "a try of other code between",
            [BAD, row("dep-8c", "ccc", "build_failed", 50), row("dep-8b", "bbb", minutes=70), GOOD],
            68,
        ),
        ("a newer one that failed is no matter", [row("dep-10", "ccc", "build_failed", 5), BAD], 8),
        ("a newer one that ran is no matter", [row("dep-10", "ccc", minutes=5), BAD, GOOD], 8),
        ("it has no end", [replace(BAD, finished_at=None), GOOD], 10),
        ("it has no time", [replace(BAD, created_at=None), GOOD], 8),
        ("it has no time at all", [replace(BAD, created_at=None, finished_at=None)], None),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_when_the_code_that_runs_now_came(case, deploys, came):
    for order in (deploys, deploys[::-1]):
        assert came_at(order) == (None if came is None else ago(came))


def test_the_live_one_is_the_newest_that_says_so():
    older = row("dep-7", "eee", "live", 300)
    assert live_deploy([older, BAD, GOOD]) == BAD
    assert live_deploy([GOOD]) is None


@pytest.mark.parametrize(
    ("minutes", "points"),
    [(None, False), (-1.1, False), (-1.0, True), (0.0, True), (30.0, True), (30.1, False)],
)
def test_trouble_that_came_with_a_deploy(minutes, points):
    assert came_with(minutes) is points


# Instances of the version before, on their way out


BAD_BEGAN, UNDONE = began(60, "dep-1"), ended(55, "succeeded", "dep-1")
BACK_BEGAN, BACK_LIVE = began(10, "dep-2"), ended(8, "succeeded", "dep-2")
ROLLED_BACK = [BAD_BEGAN, UNDONE, failed(20, instance="old"), BACK_BEGAN, BACK_LIVE]
RESTARTED = [failed(20, instance="old"), event("server_restarted", 8)]


BACK_AGAIN = deploy("live", 10, finished=8)


def owned(events, deploys=(BACK_AGAIN,), since=8):
    history = sorted(events, key=lambda e: e.at)
    return [(e.instance, e.at) for e in own_failures(history, deploys, ago(since))]


@pytest.mark.parametrize("before", [ROLLED_BACK, RESTARTED])
def test_an_instance_that_failed_before_the_new_version_may_fail_until_it_is_ended(before):
    assert owned([*before, failed(7, instance="old"), failed(3, instance="old")]) == []


@pytest.mark.parametrize("before", [ROLLED_BACK, RESTARTED])
def test_but_not_for_longer_than_the_platform_lets_it_live(before):
    late = 8 - LEAVES_WITHIN.total_seconds() / 60 - 0.1
    assert owned([*before, failed(late, instance="old")]) == [("old", ago(late))]


@pytest.mark.parametrize("before", [ROLLED_BACK, RESTARTED])
@pytest.mark.parametrize("instance", ["new", ""])
def test_a_failure_of_the_running_version_is_never_one_of_those(before, instance):
    for minutes in (7.9, 5, 1):
        assert owned([*before, failed(minutes, instance=instance)]) == [(instance, ago(minutes))]
    looping = [failed(m, instance=instance) for m in (6, 4, 2)]
    assert standing([*before, *looping], [], NOW).code == "crash_loop"


def test_one_that_failed_only_while_the_new_version_was_made_may_be_the_new_one():
    events = [BAD_BEGAN, UNDONE, BACK_BEGAN, failed(9, instance="i1"), BACK_LIVE]
    assert owned([*events, failed(7, instance="i1")]) == [("i1", ago(7))]


def test_one_of_nobody_knows_which_instance_is_ours():
    events = [failed(20, instance=""), BACK_BEGAN, BACK_LIVE]
    assert owned([*events, failed(7, instance="")]) == [("", ago(7))]


def test_without_the_begin_of_the_version_nobody_is_known_to_leave():
    events = [failed(20, instance="old"), BACK_LIVE, failed(7, instance="old")]
    assert owned(events) == [("old", ago(7))]
    events = [*ROLLED_BACK, failed(7, instance="old")]
    assert owned(events, deploys=[]) == [("old", ago(7))]
    assert owned(events, [deploy("live", 10, "dep-5", finished=8)]) == [("old", ago(7))]


def test_a_rollback_that_fails_saves_nobody():
    """The version before it goes on, and so do its failures."""
    events = [
        BAD_BEGAN,
        UNDONE,
        failed(20, instance="old"),
        BACK_BEGAN,
        ended(8, "failed", "dep-2"),
        failed(7, instance="old"),
    ]
    deploys = [deploy("update_failed", 10), deploy("live", 60, "dep-1", finished=55)]
    assert owned(events, deploys, since=55) == [("old", ago(20)), ("old", ago(7))]
    assert standing(events, deploys, NOW).code == "crashed"


def test_the_crashes_before_a_rollback_are_past_once_it_is_live():
    loop = [failed(m, instance="old") for m in (18, 14, 12)]
    leaving = [failed(7, instance="old"), failed(5, instance="old")]
    events = [BAD_BEGAN, UNDONE, *loop, BACK_BEGAN, BACK_LIVE, back(8), *leaving]
    assert standing(events, [BACK_AGAIN], NOW).ok


@pytest.mark.parametrize("other", [began(20.5, "dep-3"), event("server_restarted", 20.5)])
def test_another_begin_does_not_make_the_running_version_an_old_one(other):
    """Its instance failed once while it was being started, then it went live, and fails again."""
    events = [
        began(30),
        built(25),
        failed(22, instance="new"),
        back(21),
        other,
        ended(20, "succeeded"),
        failed(18, instance="new"),
    ]
    assert owned(events, [deploy("live", 30, finished=20)], since=20) == [("new", ago(18))]
