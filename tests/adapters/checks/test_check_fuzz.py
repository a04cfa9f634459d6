"""Whatever the outside answers: no check raises, and none calls a service down without proof."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.checks import http, job, reach, sql, statuspage, telegram_bot
from bot.adapters.checks.heartbeat import Beat, Heartbeat, moment
from bot.domain.check import Seen
from bot.domain.severity import TABLE, kind_of
from bot.ports import Unavailable
from tests.adapters.render_kit import NOW, SRV, FakeApi, stamp
from tests.fuzz import BODIES, JSON, PLAIN, STATUS, TEXT, client, fuzz, spoilt, word


def now():
    return NOW


def look(check):
    """One look: it must not raise, and what it says must be fit to be shown and understood."""
    result = asyncio.run(check.look())
    assert result.seen is Seen.FAIL or not (result.seen is Seen.PASS and result.code)
    if result.seen is Seen.FAIL:
        assert (kind_of(result.check), result.code) in TABLE
    assert len(result.detail) < 600
    assert len(result.detail.splitlines()) <= 1
    result.detail.encode()
    return result


FEED = {
    "page": {"id": "x", "name": "Claude", "url": "https://status.test"},
    "status": {"indicator": "none", "description": "All Systems Operational"},
    "components": [{"id": "1", "name": "API", "status": "operational", "group": False}],
    "incidents": [{"name": "Slow", "impact": "minor", "status": "monitoring"}],
}


def says_down(feed):
    if word(feed, "status", "indicator") in ("major", "critical"):
        return True
    rows = word(feed, "components")
    rows = [one for one in rows if isinstance(one, dict)] if isinstance(rows, list) else []
    return any(
        one.get("name") == "API" and one.get("status") in ("partial_outage", "major_outage")
        for one in rows
    )


@fuzz
@given(spoilt(FEED))
def test_a_spoilt_status_page(feed):
    page = client(lambda _: (200, json.dumps(feed).encode()))
    check = statuspage.Statuspage("claude", "http://s.test", page, now, components=("API",))
    assert look(check).seen is not Seen.FAIL or says_down(feed)


@fuzz
@given(STATUS, BODIES)
def test_a_status_page_of_garbage(status, body):
    page = client(lambda _: (status, body))
    check = statuspage.Statuspage("claude", "http://s.test", page, now, components=("API",))
    assert look(check).seen is Seen.BLIND


TOKEN = "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw1"
ME = {"ok": True, "result": {"id": 1, "is_bot": True, "username": "lifeos_bot"}}
HOOK = {
    "ok": True,
    "result": {
        "url": "",
        "has_custom_certificate": False,
        "pending_update_count": 3,
        "last_error_date": int(NOW.timestamp()),
        "last_error_message": "Wrong response",
    },
}


class Clock:
    def __init__(self):
        self.at = NOW

    def __call__(self):
        self.at += timedelta(minutes=1)
        return self.at


def bot(handle, **more):
    return telegram_bot.TelegramBot("s", "http://t.test", TOKEN, client(handle), Clock(), **more)


@fuzz
@given(spoilt({"me": ME, "hook": HOOK}))
def test_a_spoilt_answer_of_telegram(answers):
    def handle(request):
        which = "me" if request.url.path.endswith("getMe") else "hook"
        return 200, json.dumps(answers.get(which)).encode()

    check = bot(handle)
    for _ in range(3):
        result = look(check)
        assert TOKEN not in result.detail
        if result.seen is Seen.FAIL:  # only what Telegram says in so many words
            assert result.code == "webhook"
            url = word(answers, "hook", "result", "url")
            assert isinstance(url, str)
            assert url


@fuzz
@given(spoilt({"ok": False, "error_code": 401, "description": "Unauthorized"}), STATUS)
def test_a_spoilt_refusal_of_telegram(refusal, status):
    result = look(bot(lambda _: (status, json.dumps(refusal).encode())))
    refused = refusal.get("ok") is False and refusal.get("error_code") == status
    proved = refused and status in (401, 404)
    assert (result.seen, result.code) == ((Seen.FAIL, "token") if proved else (Seen.BLIND, ""))


@fuzz
@given(STATUS, BODIES)
def test_garbage_instead_of_telegram(status, body):
    assert look(bot(lambda _: (status, body), webhook="https://a.test")).seen is Seen.BLIND


@fuzz
@given(st.lists(st.integers(0, 4), max_size=20))
def test_never_deaf_while_its_queue_gets_shorter_or_empty(counts):
    told, seen = [], []

    def handle(request):
        if request.url.path.endswith("getMe"):
            return 200, json.dumps(ME).encode()
        result = {"url": "", "pending_update_count": seen[-1]}
        return 200, json.dumps({"ok": True, "result": result}).encode()

    check = bot(handle)
    for count in counts:
        seen.append(count)
        told.append(look(check).code)
        window = seen[-6:]
        steady = len(window) == 6 and window == sorted(window) and min(window) > 0
        assert told[-1] == ("deaf" if steady else "")


JOB = {"id": "job-1", "startCommand": "check", "status": "running", "createdAt": stamp(NOW)}


class World:
    def __init__(self):
        self.at = NOW

    def __call__(self):
        return self.at

    async def sleep(self, seconds):
        self.at += timedelta(seconds=max(seconds, 1))


@fuzz
@given(
    st.one_of(spoilt([{"job": JOB, "cursor": "x"}]), JSON),
    st.one_of(spoilt(JOB), JSON),
    st.one_of(spoilt(JOB), JSON),
    STATUS,
)
def test_a_spoilt_answer_about_jobs(listed, started, read, status):
    api, world = FakeApi(), World()

    def say(code, data):
        return httpx.Response(code, content=json.dumps(data).encode())

    def many(request):
        return say(status, started) if request.method == "POST" else say(200, listed)

    class Any(dict):
        def get(self, path, default=None):
            return many if path.endswith("/jobs") else lambda _: say(200, read)

    api.answers = Any()
    check = job.Job("s", SRV, api.render(), "check", world, within=20, sleep=world.sleep)
    for _ in range(3):
        result = look(check)
        if result.seen is Seen.FAIL:
            known = ("failed", "succeeded", "running", "pending", "", None)
            assert word(read, "status") in known
            assert word(read, "id")


@fuzz
@given(STATUS, BODIES, TEXT, st.sampled_from(["a", "0", "status.db", "0.a", "", ".", "a..b"]))
def test_content_of_any_kind(status, body, wanted, path):
    page = client(lambda _: (status, body))
    more = {"contains": wanted, "lacks": "\x00", "json_path": path, "equals": wanted}
    result = look(http.Http("s", "http://s.test/", page, now, **more))
    assert result.code in {"", "status", "content", "unavailable"}
    reached = look(reach.Reach("s", "http://s.test/", page, now))
    assert (reached.seen is Seen.FAIL) is (status >= 500)


@fuzz
@given(st.text(max_size=60), st.binary(max_size=40))
def test_any_charset(charset, body):
    head = {"Content-Type": f"text/html; charset={charset}".encode(errors="replace")}
    page = httpx.AsyncClient(
        transport=httpx.MockTransport(lambda _: httpx.Response(200, content=body, headers=head))
    )
    look(http.Http("s", "http://s.test/", page, now, contains="x"))


VALUES = st.one_of(
    PLAIN,
    st.decimals(),
    st.datetimes(),
    st.datetimes(timezones=st.timezones()),
    st.dates(),
    st.times(),
    st.timedeltas(),
    st.binary(max_size=20),
    st.uuids(),
    JSON,
)


@fuzz
@given(VALUES, TEXT, st.none() | st.floats(allow_nan=False), st.none() | st.floats(allow_nan=False))
def test_any_value_of_a_query(value, equals, low, high):
    check = sql.Sql("s", "", "", now, equals=equals, at_least=low, at_most=high)
    said = check.judge(value)
    assert len(said.splitlines()) <= 1
    assert len(said) < 600
    sql.shown(value)
    if not equals and low is None and high is None:
        assert said == ""


@fuzz
@given(st.floats(-1e6, 1e6) | st.integers() | st.decimals(-(10**6), 10**6))
def test_a_figure_equals_itself_and_lies_within_itself(value):
    assert sql.Sql("s", "", "", now, equals=str(value)).judge(value) == ""
    if abs(value) < 2**50:
        limit = float(value)
        exact = Decimal(limit) == Decimal(value)
        check = sql.Sql("s", "", "", now, at_least=limit, at_most=limit)
        assert not exact or check.judge(value) == ""


@fuzz
@given(VALUES, st.text(max_size=50))
def test_any_value_as_a_sign_of_life(value, note):
    try:
        at = moment(value)
    except Unavailable:
        return
    assert at.tzinfo is UTC

    async def last():
        return Beat(at, note=note)

    minute = timedelta(minutes=1)
    result = look(Heartbeat("s", "heartbeat:row", last, minute, minute, now))
    if result.seen is Seen.FAIL:
        assert NOW - at > 2 * minute


@pytest.mark.parametrize("at", [datetime.min, datetime.max])
def test_the_ends_of_time(at):
    async def last():
        return Beat(at.replace(tzinfo=UTC))

    minute = timedelta(minutes=1)
    assert look(Heartbeat("s", "heartbeat", last, minute, minute, now)).detail
