"""One look at everything beside a running watchdog: it sees the same and leaves nothing behind."""

import asyncio
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from bot.app import once
from bot.app.once import Eyes, Look, UnknownName, chosen, look_once, report, verdict
from bot.app.shown import a_line, check_table, in_short
from bot.domain.check import OUR_NETWORK, Result, Seen
from bot.domain.severity import Severity
from bot.sandbox.server import Server
from bot.settings import House, Settings
from tests.conftest import FakeCheck

AT = datetime(2026, 1, 1, 3, 12, tzinfo=UTC)
KEYS = (
    "service",
    "check",
    "seen",
    "code",
    "severity",
    "impact",
    "detail",
    "value",
    "seconds",
)


def settings(base="http://127.0.0.1:9", **more):
    given = {
        "telegram_bot_token": "700100:practice-token-0123456789abcdef",
        "telegram_chat_id": 1,
        "telegram_admins": "1",
        "telegram_api_url": base,
        "render_api_url": f"{base}/v1",
    }
    return Settings(_env_file=None, **given | more)


def house(*services, **more):
    return House.model_validate({"services": services, "upstreams": [], **more})


def page(name, url, **check):
    return {"name": name, "checks": [{"kind": "http", "name": "page", "url": url, **check}]}


def pinged(name):
    beat = {"kind": "heartbeat", "name": "backup", "expected_every": 60, "token": "t" * 20}
    return {"name": name, "checks": [beat]}


@pytest.fixture
async def base():
    def answer(request):
        return PlainTextResponse("<b>[red]x", int(request.path_params["status"]))

    server = Server(0)
    await server.start(Starlette(routes=[Route("/{status:int}", answer, methods=["GET", "HEAD"])]))
    yield server.base
    await server.close()


@pytest.fixture
def seeing(world):
    return Eyes(world, house(), asyncio.Semaphore(once.AT_ONCE))


async def test_what_passes_fails_and_cannot_be_seen(base):
    watched = house(page("good", f"{base}/200"), page("bad", f"{base}/503"), pinged("silent"))
    good, bad, silent = looks = await look_once(settings(base), watched, "")
    assert (good.result.seen, good.severity, good.impact) == (Seen.PASS, None, "")
    assert (bad.result.seen, bad.result.code) == (Seen.FAIL, "unavailable")
    assert bad.severity is Severity.P0
    assert bad.impact == "bad cannot serve anybody"
    assert silent.result.seen is Seen.BLIND
    assert "pings come to the running watchdog" in silent.result.detail
    assert verdict(looks) is Seen.FAIL
    assert verdict([good, silent]) is Seen.BLIND
    assert verdict([good]) is Seen.PASS
    assert all(look.seconds >= 0 for look in looks)


async def test_the_settings_say_how_bad_it_is(base):
    watched = house(page("bad", f"{base}/500", severity="P3"))
    (bad,) = await look_once(settings(base), watched, "")
    assert bad.severity is Severity.P3


async def test_every_kind_of_the_settings_is_built(tmp_path):
    """Without asking anything: only the names."""
    checks = [
        {"kind": "certificate", "name": "c", "host": "localhost"},
        {"kind": "sql", "name": "s", "query": "SELECT 1"},
        {"kind": "job", "name": "j", "command": "true"},
    ]
    one = {
        "name": "one",
        "render_service_id": "srv-1",
        "database_url": "postgresql://u@127.0.0.1:9/x",
        "health_url": "https://127.0.0.1:9/",
        "bot_token": "1:watched-bot",
        "checks": checks,
    }
    async with once.eyes(settings(), House.model_validate({"services": [one]})) as seeing:
        found = {once.full_name(check) for check in seeing.world.checks}
    assert found >= {"one/service", "one/logs", "one/http", "one/postgres", "one/telegram"}
    assert found >= {"one/certificate", "one/certificate:c", "one/sql:s", "one/job:j"}
    assert found >= {"render/statuspage", "telegram/reach"}


async def test_the_store_stays_shut(base, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "watchdog.db"
    with sqlite3.connect(file) as held:
        held.execute("CREATE TABLE kept (x)")
        held.commit()
        held.execute("BEGIN EXCLUSIVE")
        before = file.read_bytes()
        told = settings(base, store_url=f"sqlite:///{file}")
        looks = await look_once(told, house(page("good", f"{base}/200"), pinged("p")), "")
        assert [look.result.seen for look in looks] == [Seen.PASS, Seen.BLIND]
        assert file.read_bytes() == before
    held.close()
    assert {path.name for path in tmp_path.iterdir()} <= {"watchdog.db", "watchdog.db-journal"}


async def test_a_look_without_end_is_cut_off(seeing, clock, monkeypatch):
    class Endless(FakeCheck):
        async def look(self):
            await asyncio.Event().wait()

    monkeypatch.setattr(once, "DEADLINE", 0.01)
    look = await seeing.look(Endless(clock, "http", ""))
    assert look.result.seen is Seen.BLIND
    assert look.result.detail == "the look did not end in 0.01 s"


async def test_twenty_look_at_once_and_no_more(seeing, clock):
    looking, most, full, go = 0, 0, asyncio.Event(), asyncio.Event()

    class Counted(FakeCheck):
        async def look(self):
            nonlocal looking, most
            looking += 1
            most = max(most, looking)
            if looking == once.AT_ONCE:
                full.set()
            await go.wait()
            looking -= 1
            return await super().look()

    checks = [Counted(clock, "http", "fine") for _ in range(50)]
    asked = asyncio.gather(*(seeing.look(check) for check in checks))
    await asyncio.wait_for(full.wait(), 5)
    go.set()
    looks = await asked
    assert most == once.AT_ONCE
    assert verdict(looks) is Seen.PASS
    assert len(looks) == 50


async def test_our_own_network_is_not_the_services_fault(seeing, http_check):
    http_check.fails("timeout", "no answer in 10 s")
    seeing.world.witness.up = False
    look = await seeing.look(http_check)
    assert (look.result.seen, look.result.code) == (Seen.BLIND, OUR_NETWORK)
    assert (look.severity, look.impact) == (None, "")


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("", ["http", "http:login", "postgres"]),
        ("http", ["http", "http:login"]),
        ("http:login", ["http:login"]),
        ("postgres", ["postgres"]),
        ("life-os", ["http", "http:login", "postgres"]),
        ("life-os/http", ["http"]),
    ],
)
def test_names(clock, name, found):
    checks = [FakeCheck(clock, one, "") for one in ("http", "http:login", "postgres")]
    assert [check.name for check in chosen(checks, name)] == found


@pytest.mark.parametrize("name", ["htt", "HTTP", " ", "life-os/", "x" * 500, "[red]"])
def test_an_unknown_name_hears_those_there_are(clock, name):
    with pytest.raises(UnknownName) as unknown:
        chosen([FakeCheck(clock, "http", "")], name)
    assert str(unknown.value).endswith("; there are http, life-os.")
    assert len(str(unknown.value)) < 120


async def test_only_changes_are_told(seeing, http_check):
    """Each look follows its weather; a figure or a word that moves is no change."""
    weather = [
        lambda: http_check.fails("status", "HTTP 500"),
        lambda: http_check.fails("status", "HTTP 502"),
        lambda: http_check.fails("timeout", "no answer in 10 s"),
        http_check.blind,
        http_check.heals,
        http_check.heals,
    ]
    told, slept = [], []

    async def sleep(seconds):
        slept.append(seconds)
        if not weather:
            raise asyncio.CancelledError
        weather.pop(0)()

    with pytest.raises(asyncio.CancelledError):
        await once.tell_changes(seeing, http_check, told.append, sleep)
    shown = [(look.result.seen.value, look.result.code) for look in told]
    assert shown == [
        ("pass", ""),
        ("fail", "status"),
        ("fail", "timeout"),
        ("blind", ""),
        ("pass", ""),
    ]
    assert slept == [30.0] * 7


async def test_looking_again_is_as_often_as_the_settings_say(base):
    watched = house(page("a", base, every=7), page("b", base), checks={"http": {"every": 11}})
    async with once.eyes(settings(base), watched) as seeing:
        assert [seeing.every(check) for check in seeing.world.checks] == [7, 11]


async def test_going_on_until_told(base):
    told, heard = [], asyncio.Event()

    def hear(look):
        told.append(look)
        if len(told) == 2:
            heard.set()

    watched = house(page("good", f"{base}/200"), page("bad", f"{base}/404"))
    going = asyncio.create_task(once.keep_looking(settings(base), watched, "", hear))
    await asyncio.wait_for(heard.wait(), 10)
    going.cancel()
    with pytest.raises(asyncio.CancelledError):
        await going
    assert {look.result.service for look in told} == {"good", "bad"}


async def test_going_on_with_an_unknown_name_is_one_error(base):
    with pytest.raises(UnknownName):
        await once.keep_looking(settings(base), house(pinged("p")), "nix", print)


def look(seen=Seen.PASS, code="", detail="fine", value=None, **more):
    result = Result("life-os", "http", seen, AT, code, detail, value)
    return replace(Look(result, 0.1234), **more)


def test_json_has_every_key_also_when_there_is_nothing_to_say():
    looks = [look(), look(Seen.FAIL, "status", "HTTP 500", 0.5, severity=Severity.P1)]
    said = report(looks, AT)
    assert (said["ok"], said["looked_at"]) == (False, "2026-01-01T03:12:00+00:00")
    assert all(tuple(one) == KEYS for one in said["checks"])
    assert said["checks"][0]["severity"] is None
    assert said["checks"][1]["severity"] == "P1"
    assert said["checks"][1]["seconds"] == 0.123
    assert report([look()], AT)["ok"] is True
    assert report([look(Seen.BLIND)], AT)["ok"] is False


def test_what_others_say_is_not_read_as_colours():
    hostile = look(Seen.FAIL, "content", "it begins “[bold red]x[/]”")
    assert "[bold red]x[/]" in a_line(hostile).plain
    assert a_line(hostile).plain.startswith("03:12:00 UTC  ✗ FAIL  life-os http: ")
    assert check_table([hostile, look(value=0.0123456)]).row_count == 2
    assert in_short([hostile, look(), look()]) == "Of 3: 2 pass, 1 fail."
