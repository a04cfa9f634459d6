"""A service lives: it is deployed, crashes, comes back, runs out of memory, and leaves no trace."""

from __future__ import annotations

import os
import signal
from itertools import pairwise

import psutil
import pytest
from emulated_render import COMMITS, alive, kinds, tell, texts, until

from bot.sandbox.render.instance import back_off

FIRST_DEPLOY = [
    "deploy_started",
    "build_started",
    "build_ended",
    "deploy_ended",
    "server_available",
]


async def fresh_events(service, count):
    """The events after the first deploy, once there are so many."""
    await until(lambda: len(kinds(service)) >= len(FIRST_DEPLOY) + count)
    return service.history.events[len(FIRST_DEPLOY) :]


async def test_first_deploy_walks_to_live(world):
    service = world.add()
    seen = [service.snapshot()["state"]]
    asked, job = service.ask_deploy("other")
    statuses = [asked.status]
    while statuses[-1] != "live":
        statuses.append(
            (await service.history.leaves(service.history.latest.id, statuses[-1])).status
        )
        seen.append(service.snapshot()["state"])
    await job.done.wait()
    assert service.history.live.commit == COMMITS[-1]
    assert statuses == ["created", "build_in_progress", "update_in_progress", "live"]
    assert seen[:3] == ["stopped", "deploying", "deploying"]
    assert kinds(service) == FIRST_DEPLOY
    assert service.snapshot()["state"] == "running"


async def test_platform_lines_tell_the_deploy(service):
    said = [text for text in texts(service) if text.startswith("==> ")]
    assert [line.split(" ")[1] for line in said] == [
        "Building...",
        "Build",
        "Deploying...",
        "Running",
        "Your",
    ]
    assert "==> Your service is live" in said
    assert texts(service).index("Bot is running!") > texts(service).index(said[3])


async def test_snapshot_has_what_the_page_shows(service):
    await until(lambda: service.snapshot()["memory_bytes"])
    world = service.snapshot()
    (instance,) = service.instances
    assert world["pid"] == instance.process.pid
    assert world["instances"] == [instance.id]
    assert 1_000_000 < world["memory_bytes"] < world["memory_limit_bytes"] == 512 * 2**20
    assert world["deploy"]["status"] == "live"
    assert world["deploy"]["commit"] == {"id": COMMITS[-1].id, "message": COMMITS[-1].message}
    assert world["restarts"] == 0


async def test_instance_sees_only_what_it_was_given(service, monkeypatch):
    (instance,) = service.instances
    seen = psutil.Process(instance.process.pid).environ()
    assert seen["PORT"] == str(service.port)
    assert seen["TMPDIR"] == str(instance.folder)
    assert seen["RENDER_SERVICE_ID"] == service.id
    assert "USER" not in seen
    assert (instance.folder / "started").exists()


async def test_crash_restarts_in_the_same_instance(service):
    (instance,) = service.instances
    kept, pid = instance.folder / "kept", instance.process.pid
    kept.touch()
    await tell(service, "exit/3")
    failed, back = await fresh_events(service, 2)
    reason = {"evicted": False, "nonZeroExit": 3}
    assert (failed.type, failed.details) == (
        "server_failed",
        {"instanceID": instance.id, "reason": reason},
    )
    assert back.type == "server_available"
    assert service.instances == [instance]
    assert kept.exists()
    assert instance.process.pid != pid
    assert service.snapshot()["restarts"] == 1
    assert "==> Application exited with code 3" in texts(service)
    assert texts(service).index("ERROR leaving") < texts(service).index(
        "==> Application exited with code 3"
    )


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ("exit/0", {"evicted": False, "earlyExit": True}),
        ("kill", {"evicted": False, "nonZeroExit": 137}),
    ],
)
async def test_why_it_failed(service, how, reason):
    if how == "kill":
        os.kill(service.instances[0].process.pid, signal.SIGKILL)
    else:
        await tell(service, how)
    failed, *_ = await fresh_events(service, 1)
    assert failed.details["reason"] == reason


async def test_crash_loop_backs_off_and_a_restart_ends_the_waiting(service, world):
    (instance,) = service.instances
    world.switch.write_text("7")
    await tell(service, "exit/7")
    events = await fresh_events(service, 4)
    assert [event.type for event in events[:4]] == ["server_failed"] * 4
    gaps = [(b.at - a.at).total_seconds() for a, b in pairwise(events[:4])]
    waits = [service.pace.real(back_off(n)) for n in (1, 2, 3)]
    assert all(gap >= wait for gap, wait in zip(gaps, waits, strict=True))
    assert service.snapshot()["instances"] == [instance.id]
    world.switch.unlink()
    service.ask_restart()
    await until(lambda: service.snapshot()["state"] == "running")
    assert service.instances[0].id != instance.id
    assert not instance.folder.exists()


def test_back_off_grows_to_its_cap():
    assert [back_off(n) for n in range(1, 9)] == [5, 10, 20, 40, 80, 160, 300, 300]
    assert back_off(100_000) == 300


async def test_too_much_memory_is_killed(world):
    service = world.add(memory_limit=64 * 2**20)
    await service.start()
    await tell(service, "eat/80")
    failed, back = await fresh_events(service, 2)
    assert failed.details["reason"] == {"evicted": False, "oomKilled": {"memoryLimit": "64Mi"}}
    assert back.type == "server_available"
    assert not [text for text in texts(service) if "exited" in text]


async def test_deploy_that_exits_fails_and_the_old_one_goes_on(service, world):
    before = service.instances[0].id
    world.switch.write_text("1")
    deploy, job = service.ask_deploy("api")
    await job.done.wait()
    assert service.history.deploys[deploy.id].status == "update_failed"
    assert service.history.live is not None
    assert [one.id for one in service.instances] == [before]
    assert service.snapshot()["state"] == "running"
    ended = service.history.events[-1]
    assert ended.type == "deploy_ended"
    assert ended.details["deployStatus"] == "failed"
    assert ended.details["reason"] == {"failure": {"evicted": False, "nonZeroExit": 1}}
    assert "==> Deploy failed" in texts(service)


@pytest.mark.parametrize("speed", [3000.0])
async def test_first_deploy_that_never_answers_fails(world):
    world.switch.write_text("hang")
    service = world.add()
    deploy = await service.start()
    assert deploy.status == "update_failed"
    failure = service.history.events[-1].details["reason"]["failure"]
    assert failure["timedOutSeconds"] == 900
    assert service.instances == []
    assert service.snapshot()["state"] == "stopped"


async def test_command_that_is_not_there_fails_with_127(world):
    service = world.add(command=["no-such-program"])
    assert (await service.start()).status == "update_failed"
    assert "==> Application exited with code 127" in texts(service)


async def test_without_health_path_the_open_port_counts(world):
    service = world.add(health_path=None)
    assert (await service.start()).status == "live"


async def test_only_the_latest_waiting_deploy_stays(service):
    jobs = [service.ask_deploy("api") for _ in range(3)]
    await jobs[-1][1].done.wait()
    statuses = [service.history.deploys[deploy.id].status for deploy, _ in jobs]
    assert statuses == ["deactivated", "canceled", "live"]
    assert [job.done.is_set() for _, job in jobs] == [True] * 3


async def test_push_deploys_unless_auto_deploy_is_off(service):
    assert service.push(COMMITS[0]).trigger == "new_commit"
    service.settings.auto_deploy_trigger = "off"
    assert service.push(COMMITS[1]) is None


async def test_close_leaves_nothing(world):
    service = world.add(env={"CHILD": "yes", "STUBBORN": "yes"})
    await service.start()
    pid = service.instances[0].process.pid
    family = [psutil.Process(pid), *psutil.Process(pid).children()]
    assert len(family) == 2
    await world.render.close()
    await until(lambda: not any(alive(one) for one in family))
    assert not world.folder.exists()
