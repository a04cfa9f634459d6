"""Old and new instances side by side, deploys that give way, and a disk that has one user."""

from __future__ import annotations

import asyncio
import time

import psutil
import pytest
from emulated_render import alive, kinds, texts, until

from bot.sandbox.render import instance


async def switched(service, old):
    """When the old instance was last seen to serve alone, on the monotonic clock.

    An early moment, never a late one: what is measured from it is never too short.
    """
    seen = time.monotonic()
    while not service.serving or service.serving[0] is old:
        seen = time.monotonic()
        await asyncio.sleep(0.005)
    return seen


async def test_old_instance_goes_on_for_a_minute(service):
    assert service.settings.drain_seconds == 60
    service.settings.drain_seconds = 300.0  # longer than a busy machine makes us wait
    (old,) = service.instances
    process = psutil.Process(old.process.pid)
    service.ask_deploy("api")
    at = await switched(service, old)
    assert alive(process)
    assert service.snapshot()["leaving"] == [old.id]
    assert service.instances == service.serving
    await until(lambda: not alive(process))
    assert time.monotonic() - at >= service.pace.real(300)
    await until(lambda: not service.fleet.leaving)
    assert not old.folder.exists()


async def test_then_sigterm_and_at_last_sigkill(world, speed):
    service = world.add(env={"STUBBORN": "yes"})
    service.settings.shutdown_seconds = 200  # a second of ours
    service.settings.drain_seconds = 20.0
    await service.start()
    (old,) = service.instances
    service.ask_deploy("api")
    at = await switched(service, old)
    await until(lambda: not old.running)
    assert time.monotonic() - at >= service.pace.real(220)
    await until(lambda: old.process.exit_code is not None)
    assert old.process.exit_code == 137


async def test_end_of_a_leaving_instance_is_no_failure(service):
    (old,) = service.instances
    service.settings.drain_seconds = 1200.0
    service.ask_deploy("api")
    await switched(service, old)
    events = len(kinds(service))
    old.process.kill()
    await until(lambda: not service.fleet.leaving)
    assert not [kind for kind in kinds(service)[events:] if kind != "server_available"]
    assert old.starts == 1


async def test_crashed_instance_does_not_linger(service, monkeypatch):
    (old,) = service.instances
    monkeypatch.setattr(instance, "back_off", lambda _: 100_000.0)
    service.settings.drain_seconds = 100_000.0
    old.process.kill()
    await until(lambda: old.crashes)
    await service.ask_deploy("api")[1].done.wait()
    await until(lambda: not service.fleet.leaving)


@pytest.mark.parametrize("act", ["suspend", "close"])
async def test_suspending_and_closing_wait_for_no_lingering(service, world, act):
    service.settings.drain_seconds = 100_000.0
    await service.ask_deploy("api")[1].done.wait()
    assert service.fleet.leaving
    await (service.ask_suspend().done.wait() if act == "suspend" else world.render.close())
    assert not service.fleet.leaving


class TestDisk:
    @pytest.fixture
    async def service(self, world):
        service = world.add(disk=True)
        await service.start()
        return service

    @pytest.mark.parametrize("act", ["deploy", "restart"])
    async def test_stops_before_it_starts(self, service, act):
        (old,) = service.instances
        process = psutil.Process(old.process.pid)
        service.ask_deploy("api") if act == "deploy" else service.ask_restart()
        new = await until(lambda: service.incoming and service.incoming[0])
        assert not alive(process)
        assert service.port is None
        await until(lambda: service.serving == [new] and service.port == new.port)
        assert not service.fleet.leaving

    @pytest.mark.usefixtures("long_builds")
    async def test_serves_while_the_next_version_is_built(self, service):
        deploy, _ = service.ask_deploy("api")
        await service.history.leaves(deploy.id, "created")
        assert service.port

    async def test_old_version_comes_back_when_the_new_one_fails(self, service, world):
        (old,), live = service.instances, service.history.live
        world.switch.write_text("1")
        deploy, job = service.ask_deploy("api")
        await job.done.wait()
        assert service.history.deploys[deploy.id].status == "update_failed"
        assert service.history.live.id == live.id
        world.switch.unlink()
        await until(lambda: service.port)
        assert service.instances[0].id != old.id
        assert service.instances[0].release.deploy_id == live.id

    async def test_its_form(self, service, world):
        shown = (await world.client.get(f"/services/{service.id}")).json()["serviceDetails"]
        assert shown["disk"]["mountPath"]
        scale = {"numInstances": 2}
        answer = await world.client.post(f"/services/{service.id}/scale", json=scale)
        assert answer.status_code == 400


@pytest.mark.usefixtures("long_builds")
class TestCancel:
    async def ask(self, world, service, deploy_id):
        return await world.client.post(f"/services/{service.id}/deploys/{deploy_id}/cancel")

    async def test_while_it_builds(self, service, world):
        (old,) = service.instances
        deploy, _ = service.ask_deploy("api")
        await service.history.leaves(deploy.id, "created")
        answer = await self.ask(world, service, deploy.id)
        assert (answer.status_code, answer.json()["status"]) == (200, "canceled")
        assert service.instances == [old]
        build, ended = service.history.events[-2:]
        assert (build.type, build.details["buildStatus"]) == ("build_ended", "canceled")
        assert (ended.type, ended.details["deployStatus"]) == ("deploy_ended", "canceled")
        assert ended.details["reason"] == {}

    async def test_while_its_instance_starts(self, service, world):
        (old,) = service.instances
        world.switch.write_text("hang")
        deploy, _ = service.ask_deploy("api")
        new = await until(lambda: service.incoming and service.incoming[0])
        await until(lambda: new.running)
        answer = await self.ask(world, service, deploy.id)
        assert answer.json()["status"] == "canceled"
        assert service.instances == [old]
        await until(lambda: not new.running)

    async def test_starts_the_one_that_waits(self, service, world):
        first, _ = service.ask_deploy("api")
        await service.history.leaves(first.id, "created")
        second, _ = service.ask_deploy("api")
        await self.ask(world, service, first.id)
        await until(lambda: service.history.deploys[second.id].status == "live")
        assert service.history.deploys[first.id].status == "canceled"

    async def test_of_one_that_waits(self, service, world):
        first, _ = service.ask_deploy("api")
        second, _ = service.ask_deploy("api")
        answer = await self.ask(world, service, second.id)
        assert answer.json()["status"] == "canceled"
        await until(lambda: service.history.deploys[first.id].status == "live")
        assert kinds(service).count("deploy_started") == 2

    async def test_refused(self, service, world):
        answer = await self.ask(world, service, service.history.live.id)
        assert answer.status_code == 400
        assert (await self.ask(world, service, "dep-none")).status_code == 404
        assert service.history.live


@pytest.mark.usefixtures("long_builds")
class TestPolicy:
    async def test_override_cancels_the_deploy_at_hand(self, service, world):
        service.settings.overlap_policy = "override"
        first, _ = service.ask_deploy("api")
        await service.history.leaves(first.id, "created")
        answer = await world.client.post(f"/services/{service.id}/deploys", json={})
        second = answer.json()
        assert second["status"] == "build_in_progress"
        assert service.history.deploys[first.id].status == "canceled"
        ended = [one for one in service.history.events if one.type == "deploy_ended"][-1]
        assert ended.details["deployStatus"] == "canceled"
        assert ended.details["reason"] == {"newDeploy": {"id": second["id"]}}
        await until(lambda: service.history.deploys[second["id"]].status == "live")

    async def test_override_leaves_a_restart_alone(self, service):
        service.settings.overlap_policy = "override"
        (old,) = service.instances
        restart = service.ask_restart()
        deploy, job = service.ask_deploy("api")
        assert deploy.status == "queued"
        await restart.done.wait()
        assert service.serving[0] is not old
        await job.done.wait()
        assert service.history.live.id == deploy.id

    async def test_wait_lets_the_deploy_at_hand_end(self, service):
        first, _ = service.ask_deploy("api")
        await service.history.leaves(first.id, "created")
        second, job = service.ask_deploy("api")
        assert second.status == "queued"
        await job.done.wait()
        statuses = [service.history.deploys[one.id].status for one in (first, second)]
        assert statuses == ["deactivated", "live"]


async def test_instances_must_be_well_together(world, tmp_path):
    service = world.add(env={"TWINS": str(tmp_path / "mark")})
    service.settings.instance_count = 2
    deploy = await service.start()
    assert deploy.status == "update_failed"
    assert service.instances == []
    assert service.history.events[-1].details["reason"]["failure"]["nonZeroExit"] == 9
    assert "==> Application exited with code 9" in texts(service)


@pytest.mark.usefixtures("long_builds")
async def test_live_version_crashes_while_the_next_is_deployed(service):
    (old,) = service.instances
    deploy, job = service.ask_deploy("api")
    await service.history.leaves(deploy.id, "created")
    old.process.kill()
    await until(lambda: "server_failed" in kinds(service))
    assert service.snapshot()["state"] == "deploying"
    await job.done.wait()
    assert service.history.live.id == deploy.id
    assert service.snapshot()["state"] == "running"
    assert [one.status for one in service.history.newest_first()] == ["live", "deactivated"]


@pytest.mark.usefixtures("long_builds")
async def test_both_versions_crash(service, world):
    (old,) = service.instances
    live = service.history.live
    deploy, job = service.ask_deploy("api")
    await service.history.leaves(deploy.id, "created")
    world.switch.write_text("3")
    old.process.kill()
    await until(lambda: "server_failed" in kinds(service))
    await job.done.wait()
    assert service.history.deploys[deploy.id].status == "update_failed"
    assert service.history.live.id == live.id
    await until(lambda: service.snapshot()["state"] == "crashed")
    world.switch.unlink()
    await until(lambda: service.snapshot()["state"] == "running")
    assert service.instances == [old]
