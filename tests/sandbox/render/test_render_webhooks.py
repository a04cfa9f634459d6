"""Webhooks are really delivered: signed, filtered, tried again, and given up at last."""

from __future__ import annotations

import json

import pytest
from emulated_render import OWNER, kinds, tell, until
from standardwebhooks.webhooks import Webhook, WebhookVerificationError
from webhook_sink import open_sink

from bot.sandbox.render import delivery
from bot.sandbox.render.delivery import PAUSES
from bot.sandbox.render.kinds import KINDS
from bot.sandbox.render.times import now, parse, stamp


@pytest.fixture
async def sink():
    async for one in open_sink():
        yield one


async def made(world, url, kinds=(), **more):
    wish = {"ownerId": OWNER, "url": url, "name": "hook", "enabled": True, "eventFilter": kinds}
    answer = await world.client.post("/webhooks", json={**wish, **more})
    assert answer.status_code == 201
    return answer.json()


async def attempts(world, webhook, **query):
    rows = (await world.client.get(f"/webhooks/{webhook['id']}/events", params=query)).json()
    return [row["webhookEvent"] for row in rows]


async def enabled(world, webhook):
    return (await world.client.get(f"/webhooks/{webhook['id']}")).json()["enabled"]


async def test_every_event_is_sent_thin_and_signed(world, service, sink):
    webhook = await made(world, sink.url)
    before = len(service.history.events)
    await tell(service, "exit/3")
    await until(lambda: kinds(service)[-1] == "server_available" and len(sink.came) >= 2)
    assert set(sink.ids()) == {one.id for one in service.history.events[before:]}
    headers, body = next(one for one in sink.came if b"server_failed" in one[1])
    said = Webhook(webhook["secret"]).verify(body, headers)
    event = next(one for one in service.history.events if one.id == headers["webhook-id"])
    data = {"id": event.id, "serviceId": service.id, "serviceName": "life-os"}
    assert said == {"type": "server_failed", "timestamp": stamp(event.at), "data": data}
    shown = (await world.client.get(f"/events/{event.id}")).json()
    assert shown["details"]["reason"]["nonZeroExit"] == 3


async def test_a_changed_body_does_not_fit_its_signature(world, service, sink):
    webhook = await made(world, sink.url, ["server_available"])
    service.history.add("server_available")
    await until(lambda: sink.came)
    headers, body = sink.came[0]
    with pytest.raises(WebhookVerificationError):
        Webhook(webhook["secret"]).verify(body.replace(b"life-os", b"life-so"), headers)


async def test_the_end_of_something_has_its_status(world, service, sink):
    await made(world, sink.url, ["deploy_ended", "build_ended"])
    await service.ask_deploy("api")[1].done.wait()
    await until(lambda: len(sink.came) == 2)
    assert [json.loads(body)["data"]["status"] for _, body in sink.came] == ["succeeded"] * 2


async def test_only_what_is_wanted(world, service, sink):
    await made(world, sink.url, ["service_suspended"])
    await made(world, sink.url, enabled=False)
    await service.ask_suspend().done.wait()
    await until(lambda: sink.came)
    assert [json.loads(body)["type"] for _, body in sink.came] == ["service_suspended"]
    assert "suspender_added" in kinds(service)
    assert "suspender_added" not in KINDS


async def test_a_refused_event_is_sent_again_with_its_id(world, service, sink):
    sink.statuses = [500, 503, 204]
    webhook = await made(world, sink.url)
    service.history.add("server_available")
    await until(lambda: len(sink.came) == 3)
    assert len(set(sink.ids())) == 1
    await until(lambda: len(world.render._account.post.webhooks[webhook["id"]].attempts) == 3)
    rows = await attempts(world, webhook)
    assert [row["statusCode"] for row in rows] == [204, 503, 500]
    assert {row["eventId"] for row in rows} == set(sink.ids())
    assert await enabled(world, webhook)


@pytest.mark.parametrize("speed", [50_000.0])
async def test_after_the_last_attempt_it_is_disabled(world, sink):
    sink.statuses = [500]
    service = world.add()
    webhook = await made(world, sink.url)
    service.history.add("server_available")
    record = world.render._account.post.webhooks[webhook["id"]]
    await until(lambda: not record.enabled)
    assert len(sink.came) == len(PAUSES) + 1 == 8
    service.history.add("server_available")
    await world.client.patch(f"/webhooks/{webhook['id']}", json={"enabled": True})
    sink.statuses = [200]
    service.history.add("server_failed", {"reason": {"evicted": False}})
    await until(lambda: len(sink.came) == 9)
    assert sink.ids()[-1] == service.history.events[-1].id


def test_the_pauses_grow_to_about_33_hours():
    assert list(PAUSES) == sorted(PAUSES)
    assert 32 < sum(PAUSES) / 3600 < 34


async def test_nobody_answers(world, service):
    webhook = await made(world, "http://127.0.0.1:9/hook")
    service.history.add("server_available")
    record = world.render._account.post.webhooks[webhook["id"]]
    await until(lambda: record.attempts)
    (row, *_) = await attempts(world, webhook)
    assert row["error"]
    assert "statusCode" not in row


async def test_a_deleted_webhook_is_told_nothing_more(world, service, sink, monkeypatch):
    monkeypatch.setattr(delivery, "PAUSES", (20.0,) * 7)
    sink.statuses = [500]
    webhook = await made(world, sink.url)
    service.history.add("server_available")
    await until(lambda: sink.came)
    answer = await world.client.delete(f"/webhooks/{webhook['id']}")
    assert (answer.status_code, answer.content) == (204, b"")
    other = await made(world, sink.url)
    service.history.add("server_failed", {"reason": {"evicted": False}})
    record = world.render._account.post.webhooks[other["id"]]
    await until(lambda: len(record.attempts) > 1)
    assert sum(one == service.history.events[-2].id for one in sink.ids()) == 1


async def test_an_event_can_come_twice(world, service, sink):
    await made(world, sink.url)
    service.history.add("server_available")
    await until(lambda: len(sink.came) == 1)
    world.render.resend(service.history.events[-1].id)
    await until(lambda: len(sink.came) == 2)
    assert len(set(sink.ids())) == 1


async def test_a_database_that_goes_down_is_told_unasked(world, sink):
    status = ["available"]
    world.render.add_postgres("dpg-a", "life-os-db", status=lambda: status[0])
    await made(world, sink.url)
    status[0] = "unavailable"
    await until(lambda: sink.came)
    said = json.loads(sink.came[0][1])
    assert (said["type"], said["data"]["serviceId"]) == ("postgres_unavailable", "dpg-a")


@pytest.mark.parametrize(
    "wrong",
    [
        {"eventFilter": ["suspender_added"]},
        {"eventFilter": None},
        {"url": "ftp://x"},
        {"enabled": "yes"},
        {"name": None},
    ],
)
async def test_what_is_refused(world, sink, wrong):
    good = {"ownerId": OWNER, "url": sink.url, "name": "h", "enabled": True, "eventFilter": []}
    assert (await world.client.post("/webhooks", json={**good, **wrong})).status_code == 400
    webhook = await made(world, sink.url)
    path = f"/webhooks/{webhook['id']}"
    assert (await world.client.patch(path, json=wrong)).status_code == 400
    assert (await world.client.get(path)).json() == webhook


async def test_a_webhook_of_another_owner(world, sink):
    wish = {"ownerId": "tea-x", "url": sink.url, "name": "h", "enabled": True, "eventFilter": []}
    assert (await world.client.post("/webhooks", json=wish)).status_code == 404
    await made(world, sink.url)
    assert len((await world.client.get("/webhooks")).json()) == 1
    assert (await world.client.get("/webhooks", params={"ownerId": "tea-x"})).json() == []


async def test_attempts_by_time(world, service, sink):
    webhook = await made(world, sink.url)
    service.history.add("server_available")
    record = world.render._account.post.webhooks[webhook["id"]]
    await until(lambda: record.attempts)
    (row,) = await attempts(world, webhook, sentBefore=stamp(now()))
    assert parse(row["sentAt"]) == record.attempts[0].sent_at
    assert row["responseBody"] == "thanks"
    assert await attempts(world, webhook, sentAfter=stamp(now())) == []
