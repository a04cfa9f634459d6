"""Everything at once: whatever is wished for and whatever dies, it ends in order."""

from __future__ import annotations

import asyncio
import random

import psutil
import pytest
from emulated_render import Code, alive, until


class Storm:
    def __init__(self, world, service, code, dice):
        self.world, self.service, self.code, self.dice = world, service, code, dice
        self.pushes = 0

    def kill(self):
        for instance in self.service.instances:
            instance.process.kill() if instance.process else None

    def evict(self):
        self.service.evict()

    def push(self):
        self.pushes += 1
        broken = {"broken": "def (:\n"} if self.dice.random() < 0.3 else {}
        self.code.push(str(self.pushes), **broken)
        self.service.pushed()

    def deploy(self):
        if not self.service.suspended:
            self.service.ask_deploy("api")

    def roll_back(self):
        kept = [one.id for one in self.service.history.newest_first()]
        target = self.dice.choice(kept)
        if self.service.artifacts.get(target) and not self.service.suspended:
            self.service.ask_again(target, "rollback")

    def cancel(self):
        for one in self.service.history.unfinished()[:1]:
            self.service.ask_cancel(one.id)

    def scale(self):
        if not self.service.spec.disk:
            self.service.ask_scale(self.dice.choice([1, 2]))

    def change_policy(self):
        self.service.settings.overlap_policy = self.dice.choice(["wait", "override"])

    def restart(self):
        self.service.ask_restart()

    def suspend(self):
        self.service.ask_suspend()

    def resume(self):
        self.service.ask_resume()

    async def rage(self, count):
        wishes = [
            *[self.kill, self.evict, self.push, self.deploy, self.roll_back, self.cancel],
            *[self.scale, self.change_policy, self.restart, self.suspend, self.resume, self.resume],
        ]
        for _ in range(count):
            self.dice.choice(wishes)()
            await asyncio.sleep(self.dice.random() / 12)  # the storm itself; nothing is waited for


@pytest.mark.parametrize("disk", [False, True])
@pytest.mark.parametrize("seed", range(2))
async def test_storm_ends_in_order(world, disk, seed):
    code, dice = Code(), random.Random(seed)
    code.push("calm")
    service = world.add_code(code, disk=disk)
    service.settings.kept_builds = 4
    await service.start()
    await Storm(world, service, code, dice).rage(40)
    await service.ask_resume().done.wait()
    service.settings.overlap_policy = "wait"
    code.push("calm again")
    await service.ask_scale(1).done.wait()
    await service.ask_deploy("api")[1].done.wait()
    await until(lambda: service.snapshot()["state"] == "running" and not service.fleet.leaving)
    times = [event.at for event in service.history.events]
    assert times == sorted(times)
    deploys = service.history.newest_first()
    assert [deploy.status for deploy in deploys].count("live") == 1
    assert deploys[0].status == "live"
    assert all(deploy.finished_at for deploy in deploys)
    (only,) = service.instances
    assert only.release == service.release
    folders = {one.name for one in world.folder.iterdir()}
    assert folders == {only.id, "builds", "cache"}
    await service.artifacts.sweep()
    assert len(list((world.folder / "builds").iterdir())) <= 4
    mine = [one for one in psutil.Process().children(recursive=True) if alive(one)]
    assert sum("app" in one.cmdline() for one in mine) == 1
