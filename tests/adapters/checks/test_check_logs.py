"""Many errors, or a start that never got to its end."""

from datetime import timedelta

import httpx
import pytest

from bot.adapters.checks.logs import Logs
from bot.domain.check import Seen
from tests.adapters.render_kit import NOW, SRV, ago, entry, healthy, log_book


class Clock:
    at = NOW

    def __call__(self):
        return self.at


@pytest.fixture
def now():
    return Clock()


@pytest.fixture
def api():
    return healthy()


@pytest.fixture
def check(api, now):
    return Logs("life-os", SRV, api.render(), now)


def before(seconds, text, **more):
    return entry(NOW - timedelta(seconds=seconds), text, **more)


def errors(count, first=0):
    return [before(first + n, f"ERROR db: pool exhausted {n}", level="error") for n in range(count)]


STARTED = before(200, "==> Running 'python -m lifeos'")
MARKED = before(190, "Bot is running!")


async def test_a_quiet_log(api, check):
    api["/logs"] = log_book(STARTED, MARKED, before(5, "INFO handled"))
    result = await check.look()
    assert (result.seen, result.code, result.value) == (Seen.PASS, "", 0)
    assert result.detail == "0 errors in 5 min (0.0/min)"
    assert (result.service, result.check, result.at) == ("life-os", "logs", NOW)


async def test_an_empty_log(check):
    assert (await check.look()).seen is Seen.PASS


@pytest.mark.parametrize(("count", "seen"), [(15, Seen.PASS), (16, Seen.FAIL)])
async def test_more_than_so_many_a_minute(api, check, count, seen):
    api["/logs"] = log_book(*errors(count))
    result = await check.look()
    assert (result.seen, result.value) == (seen, count / 5)
    assert result.code == ("error_rate" if seen is Seen.FAIL else "")
    assert f"{count} errors in 5 min" in result.detail
    assert f"ERROR: ERROR db: pool exhausted 0 (×{count})" in result.detail


async def test_old_errors_do_not_count(api, check):
    api["/logs"] = log_book(*errors(50, first=301))
    assert (await check.look()).value == 0


async def test_errors_before_the_last_start_do_not_count(api, check):
    api["/logs"] = log_book(*errors(50, first=210), STARTED, MARKED, *errors(2))
    result = await check.look()
    assert (result.seen, result.value) == (Seen.PASS, pytest.approx(0.4))


async def test_a_traceback_is_one_error(api, check):
    trace = ["Traceback (most recent call last):", '  File "/app/a.py", line 1, in f', "    f()"]
    lines = [
        entry(NOW - timedelta(seconds=60 - n, microseconds=-m), text, level="error")
        for n in range(16)
        for m, text in enumerate([*trace, "ValueError: x"])
    ]
    api["/logs"] = log_book(*lines)
    result = await check.look()
    assert result.value == pytest.approx(3.2)
    assert "ValueError: x (×16)" in result.detail


async def test_a_start_without_an_end(api, check, now):
    api["/logs"] = log_book(STARTED, before(199, "INFO loading"))
    assert (await check.look()).seen is Seen.PASS
    now.at += timedelta(seconds=101)
    result = await check.look()
    assert (result.seen, result.code) == (Seen.FAIL, "not_started")
    assert "started 5 min ago and has not said “Bot is running!”" in result.detail


async def test_a_start_with_its_end_stays_good_when_both_are_long_past(api, check, now):
    api["/logs"] = log_book(STARTED, MARKED)
    await check.look()
    api["/logs"] = log_book()
    now.at += timedelta(hours=3)
    assert (await check.look()).seen is Seen.PASS
    assert check._lines == {}


async def test_a_new_start_needs_a_new_end(api, check, now):
    api["/logs"] = log_book(STARTED, MARKED, before(0, "==> Running 'x'"))
    await check.look()
    now.at += timedelta(minutes=6)
    assert (await check.look()).code == "not_started"
    api["/logs"] = log_book(before(-300, "Bot is running!"))
    assert (await check.look()).seen is Seen.PASS


async def test_a_version_that_leaves_does_not_speak_for_the_one_that_came(api, check, now):
    """It is started again and again until it is ended; the new one has said that it works."""
    old = {"instance": f"{SRV}-old"}
    before_it = [before(400, "==> Running 'x'", **old), before(390, "Bot is running!", **old)]
    leaving = [before(n, "==> Running 'x'", **old) for n in (150, 100, 50)]
    api["/logs"] = log_book(*before_it, *errors(50, first=210), STARTED, MARKED, *leaving)
    result = await check.look()
    assert (result.seen, result.value) == (Seen.PASS, 0)
    now.at += timedelta(minutes=6)
    assert (await check.look()).seen is Seen.PASS


async def test_the_builds_are_nobodys_start(api, check, now):
    """Two deploys, the first of them crashing: read again and again, their lines tell the same."""
    build = "==> Running build command 'python -m compileall'..."
    first, second = before(50, build, instance=""), before(20, build, instance="")
    failed = [before(n, "==> Running 'x'", instance=f"{SRV}-bad") for n in (48, 40, 22)]
    new = before(18, "==> Running 'x'"), before(16, "Bot is running!")
    for known in ([first, *failed], [first, *failed, second, *new]):
        api["/logs"] = log_book(*known)
        await check.look()
    now.at += timedelta(minutes=6)
    assert (await check.look()).seen is Seen.PASS


async def test_a_start_that_no_instance_is_named_of_is_nobodys(api, check, now):
    api["/logs"] = log_book(STARTED, MARKED, before(100, "==> Running 'x'", instance=""))
    now.at += timedelta(minutes=6)
    assert (await check.look()).seen is Seen.PASS


async def test_what_the_version_before_said_is_not_said_of_the_new_one(api, check, now):
    old = {"instance": f"{SRV}-old"}
    said = before(100, "Bot is running!", **old)
    api["/logs"] = log_book(before(400, "==> Running 'x'", **old), STARTED, said)
    now.at += timedelta(seconds=101)
    assert (await check.look()).code == "not_started"


async def test_a_program_that_says_nothing_when_it_works(api, now):
    api["/logs"] = log_book(before(500, "==> Running 'x'"))
    check = Logs("life-os", SRV, api.render(), now, start_marker=None)
    assert (await check.look()).seen is Seen.PASS


async def test_limits_are_settings(api, now):
    api["/logs"] = log_book(*errors(3), before(40, "==> Running 'x'"))
    strict = Logs("s", SRV, api.render(), now, errors_per_minute=0.5)
    assert (await strict.look()).code == "error_rate"
    hasty = Logs("s", SRV, api.render(), now, start_within=timedelta(seconds=30), start_marker="up")
    assert (await hasty.look()).detail.startswith("started 40 s ago and has not said “up”")


async def test_only_what_is_new_is_read_and_nothing_counts_twice(api, check, now):
    api["/logs"] = log_book(*errors(10))
    await check.look()
    now.at += timedelta(seconds=30)
    assert (await check.look()).value == pytest.approx(2.0)
    first, second = api.calls("/logs")
    assert first["startTime"] == ago(minutes=10)
    assert second["startTime"] == ago(minutes=1)


async def test_no_line_is_asked_for_again_that_would_not_count_any_more(api, now):
    check = Logs("life-os", SRV, api.render(), now, window=timedelta(seconds=12))
    api["/logs"] = log_book(*errors(10))
    assert (await check.look()).value == pytest.approx(50.0)
    now.at += timedelta(seconds=5)
    assert (await check.look()).value == pytest.approx(35.0)
    assert api.calls("/logs")[1]["startTime"] == ago(seconds=12)


async def test_a_traceback_that_began_before_the_window_is_no_error_of_it(api, now):
    check = Logs("life-os", SRV, api.render(), now, window=timedelta(seconds=12))
    trace = ["Traceback (most recent call last):", '  File "/a.py", line 1, in f', "ValueError: x"]
    api["/logs"] = log_book(*(before(14 - 2 * n, t, level="error") for n, t in enumerate(trace)))
    assert (await check.look()).value == 0


async def test_a_line_that_arrives_late_is_seen(api, check, now):
    api["/logs"] = log_book(before(0, "INFO fine"))
    await check.look()
    now.at += timedelta(seconds=30)
    api["/logs"] = log_book(before(0, "INFO fine"), before(50, "ERROR x: late"))
    assert (await check.look()).value == pytest.approx(0.2)


@pytest.mark.parametrize("path", [f"/services/{SRV}", "/logs"])
async def test_blind(api, check, path):
    api[path] = httpx.Response(503)
    result = await check.look()
    assert (result.seen, result.code, result.detail) == (Seen.BLIND, "render", "Render: HTTP 503")


async def test_a_flood_is_bounded(api, check):
    api["/logs"] = log_book(*(before(n / 100, f"ERROR x: {n}") for n in range(3000)))
    result = await check.look()
    assert len(api.calls("/logs")) == 10
    assert result.value == 200


@pytest.mark.parametrize(
    ("text", "count", "code"),
    [
        ("ERROR claude: RateLimitError: 429 Too Many Requests", 20, "rate_limit"),
        ("ERROR claude: RateLimitError: 429 Too Many Requests", 5, ""),
        ("ERROR cache: OSError: [Errno 28] No space left on device", 3, "disk_full"),
        ("ERROR cache: OSError: [Errno 28] No space left on device", 2, ""),
        ("ERROR shop: order 4291 is lost", 20, "error_rate"),
    ],
)
async def test_the_sort_of_trouble(api, check, text, count, code):
    api["/logs"] = log_book(*(before(n, text) for n in range(count)))
    result = await check.look()
    assert (result.seen is Seen.FAIL, result.code) == (bool(code), code)
