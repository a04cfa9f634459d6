"""The calls that change something: what they answer, and what really happens."""

from __future__ import annotations

import asyncio

import httpx
import psutil
import pytest
from emulated_render import COMMITS, kinds, tell, until


async def replaced(service, old_id):
    await until(lambda: [one.id for one in service.serving] != [old_id])
    await until(lambda: service.snapshot()["state"] == "running")
    return service.instances[0]


async def test_restart_answers_nothing_and_replaces_the_instance(service, world):
    old = service.instances[0]
    answer = await world.client.post(f"/services/{service.id}/restart")
    assert (answer.status_code, answer.content) == (200, b"")
    assert "content-type" not in answer.headers
    new = await replaced(service, old.id)
    assert new.folder != old.folder
    await until(lambda: not old.folder.exists())
    assert not old.running
    assert kinds(service)[-2:] == ["server_restarted", "server_available"]
    restarted = service.history.events[-2]
    assert restarted.details == {"triggeredByUser": world.render.user_id}
    assert len(service.history.deploys) == 1


async def test_restart_overlaps(service, world):
    """The old one serves until the new one is healthy."""
    old = service.instances[0]
    service.ask_restart()
    new = await until(lambda: service.incoming and service.incoming[0])
    assert service.snapshot()["state"] == "restarting"
    await until(lambda: new.running)
    assert old.running
    assert old.folder.exists()
    assert await replaced(service, old.id) is new


async def test_restart_that_does_not_come_up_keeps_the_old_one(service, world):
    old = service.instances[0]
    world.switch.write_text("5")
    await service.ask_restart().done.wait()
    assert service.instances == [old]
    assert old.running
    assert kinds(service)[-2:] == ["server_restarted", "server_failed"]


async def test_lost_answer_of_a_restart_that_happened(service, world):
    old = service.instances[0]
    world.render.faults.arm("drop_after", method="POST", path="/restart")
    with pytest.raises(httpx.RemoteProtocolError):
        await world.client.post(f"/services/{service.id}/restart")
    await replaced(service, old.id)
    assert kinds(service).count("server_restarted") == 1
    call = world.render.journal[-1]
    assert (call.method, call.status, call.fault) == ("POST", 200, "drop_after")


async def test_restart_waits_for_the_deploy_at_hand(service, world):
    deploy, _ = service.ask_deploy("api")
    answer = await world.client.post(f"/services/{service.id}/restart")
    assert answer.status_code == 200
    await until(lambda: "server_restarted" in kinds(service))
    assert service.history.deploys[deploy.id].status == "live"


async def test_deploy_answers_201_in_progress(service, world):
    old, before = service.instances[0], service.history.live
    answer = await world.client.post(f"/services/{service.id}/deploys", json={})
    deploy = answer.json()
    assert answer.status_code == 201
    assert (deploy["status"], deploy["trigger"]) == ("build_in_progress", "api")
    assert deploy["commit"]["id"] == COMMITS[-1].id
    assert deploy["finishedAt"] is None
    await replaced(service, old.id)
    shown = (await world.client.get(f"/services/{service.id}/deploys/{deploy['id']}")).json()
    assert shown["status"] == "live"
    assert shown["finishedAt"]
    shown = await world.client.get(f"/services/{service.id}/deploys/{before.id}")
    assert shown.json()["status"] == "deactivated"


async def test_deploy_behind_another_is_queued(service, world):
    service.ask_deploy("manual")
    answer = await world.client.post(f"/services/{service.id}/deploys", json={})
    assert (answer.status_code, answer.json()["status"]) == (201, "queued")


async def test_deploy_of_a_commit(service, world):
    path = f"/services/{service.id}/deploys"
    answer = await world.client.post(path, json={"commitId": COMMITS[0].id})
    assert answer.json()["commit"]["message"] == COMMITS[0].message
    unknown = await world.client.post(path, json={"commitId": "f" * 40})
    assert unknown.status_code == 400
    assert "f" * 40 in unknown.json()["message"]


async def test_deploy_needs_a_body(service, world):
    answer = await world.client.post(f"/services/{service.id}/deploys")
    assert answer.status_code == 400


async def test_deploy_that_is_merely_accepted(service, world):
    world.render.accept_with_202 = True
    answer = await world.client.post(f"/services/{service.id}/deploys", json={})
    assert (answer.status_code, answer.content) == (202, b"")
    assert len(service.history.deploys) == 1
    await until(lambda: len(service.history.deploys) == 2)
    await until(lambda: service.history.latest.status == "live")


async def test_suspend_and_resume(service, world):
    old = service.instances[0]
    process = psutil.Process(old.process.pid)
    path = f"/services/{service.id}"
    answer = await world.client.post(f"{path}/suspend")
    assert (answer.status_code, answer.content) == (202, b"")
    await until(lambda: not process.is_running())
    shown = (await world.client.get(path)).json()
    assert (shown["suspended"], shown["suspenders"]) == ("suspended", ["user"])
    assert service.snapshot()["state"] == "suspended"
    assert (await world.client.post(f"{path}/restart")).status_code == 400
    assert (await world.client.post(f"{path}/deploys", json={})).status_code == 400

    answer = await world.client.post(f"{path}/resume")
    assert (answer.status_code, answer.content) == (202, b"")
    await until(lambda: service.snapshot()["state"] == "running")
    assert service.history.latest.trigger == "service_resumed"
    assert (await world.client.get(path)).json()["suspenders"] == []
    seen = kinds(service)
    assert seen.index("service_suspended") < seen.index("service_resumed")


async def test_suspend_gives_up_the_deploy_at_hand(service, world):
    deploy, _ = service.ask_deploy("api")
    await service.history.leaves(deploy.id, "created")
    service.ask_suspend()
    await until(lambda: service.snapshot()["state"] == "suspended")
    assert service.history.deploys[deploy.id].status == "canceled"
    await until(lambda: not service.instances)


@pytest.mark.parametrize(
    ("wish", "shown"),
    [
        ({"autoDeployTrigger": "off"}, ("no", "off")),
        ({"autoDeployTrigger": "checksPass"}, ("yes", "checksPass")),
        ({"autoDeploy": "no"}, ("no", "off")),
        ({"autoDeploy": "yes"}, ("yes", "commit")),
        ({"branch": "next"}, ("yes", "commit")),
    ],
)
async def test_auto_deploy_and_its_trigger_stay_in_step(world, wish, shown):
    service = world.add()
    answer = (await world.client.patch(f"/services/{service.id}", json=wish)).json()
    assert (answer["autoDeploy"], answer["autoDeployTrigger"]) == shown
    again = (await world.client.get(f"/services/{service.id}")).json()
    assert again == answer


@pytest.mark.parametrize("wish", [{"autoDeploy": "maybe"}, {"autoDeployTrigger": "never"}])
async def test_auto_deploy_takes_only_what_there_is(world, wish):
    service = world.add()
    assert (await world.client.patch(f"/services/{service.id}", json=wish)).status_code == 400


async def test_crash_while_a_restart_is_waiting_does_not_stop_it(service, world):
    old = service.instances[0]
    async with asyncio.TaskGroup() as both:
        both.create_task(tell(service, "exit/2"))
        both.create_task(world.client.post(f"/services/{service.id}/restart"))
    new = await replaced(service, old.id)
    assert new.healthy
    await until(lambda: not old.folder.exists())
