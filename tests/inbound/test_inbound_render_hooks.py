"""A webhook rings only when Render has signed it, lately, and for the first time."""

from __future__ import annotations

import asyncio
import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inbound_kit import SECRET, House, spoken_to
from standardwebhooks.webhooks import Webhook

from bot.flows.engine import News
from bot.inbound import render_hooks
from bot.inbound.render_hooks import RINGS, Looks, RenderHooks
from bot.ports import Unavailable
from bot.sandbox.render.delivery import Webhook as EmulatedWebhook
from bot.sandbox.render.delivery import _headers, body_of
from bot.sandbox.render.kinds import KINDS
from bot.sandbox.render.state import Event

SERVICE = "srv-cu2k7g0gph6c73ffc4h0"
HOOK = "/hooks/render"


def thin(kind="server_failed", service=SERVICE):
    data = {"id": "evt-1", "serviceId": service, "serviceName": "life-os"}
    return json.dumps({"type": kind, "timestamp": "2026-03-02T09:14:07Z", "data": data})


def signed(body, id="evt-1", *, age=0.0, secret=SECRET):
    at = datetime.now(UTC) - timedelta(seconds=age)
    return {
        "webhook-id": id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(id, at, body),
    }


async def sent(http, body=None, headers=None, **how):
    body = thin() if body is None else body
    headers = signed(body, **how) if headers is None else headers
    return await http.post(HOOK, content=body, headers=headers)


async def settled():
    """Let what was started in the background, and what follows from it, come to its end."""
    quiet = 0
    while quiet < 3:
        busy = any(t.get_name().startswith("webhook") for t in asyncio.all_tasks())
        quiet = 0 if busy else quiet + 1
        await asyncio.sleep(0)


async def test_it_rings_for_a_look(http, house):
    answer = await sent(http)
    await settled()
    assert answer.status_code == 200
    assert house.looked == [SERVICE]
    assert house.bell.rings(News) == 1


async def test_what_the_emulated_render_sends_is_accepted(http, house):
    webhook = EmulatedWebhook("http://x", "hook", True, (), SECRET)
    event = Event("evt-7", datetime.now(UTC), SERVICE, "server_failed", {})
    body = body_of(event, "life-os")
    headers = _headers(webhook, event.id, datetime.now(UTC), body)
    assert (await sent(http, body, headers)).status_code == 200
    await settled()
    assert house.looked == [SERVICE]


@pytest.mark.parametrize("age", [301, 3_600, -301, -86_400])
async def test_old_and_early_ones_are_refused(http, house, age):
    assert (await sent(http, age=age)).status_code == 403
    assert house.looked == []


@pytest.mark.parametrize("age", [290, -290])
async def test_five_minutes_are_tolerated(http, age):
    assert (await sent(http, age=age)).status_code == 200


async def test_another_secret_is_refused(http, house):
    other = "whsec_" + base64.b64encode(b"x" * 32).decode()
    assert (await sent(http, secret=other)).status_code == 403
    await settled()
    assert house.looked == []


@pytest.mark.parametrize("what", ["webhook-id", "webhook-timestamp", "body"])
async def test_whatever_is_changed_it_is_refused(http, house, what):
    body, headers = thin(), signed(thin())
    if what == "body":
        body = body.replace("life-os", "life-so")
    elif what == "webhook-id":
        headers[what] = "evt-2"
    else:
        headers[what] = str(int(headers[what]) + 1)
    assert (await sent(http, body, headers)).status_code == 403
    await settled()
    assert house.looked == []


@pytest.mark.parametrize("missing", ["webhook-id", "webhook-timestamp", "webhook-signature"])
async def test_every_header_is_needed(http, missing):
    headers = signed(thin())
    del headers[missing]
    assert (await sent(http, headers=headers)).status_code == 403


@pytest.mark.parametrize(
    "signature",
    ["", "v1", "v1,", "v1,%%%", "v2,abc", "v1a,abc", "v1,é", ",,,", " ", "v1,YQ==", "v1,a,b"],
)
async def test_odd_signatures_are_refused_not_crashed_on(http, signature):
    headers = signed(thin()) | {"webhook-signature": signature}
    sendable = {k: v.encode() for k, v in headers.items()}
    assert (await sent(http, headers=sendable)).status_code == 403


@pytest.mark.parametrize("stamp", ["", "now", "nan", "inf", "-1", "9" * 400, "1e999"])
async def test_odd_times_are_refused(http, stamp):
    assert (
        await sent(http, headers=signed(thin()) | {"webhook-timestamp": stamp})
    ).status_code == 403


async def test_one_of_several_signatures_is_enough(http, house):
    headers = signed(thin())
    headers["webhook-signature"] = f"v1,YWJj {headers['webhook-signature']}"
    assert (await sent(http, headers=headers)).status_code == 200


async def test_the_body_is_signed_as_it_came(http, house):
    body = thin().replace(", ", ",  ")  # the same content, other bytes
    assert (await sent(http, body, signed(thin()))).status_code == 403
    assert (await sent(http, body)).status_code == 200


async def test_a_replay_is_answered_and_does_not_ring(http, house):
    headers = signed(thin())
    for _ in range(3):
        assert (await sent(http, headers=headers)).status_code == 200
        await settled()
    assert house.looked == [SERVICE]


async def test_a_replay_after_a_restart_does_not_ring(house):
    for _ in range(2):
        async with spoken_to(house.inbound()) as client:
            assert (await sent(client)).status_code == 200
            await settled()
    assert house.looked == [SERVICE]


async def test_only_so_many_ids_are_remembered(http, house, monkeypatch):
    monkeypatch.setattr(render_hooks, "REMEMBERED", 3)
    for n in range(5):
        await sent(http, id=f"evt-{n}")
    assert json.loads(await house.world.store.memo(render_hooks.SEEN)) == [
        "evt-2",
        "evt-3",
        "evt-4",
    ]


@pytest.mark.parametrize("memo", ["{", "{}", "7", "[1, null]"])
async def test_a_spoiled_memory_is_an_empty_one(http, house, memo):
    await house.world.store.set_memo(render_hooks.SEEN, memo)
    assert (await sent(http)).status_code == 200
    await settled()
    assert house.looked == [SERVICE]


@pytest.mark.parametrize("kind", ["database_available", "disk_created", "key_value_unhealthy", ""])
async def test_what_does_not_concern_us_is_ignored_quietly(http, house, kind):
    assert (await sent(http, thin(kind))).status_code == 200
    await settled()
    assert house.looked == []
    assert await house.world.store.memo(render_hooks.SEEN) is None


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "[]",
        "7",
        "null",
        "{}",
        '{"type": 5, "data": {"serviceId": "srv-1"}}',
        '{"type": "server_failed"}',
        '{"type": "server_failed", "data": []}',
        '{"type": "server_failed", "data": {"serviceId": 7}}',
        json.dumps({"type": "server_failed", "data": {"serviceId": "s" * 200}}),
        "[" * 50_000,
    ],
)
async def test_a_signed_oddity_is_ignored(http, house, body):
    assert (await sent(http, body)).status_code == 200
    await settled()
    assert house.looked == []


async def test_too_much_is_not_read(http, house):
    assert (await sent(http, "x" * 1_000_001)).status_code == 413


async def test_what_cannot_be_remembered_is_to_be_sent_again(http, house, monkeypatch):
    async def gone(name, value):
        raise Unavailable("the database does not answer")

    monkeypatch.setattr(house.world.store, "set_memo", gone)
    assert (await sent(http)).status_code == 503
    monkeypatch.undo()
    assert (await sent(http)).status_code == 200
    await settled()
    assert house.looked == [SERVICE]


async def test_a_look_that_fails_changes_no_answer(http, house, caplog):
    house.broken = "Render: HTTP 503"
    assert (await sent(http)).status_code == 200
    await settled()
    assert "webhook.unlooked" in caplog.text


async def test_rings_during_a_look_are_one_more_look(house):
    begun, free = [], asyncio.Event()

    async def look_now(id):
        begun.append(id)
        await free.wait()

    looks = Looks(look_now, house.bell)
    for _ in range(50):
        looks.ring("srv-1")
        looks.ring("srv-2")
    await asyncio.sleep(0)
    assert begun == ["srv-1", "srv-2"]
    free.set()
    await settled()
    assert sorted(begun) == ["srv-1", "srv-1", "srv-2", "srv-2"]


async def test_a_bug_in_a_look_is_told_and_stops_nothing(house, caplog):
    async def crash(id):
        raise KeyError(id)

    looks = Looks(crash, house.bell)
    for _ in range(2):
        looks.ring("srv-1")
        await settled()
        await asyncio.sleep(0)
    assert caplog.text.count("webhook.crashed") == 2


async def test_a_look_under_way_does_not_hold_up_the_end(house):
    async def for_ever(id):
        await asyncio.Event().wait()

    hooks = RenderHooks(house.world.store, SECRET, for_ever, house.bell)
    body = thin()
    assert (await hooks.take(signed(body), body.encode())).status == 200
    await asyncio.sleep(0)
    await hooks.close()
    assert not hooks._looks._running


async def test_forgeries_do_not_fill_the_log(http, caplog):
    for _ in range(20):
        await sent(http, headers={"webhook-id": "x"})
    assert caplog.text.count("webhook.refused") == 1


@pytest.mark.parametrize("secret", ["short", "whsec_" + "!" * 40, "whsec_" + "é" * 40, "=" * 40])
def test_a_secret_that_is_none_is_refused(house, secret):
    with pytest.raises(ValueError, match="secret"):
        house.inbound(render_secret=secret)


async def test_without_a_secret_there_is_no_door(house):
    async with spoken_to(house.inbound(render_secret="")) as client:
        assert (await sent(client)).status_code == 404


def test_every_kind_that_rings_is_one_that_render_sends():
    assert KINDS >= RINGS


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_signed_body_is_read(body):
    kind, service = render_hooks._event(body)
    assert isinstance(kind, str)
    assert isinstance(service, str)


@settings(deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["webhook-id", "webhook-timestamp", "webhook-signature"]),
        st.text(max_size=60),
    ),
    st.binary(max_size=40),
)
def test_no_headers_make_it_crash(headers, body):
    hooks = RenderHooks(None, SECRET, House.look_now, None)
    assert hooks._forged(headers, body)
