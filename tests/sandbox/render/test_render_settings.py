"""Scaling and the settings that can be changed while a service exists."""

from __future__ import annotations

import psutil
import pytest
from emulated_render import alive, kinds, until


async def scale(world, service, count):
    return await world.client.post(f"/services/{service.id}/scale", json={"numInstances": count})


async def test_scale_up_and_down(service, world):
    (first,) = service.instances
    answer = await scale(world, service, 3)
    assert (answer.status_code, answer.content) == (202, b"")
    await until(lambda: sum(one.ready for one in service.serving) == 3)
    rows = (await world.client.get(f"/services/{service.id}/instances")).json()
    assert len({row["id"] for row in rows}) == 3
    extra = [psutil.Process(one.process.pid) for one in service.serving[1:]]
    await scale(world, service, 1)
    await until(lambda: not any(alive(one) for one in extra))
    assert service.instances == [first]
    assert first.ready
    counts = [one.details for one in service.history.events if "count" in one.type]
    assert counts == [
        {"fromInstances": 1, "toInstances": 3},
        {"fromInstances": 3, "toInstances": 1},
    ]
    events = await world.client.get(f"/services/{service.id}/events")
    assert "instance_count_changed" in events.text


async def test_what_comes_later_has_as_many(service, world):
    await scale(world, service, 2)
    await until(lambda: len(service.serving) == 2)
    await service.ask_restart().done.wait()
    assert len(service.serving) == 2
    await service.ask_deploy("api")[1].done.wait()
    assert len(service.serving) == 2
    shown = (await world.client.get(f"/services/{service.id}")).json()
    assert shown["serviceDetails"]["numInstances"] == 2


async def test_same_count_is_no_change(service, world):
    (first,) = service.instances
    await scale(world, service, 1)
    await until(lambda: not service.line.busy)
    assert service.instances == [first]
    assert "instance_count_changed" not in kinds(service)


@pytest.mark.parametrize("count", [0, -1, 101, "2", 1.5, True, None])
async def test_counts_out_of_range(service, world, count):
    assert (await scale(world, service, count)).status_code == 400
    assert len(service.instances) == 1


async def test_suspended_service_is_not_scaled(service, world):
    await service.ask_suspend().done.wait()
    assert (await scale(world, service, 2)).status_code == 400
    assert service.instances == []


async def change(world, service, wish):
    return await world.client.patch(f"/services/{service.id}", json=wish)


@pytest.mark.parametrize(
    ("before", "wish", "told"),
    [
        ("commit", {"autoDeployTrigger": "off"}, ["commit"]),
        ("checksPass", {"autoDeploy": "no"}, ["checksPass"]),
        ("off", {"autoDeploy": "no"}, []),
        ("off", {"autoDeploy": "yes"}, []),
        ("commit", {"autoDeployTrigger": "checksPass"}, []),
        ("commit", {"name": "other"}, []),
    ],
)
async def test_end_of_auto_deploy_is_told(world, before, wish, told):
    service = world.add()
    service.settings.auto_deploy_trigger = before
    assert (await change(world, service, wish)).status_code == 200
    details = [one.details for one in service.history.events if "auto_deploy" in one.type]
    assert details == [{"reason": "setting_change", "fromTrigger": one} for one in told]


async def test_yes_does_not_bring_back_what_it_was(world):
    service = world.add()
    for wish, trigger in (
        ({"autoDeployTrigger": "checksPass"}, "checksPass"),
        ({"autoDeploy": "yes"}, "checksPass"),
        ({"autoDeploy": "no"}, "off"),
        ({"autoDeploy": "yes"}, "commit"),
    ):
        shown = (await change(world, service, wish)).json()
        assert shown["autoDeployTrigger"] == trigger
        assert service.snapshot()["auto_deploy"] == trigger


async def test_details_are_changed_and_count_from_the_next_deploy_on(service, world):
    (old,) = service.instances
    details = {
        "plan": "standard",
        "healthCheckPath": "/ok",
        "maxShutdownDelaySeconds": 45,
        "envSpecificDetails": {"startCommand": f"{service.command_line()} --loud"},
    }
    answer = await change(world, service, {"name": "other", "serviceDetails": details})
    shown = answer.json()
    assert shown["name"] == service.snapshot()["name"] == "other"
    for name in ("plan", "healthCheckPath", "maxShutdownDelaySeconds"):
        assert shown["serviceDetails"][name] == details[name]
    assert old.release.spec.health_path == "/healthz"
    await service.ask_deploy("api")[1].done.wait()
    (new,) = service.instances
    assert psutil.Process(new.process.pid).cmdline()[-1] == "--loud"
    assert new.release.spec.memory_limit == 2 * 2**30
    (changed,) = [one for one in service.history.events if one.type == "plan_changed"]
    assert changed.details == {"from": "starter", "to": "standard"}


@pytest.mark.parametrize(
    "wish",
    [
        {"name": ""},
        {"branch": 5},
        {"serviceDetails": "plan"},
        {"serviceDetails": {"plan": "huge"}},
        {"serviceDetails": {"healthCheckPath": "healthz"}},
        {"serviceDetails": {"maxShutdownDelaySeconds": 301}},
        {"serviceDetails": {"maxShutdownDelaySeconds": True}},
        {"serviceDetails": {"envSpecificDetails": {"startCommand": "echo '"}}},
    ],
)
async def test_nothing_is_changed_when_one_thing_makes_no_sense(world, wish):
    service = world.add()
    path = f"/services/{service.id}"
    before = (await world.client.get(path)).json()
    answer = await change(world, service, {"autoDeploy": "no", **wish})
    assert answer.status_code == 400
    assert (await world.client.get(path)).json() == before
    assert service.history.events == []


async def test_snapshot_tells_the_newest_five_deploys(service):
    for _ in range(5):
        await service.ask_deploy("api")[1].done.wait()
    seen = service.snapshot()
    assert len(service.history.deploys) == 6
    assert [one["status"] for one in seen["deploys"]] == ["live", *["deactivated"] * 4]
    newest = seen["deploys"][0]
    assert set(newest) == {"id", "status", "trigger", "commit", "created_at", "finished_at"}
    assert newest == seen["deploy"]
    assert newest["trigger"] == "api"
    assert newest["finished_at"] > newest["created_at"]
    assert (seen["auto_deploy"], seen["restarts"], seen["suspended"]) == ("commit", 0, False)
