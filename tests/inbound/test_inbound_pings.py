"""A sign of life is kept before it is answered; a flood of them is not."""

from __future__ import annotations

import json
from datetime import timedelta

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inbound_kit import OTHER_PING, PING

from bot.inbound.pings import A_MINUTE, Named, Pings, last_beat, read_outcome
from bot.ports import Unavailable

CHECK = "heartbeat:nightly"


async def beat(store):
    return await last_beat(store, "life-os", CHECK)


@pytest.fixture
def pings(store, clock, monotonic):
    return Pings(store, {PING: Named("life-os", CHECK)}, clock, monotonic)


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
async def test_each_way_of_asking_is_a_beat(http, store, clock, method):
    answer = await http.request(method, f"/ping/{PING}")
    assert answer.status_code == 200
    assert await beat(store) == (clock(), True, "")


async def test_the_memo_is_as_agreed(http, store, clock):
    await http.post(f"/ping/{PING}", content="14 rows")
    kept = json.loads(await store.memo("beat:life-os/heartbeat:nightly"))
    assert kept == {"at": clock().isoformat(), "ok": True, "note": "14 rows"}


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        ("/fail", "", (False, "")),
        ("/fail", "disk full", (False, "disk full")),
        ("/0", "", (True, "")),
        ("/1", "", (False, "exit code 1")),
        ("/137", "killed\nat 512 MB", (False, "exit code 137: killed at 512 MB")),
    ],
)
async def test_how_it_went(http, store, clock, path, body, expected):
    assert (await http.post(f"/ping/{PING}{path}", content=body)).status_code == 200
    assert await beat(store) == (clock(), *expected)


@pytest.mark.parametrize("path", ["/maybe", "/256", "/-1", "/1e2", "/²", "/0/0", "/", "/1000"])
async def test_what_means_nothing_is_not_found(http, store, path):
    assert (await http.post(f"/ping/{PING}{path}")).status_code == 404
    assert await beat(store) is None


@pytest.mark.parametrize("token", ["x", PING[:-1], PING + "x", "%00", "é" * 20, PING.upper()])
async def test_a_wrong_token_is_not_found(http, store, token):
    assert (await http.get(f"/ping/{token}")).status_code == 404
    assert await beat(store) is None


async def test_each_token_speaks_for_its_own_check(http, store, clock):
    await http.get(f"/ping/{OTHER_PING}/fail")
    assert await beat(store) is None
    assert await last_beat(store, "life-os", "heartbeat:backups") == (clock(), False, "")


async def test_what_it_says_is_made_harmless(http, store):
    text = "\x1b[31mfailed\x1b[0m \u202e password=hunter2hunter2 " + "x" * 500
    await http.post(f"/ping/{PING}", content=text.encode())
    note = (await beat(store))[2]
    assert note.startswith("failed password=[secret:")
    assert "hunter2" not in note
    assert "\x1b" not in note
    assert len(note) == 200


async def test_bytes_that_are_no_text_do_no_harm(http, store):
    assert (await http.post(f"/ping/{PING}", content=b"\xff\xfe\x00ok")).status_code == 200
    assert (await beat(store))[2].endswith("ok")


async def test_a_long_log_is_no_reason_to_lose_the_beat(http, store):
    assert (await http.post(f"/ping/{PING}", content=b"x" * 2_000_000)).status_code == 200
    assert (await beat(store))[1]


async def test_a_flood_is_answered_and_not_kept(pings, store, clock, monotonic):
    kept = set()
    for _ in range(120):
        assert (await pings.take(PING, "", b"")).status == 200
        kept.add((await beat(store))[0])
        clock.tick(seconds=0.5)
        monotonic.at += 0.5
    assert len(kept) == A_MINUTE
    assert clock() - max(kept) <= timedelta(seconds=12.5)  # the last one kept is never much older


async def test_a_failure_among_good_ones_is_kept_at_once(pings, store, clock, monotonic):
    await pings.take(PING, "", b"")
    clock.tick(seconds=1)
    monotonic.at += 1
    await pings.take(PING, "fail", b"no rows")
    assert await beat(store) == (clock(), False, "no rows")


async def test_a_change_that_is_not_kept_is_not_called_kept(pings, store, monotonic):
    said = [(await pings.take(PING, ("", "fail")[n % 2], b"")).status for n in range(6)]
    assert said == [200] * 5 + [429]
    assert (await beat(store))[1] is True
    monotonic.at += 61
    assert (await pings.take(PING, "fail", b"")).status == 200
    assert (await beat(store))[1] is False


async def test_not_kept_is_not_answered_with_yes(house, store, monkeypatch):
    async def refuse(name, value):
        raise Unavailable("the database does not answer")

    monkeypatch.setattr(store, "set_memo", refuse)
    transport = httpx.ASGITransport(app=house.inbound().app())
    async with httpx.AsyncClient(transport=transport, base_url="http://w") as client:
        answer = await client.get(f"/ping/{PING}")
    assert answer.status_code == 503
    assert "database" not in answer.text


@pytest.mark.parametrize(
    "memo",
    ["", "{", "[]", "null", "7", '{"at": 5}', '{"at": "yesterday", "ok": true}', '{"ok": true}'],
)
async def test_a_spoiled_memo_is_no_beat(store, memo):
    await store.set_memo(f"beat:life-os/{CHECK}", memo)
    assert await beat(store) is None


async def test_only_true_is_ok(store, clock):
    await store.set_memo(
        f"beat:life-os/{CHECK}", json.dumps({"at": clock().isoformat(), "ok": "no", "note": 5})
    )
    assert await beat(store) == (clock(), False, "")


@pytest.mark.parametrize("token", ["", "short", "a" * 15, "has/a/slash/in/the/middle", "ü" * 20])
def test_weak_tokens_are_refused(store, clock, token):
    with pytest.raises(ValueError, match="life-os/http"):
        Pings(store, {token: Named("life-os", "http")}, clock)


@settings(deadline=None)
@given(st.text(max_size=6))
def test_an_outcome_is_understood_or_not(text):
    said = read_outcome(text)
    assert said is None or said[0] in {True, False}
