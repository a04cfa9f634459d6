"""An emulated service that really starts, stops, crashes and restarts a process."""

from __future__ import annotations

import asyncio
import contextlib
import shlex
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

from bot.sandbox.pace import Pace
from bot.sandbox.render import procedures
from bot.sandbox.render.history import History, deploy_in_short
from bot.sandbox.render.ids import new_id
from bot.sandbox.render.instance import Instance
from bot.sandbox.render.logs import LogBook, guess_level
from bot.sandbox.render.metrics import Meter
from bot.sandbox.render.state import (
    FINISHED,
    Commit,
    Deploy,
    Failure,
    Person,
    Sample,
    Settings,
    Spec,
)
from bot.sandbox.render.times import now, stamp
from bot.sandbox.render.work import Job, WorkLine

SAMPLE_EVERY = 0.5  # real seconds


class Service:
    def __init__(
        self, settings: Settings, spec: Spec, commits: Sequence[Commit], pace: Pace, logs: LogBook
    ) -> None:
        self.id = new_id("srv")
        self.settings, self.spec, self.pace = settings, spec, pace
        self.commits = list(commits)  # the newest last
        self.created_at = self.updated_at = now()
        self.history = History(self.id, self._look_again)
        self.meter = Meter()
        self.suspended = False
        self.restarts = 0
        self.serving: list[Instance] = []
        self.incoming: list[Instance] = []
        self._logs = logs
        self._line = WorkLine(self._look_again)
        self._leaving: set[asyncio.Task[None]] = set()
        self._sampler: asyncio.Task[None] | None = None
        self._state, self._since = "stopped", now()

    # What one may ask of it

    async def start(self) -> Deploy:
        """The first deploy; returns it when it has ended, live or failed."""
        self._sampler = self._sampler or asyncio.create_task(self._measure_forever())
        deploy, job = self.ask_deploy("other")
        await job.done.wait()
        return self.history.deploys[deploy.id]

    def ask_deploy(self, trigger: str, commit_id: str | None = None) -> tuple[Deploy, Job]:
        """Wait for the job at hand; of the deploys that wait only the latest stays.

        `LookupError` when there is no such commit.
        """
        commit = self._commit(commit_id)
        self._line.drop("deploy")
        status = "queued" if self._line.busy else "created"
        deploy = self.history.open_deploy(commit, trigger, status)
        run = partial(procedures.deploy, self, deploy.id)
        job = Job("deploy", run, settle=partial(self._settle_deploy, deploy.id))
        return deploy, self._line.add(job)

    def ask_restart(self, user_id: str | None = None) -> Job:
        return self._line.add(Job("restart", partial(procedures.restart, self, user_id)))

    def ask_suspend(self, person: Person | None = None) -> Job:
        """Suspending waits for nothing: what is being done is given up."""
        self._line.drop()
        self._line.interrupt()
        return self._line.add(Job("suspend", partial(procedures.suspend, self, person)))

    def ask_resume(self, person: Person | None = None) -> Job:
        return self._line.add(Job("resume", partial(procedures.resume, self, person)))

    def push(self, commit: Commit) -> Deploy | None:
        """A commit reaches the branch; it is deployed unless auto-deploy is off."""
        self.commits.append(commit)
        if self.suspended or self.settings.auto_deploy_trigger == "off":
            return None
        return self.ask_deploy("new_commit")[0]

    async def close(self) -> None:
        await self._line.close()
        if self._sampler is not None:
            self._sampler.cancel()
        self.retire(self.instances)
        self.serving, self.incoming = [], []
        while self._leaving:
            await asyncio.wait(self._leaving)
        with contextlib.suppress(OSError):  # somebody else's files may be in it
            self.spec.folder.rmdir()

    # What one may see of it

    @property
    def name(self) -> str:
        return self.settings.name

    @property
    def instances(self) -> list[Instance]:
        """Those that serve, then those that are about to."""
        return [*self.serving, *self.incoming]

    @property
    def port(self) -> int | None:
        """Where the service answers now; it changes when instances are replaced."""
        return self.serving[0].port if self.serving else None

    def command_line(self) -> str:
        """The start command without the folders of this machine."""
        program, *rest = self.spec.command
        return " ".join(shlex.join([Path(program).name, *rest]).split())

    def knows(self, commit_id: str) -> bool:
        return any(one.id.startswith(commit_id) for one in self.commits)

    def tail(self, count: int) -> list[dict[str, str]]:
        lines = self._logs.tail(self.id, count)
        return [{"at": stamp(line.at), "text": line.text} for line in lines]

    def snapshot(self) -> dict[str, object]:
        """The `service` part of the world; only what has been measured already."""
        self._look_again()
        running = [one for one in self.instances if one.running]
        samples = [self.meter.latest(one.id) for one in running]
        return {
            "id": self.id,
            "name": self.name,
            "state": self._state,
            "since": stamp(self._since),
            "pid": next((one.process.pid for one in running if one.process), None),
            "memory_bytes": sum(one.memory for one in samples if one),
            "memory_limit_bytes": self.spec.memory_limit,
            "cpu": round(sum(one.cpu for one in samples if one), 3),
            "instances": [one.id for one in self.instances],
            "restarts": self.restarts,
            "deploy": deploy_in_short(self.history.latest),
        }

    # What the procedures do with it

    def bring_up(self) -> list[Instance]:
        count = self.settings.instance_count
        self.incoming = [Instance(self.id, self.spec, self.pace, self) for _ in range(count)]
        return self.incoming

    def switch_over(self, *, booted: bool) -> None:
        """The incoming instances serve from now on; the others are sent away."""
        old, self.serving, self.incoming = self.serving, self.incoming, []
        for instance in self.serving:
            instance.keep(booted=booted)
        self.retire(old, after=self.settings.drain_seconds if booted else 0.0)
        self._look_again()

    def send_back(self) -> None:
        """The incoming instances are given up; those that serve go on."""
        gone, self.incoming = self.incoming, []
        self.retire(gone)

    def retire(self, instances: Iterable[Instance], *, after: float = 0.0) -> None:
        for instance in instances:
            task = asyncio.create_task(self._see_off(instance, after))
            self._leaving.add(task)
            task.add_done_callback(self._leaving.discard)

    async def empty(self) -> None:
        """End every instance and wait until they are gone."""
        self.retire(self.instances)
        self.serving, self.incoming = [], []
        if self._leaving:
            await asyncio.wait(set(self._leaving))

    def say(self, text: str, *, kind: str = "app", instance: Instance | None = None) -> None:
        """A line of the platform itself."""
        labels = {"resource": self.id, "type": kind}
        if instance is not None:
            labels |= {"instance": instance.id, "level": "info"}
        self._logs.write(now(), f"==> {text}", labels)

    # What its instances tell it

    def heard(self, instance: Instance, at: datetime, text: str) -> None:
        level = guess_level(text)
        labels = {"resource": self.id, "instance": instance.id, "level": level, "type": "app"}
        self._logs.write(at, text, labels)

    def launched(self, instance: Instance) -> None:
        self.say(f"Running '{self.command_line()}'", instance=instance)
        self.restarts += instance.starts > 1
        self._look_again()

    def failed(self, instance: Instance, failure: Failure) -> None:
        if failure.exit_code is not None:
            self.say(f"Application exited with code {failure.exit_code}", instance=instance)
        details = {"instanceID": instance.id, "reason": failure.details()}
        self.history.add("server_failed", details)

    def available(self, instance: Instance) -> None:
        del instance  # the event does not say which
        self.history.add("server_available")

    # Inside

    def _commit(self, commit_id: str | None) -> Commit | None:
        if commit_id is None:
            return self.commits[-1] if self.commits else None
        found = [one for one in self.commits if one.id.startswith(commit_id)]
        if not found:
            raise LookupError(commit_id)
        return found[-1]

    def _settle_deploy(self, deploy_id: str) -> None:
        if self.history.deploys[deploy_id].status not in FINISHED:
            procedures.cancel(self, deploy_id)

    async def _see_off(self, instance: Instance, after: float) -> None:
        if after:
            await asyncio.sleep(self.pace.real(after))
        await instance.stop(self.settings.shutdown_seconds)

    async def _measure_forever(self) -> None:
        while True:
            self.meter.record(now(), [self._measure(one) for one in self.instances if one.running])
            await asyncio.sleep(SAMPLE_EVERY)

    def _measure(self, instance: Instance) -> Sample:
        process = instance.process
        memory, cpu = (process.memory(), process.cpu()) if process else (0, 0.0)
        if memory > self.spec.memory_limit:
            instance.kill_for_memory()
        return Sample(now(), instance.id, memory, cpu)

    def _look_again(self) -> None:
        state = self._what_state()
        if state != self._state:
            self._state, self._since = state, now()

    def _what_state(self) -> str:
        if self.suspended:
            return "suspended"
        working = self._line.current.name if self._line.current else None
        if working in ("deploy", "restart"):
            return {"deploy": "deploying", "restart": "restarting"}[working]
        if not self.serving:
            return "stopped"
        if any(one.healthy for one in self.serving):
            return "running"
        return "starting" if any(one.running for one in self.serving) else "crashed"
