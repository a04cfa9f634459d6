"""How servers fail while they run, and what the platform makes of it."""

from __future__ import annotations

import time

import pytest
from emulated_render import kinds, tell, texts, until

LIMIT = 64 * 2**20


async def reason(service):
    """Why it failed first, once it has."""
    failed = await until(
        lambda: next((one for one in service.history.events if one.type == "server_failed"), None)
    )
    return failed.details["reason"]


class TestHealth:
    async def test_out_of_rotation_after_fifteen_seconds_and_back(self, service):
        (instance,) = service.instances
        port, pid = instance.port, instance.process.pid
        at = time.monotonic()
        await tell(service, "health/500")
        await until(lambda: service.port is None)
        assert time.monotonic() - at >= service.pace.real(15)
        assert instance.running
        await tell(service, "health/200", port=port)
        await until(lambda: service.port == port)
        assert instance.process.pid == pid
        assert "server_failed" not in kinds(service)

    async def test_restarted_after_a_minute(self, service):
        (instance,) = service.instances
        pid = instance.process.pid
        at = time.monotonic()
        await tell(service, "health/500")
        assert await reason(service) == {
            "evicted": False,
            "unhealthy": "health check failed for 60 seconds",
        }
        assert time.monotonic() - at >= service.pace.real(60)
        await until(lambda: service.port)
        assert instance.process.pid != pid
        assert service.instances == [instance]
        assert not [text for text in texts(service) if "exited" in text]

    async def test_hung_process_is_restarted(self, service):
        (instance,) = service.instances
        await tell(service, "hang")
        assert "unhealthy" in await reason(service)
        await until(lambda: service.port)
        assert instance.starts == 2

    async def test_nobody_looks_without_a_path(self, world):
        service = world.add(health_path=None)
        await service.start()
        await tell(service, "hang")
        at = time.monotonic()
        await until(lambda: time.monotonic() - at > service.pace.real(120) + 0.5)
        assert service.port
        assert "server_failed" not in kinds(service)

    async def test_one_sick_instance_leaves_the_other_in_rotation(self, world):
        service = world.add()
        service.settings.instance_count = 2
        await service.start()
        first, second = service.instances
        await tell(service, "health/500", port=first.port)
        await until(lambda: service.port == second.port)
        assert second.ready


class TestWorker:
    @pytest.fixture
    async def service(self, world):
        service = world.add(kind="background_worker")
        assert (await service.start()).status == "live"
        return service

    async def test_lives_without_an_address(self, service):
        assert service.port is None
        assert service.snapshot()["state"] == "running"
        env = service.instances[0]._environment()
        assert env["RENDER_SERVICE_TYPE"] == "worker"
        assert not {"PORT", "RENDER_EXTERNAL_URL"} & set(env)

    async def test_its_form(self, service, world):
        shown = (await world.client.get(f"/services/{service.id}")).json()
        assert shown["type"] == "background_worker"
        assert "/worker/" in shown["dashboardUrl"]
        assert not {"url", "healthCheckPath", "openPorts"} & set(shown["serviceDetails"])
        wish = {"serviceDetails": {"healthCheckPath": "/healthz"}}
        await world.client.patch(f"/services/{service.id}", json=wish)
        assert "healthCheckPath" not in shown["serviceDetails"]
        rows = await world.client.get("/services", params={"type": "background_worker"})
        assert len(rows.json()) == 1

    async def test_that_dies_at_once_fails_its_deploy(self, world):
        world.switch.write_text("4")
        service = world.add(kind="background_worker")
        assert (await service.start()).status == "update_failed"
        assert "==> Application exited with code 4" in texts(service)

    async def test_is_restarted_when_it_ends(self, service):
        (instance,) = service.instances
        instance.process.kill()
        assert await reason(service) == {"evicted": False, "nonZeroExit": 137}
        await until(lambda: service.snapshot()["state"] == "running")
        assert instance.starts == 2


class TestMemory:
    @pytest.fixture
    async def service(self, world):
        service = world.add(memory_limit=LIMIT)
        await service.start()
        return service

    async def test_too_much_is_the_end_at_once(self, service, world):
        process = service.instances[0].process
        await tell(service, "eat/80")
        at = time.monotonic()
        await until(lambda: not process.running)
        assert time.monotonic() - at < 5  # a moment, also on a busy machine
        assert (await reason(service))["oomKilled"] == {"memoryLimit": "64Mi"}

    async def test_metric_shows_it_near_the_limit_and_not_above(self, service, world):
        await tell(service, "eat/80")
        await reason(service)
        answer = await world.client.get("/metrics/memory", params={"resource": service.id})
        peak = max(point["value"] for row in answer.json() for point in row["values"])
        assert peak == LIMIT

    async def test_application_has_no_last_words(self, service):
        await tell(service, "eat/80")
        await reason(service)
        assert "Bot is running!" in texts(service)
        assert not [text for text in texts(service) if "emory" in text or "exited" in text]


async def test_evicted(service):
    (instance,) = service.instances
    service.evict("no room")
    assert await reason(service) == {"evicted": True, "evictionReason": "no room"}
    await until(lambda: service.port)
    assert instance.starts == 2


class TestStuck:
    async def test_platform_gives_up(self, service, world):
        service.settings.crash_limit = 3
        world.switch.write_text("1")
        await tell(service, "exit/1")
        await until(lambda: service.suspended)
        assert kinds(service).count("server_failed") == 3
        shown = (await world.client.get(f"/services/{service.id}")).json()
        assert (shown["suspended"], shown["suspenders"]) == ("suspended", ["stuck_crashlooping"])
        assert service.snapshot()["suspended"] is True
        added = next(one for one in service.history.events if one.type == "suspender_added")
        assert "suspendedByUser" not in added.details
        await until(lambda: not service.instances)

    async def test_resume_begins_anew(self, service, world):
        service.settings.crash_limit = 1
        await tell(service, "exit/1")
        await until(lambda: service.suspended)
        await world.client.post(f"/services/{service.id}/resume")
        await until(lambda: service.snapshot()["state"] == "running")
        assert service.suspenders == []

    @pytest.mark.usefixtures("long_builds")
    async def test_not_while_a_deploy_may_be_the_cure(self, service, world):
        service.settings.crash_limit = 1
        deploy, job = service.ask_deploy("api")
        await service.history.leaves(deploy.id, "created")
        service.instances[0].process.kill()
        await until(lambda: "server_failed" in kinds(service))
        await job.done.wait()
        assert not service.suspended
        assert service.history.live.id == deploy.id

    async def test_not_by_default(self, service):
        assert service.settings.crash_limit >= 100
