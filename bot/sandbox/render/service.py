"""An emulated service that really starts, stops, crashes and restarts a process."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from datetime import datetime
from functools import partial

from bot.sandbox.pace import Pace
from bot.sandbox.render import overlap, procedures
from bot.sandbox.render.artifacts import Artifacts
from bot.sandbox.render.disk import Disk
from bot.sandbox.render.environment import environment
from bot.sandbox.render.fleet import Fleet
from bot.sandbox.render.history import NOTHING_SPECIAL, History
from bot.sandbox.render.ids import new_id
from bot.sandbox.render.instance import Instance
from bot.sandbox.render.logs import LogBook, guess_level
from bot.sandbox.render.metrics import Meter, measure_forever
from bot.sandbox.render.packages import Packages
from bot.sandbox.render.places import as_on_the_platform
from bot.sandbox.render.snapshot import Condition, snapshot
from bot.sandbox.render.state import (
    FINISHED,
    WEB_SERVICE,
    Commit,
    Deploy,
    Failure,
    Person,
    Release,
    Settings,
    Source,
    Spec,
    Wish,
)
from bot.sandbox.render.times import now, stamp
from bot.sandbox.render.work import Job, WorkLine

STUCK = "stuck_crashlooping"


class Service:
    def __init__(
        self,
        settings: Settings,
        spec: Spec,
        commits: Sequence[Commit],
        pace: Pace,
        logs: LogBook,
        *,
        source: Source | None = None,
    ) -> None:
        self.id = new_id("srv")
        self.settings, self.spec, self.pace, self.source = settings, spec, pace, source
        self.repository = f"https://github.com/practice/{settings.name}"
        self.created_at = self.updated_at = now()
        self.condition = Condition()
        self.history = History(self.id, self.look_again)
        self.artifacts = Artifacts(spec.folder / "builds")
        self.packages = Packages(spec.folder / "cache")
        self.fleet = Fleet(self._make_instance, pace, settings)
        self.line = WorkLine(self.look_again)
        self.meter = Meter()
        self.disk: Disk | None = None  # what its instances write to, if it is measured
        self.suspenders: list[str] = []
        self.restarts = 0
        self._commits = list(commits)
        self._logs = logs
        self._sampler: asyncio.Task[None] | None = None

    # What one may ask of it

    async def start(self) -> Deploy:
        """The first deploy; returns it when it has ended, live or failed."""
        sampling = measure_forever(self.meter, lambda: self.instances, self.disk)
        self._sampler = self._sampler or asyncio.create_task(sampling)
        deploy, job = self.ask_deploy("other")
        await job.done.wait()
        return self.history.deploys[deploy.id]

    def ask_deploy(
        self, trigger: str, commit_id: str | None = None, wish: Wish = NOTHING_SPECIAL
    ) -> tuple[Deploy, Job]:
        """Others make way, as the overlap policy says. `LookupError`: there is no such commit."""
        return self.ask_for(self._commit(commit_id), trigger, wish)

    def ask_for(
        self, commit: Commit | None, trigger: str, wish: Wish = NOTHING_SPECIAL
    ) -> tuple[Deploy, Job]:
        waits = overlap.must_wait(self)
        deploy = self.history.open_deploy(commit, trigger, "queued" if waits else "created", wish)
        overlap.make_way(self, deploy)
        run = partial(procedures.deploy, self, deploy.id)
        settle = partial(self._settle_deploy, deploy.id)
        return deploy, self.line.add(Job("deploy", run, settle, about=deploy.id))

    def ask_again(self, deploy_id: str, trigger: str) -> tuple[Deploy, Job]:
        """Start the kept build of an earlier deploy; as a "rollback" with the settings of then.

        `LookupError` when no such build is kept.
        """
        if self.artifacts.get(deploy_id) is None:
            raise LookupError(deploy_id)
        commit = self.history.deploys[deploy_id].commit
        return self.ask_for(commit, trigger, Wish(artifact_of=deploy_id))

    def ask_cancel(self, deploy_id: str) -> Job | None:
        """The job that is given up; None when the deploy has ended."""
        job = next((one for one in self.line.jobs("deploy") if one.about == deploy_id), None)
        if job is not None:
            self.line.give_up(job)
        return job

    def ask_restart(self, user_id: str | None = None) -> Job:
        return self.line.add(Job("restart", partial(procedures.restart, self, user_id)))

    def ask_scale(self, count: int) -> Job:
        before, self.settings.instance_count = self.settings.instance_count, count
        if count != before:
            counts = {"fromInstances": before, "toInstances": count}
            self.history.add("instance_count_changed", counts)
        return self.line.add(Job("scale", partial(procedures.scale, self)))

    def ask_suspend(self, person: Person | None = None, suspender: str = "user") -> Job:
        """Suspending waits for nothing: what is being done is given up."""
        self.line.give_up_all()
        return self.line.add(Job("suspend", partial(procedures.suspend, self, person, suspender)))

    def ask_resume(self, person: Person | None = None) -> Job:
        return self.line.add(Job("resume", partial(procedures.resume, self, person)))

    def push(self, commit: Commit) -> Deploy | None:
        """A commit reaches the branch of a service without a source."""
        self._commits.append(commit)
        return self.pushed()

    def pushed(self) -> Deploy | None:
        """The branch has moved: its head is deployed unless auto-deploy is off."""
        if self.suspended or self.settings.auto_deploy_trigger == "off":
            return None
        return self.ask_deploy("new_commit")[0]

    def evict(
        self, reason: str = "The node was low on resource: memory.", *, away: float = 0.0
    ) -> None:
        """The platform takes an instance off its machine; that it stays the same is inferred.

        It comes back as after a crash, or in `away` real seconds.
        """
        for instance in self.serving[:1]:
            instance.kill(Failure(evicted=reason), away=away)

    async def close(self) -> None:
        await self.line.close()
        if self._sampler is not None:
            self._sampler.cancel()
        await self.fleet.empty()
        await self.artifacts.close()
        self.packages.clear()
        with contextlib.suppress(OSError):  # somebody else's files may be in it
            self.spec.folder.rmdir()

    # What one may see of it

    @property
    def name(self) -> str:
        return self.settings.name

    @property
    def suspended(self) -> bool:
        return bool(self.suspenders)

    @property
    def commits(self) -> Sequence[Commit]:
        """Those of its branch, the newest last."""
        return self._commits if self.source is None else self.source.commits()

    @property
    def release(self) -> Release | None:
        """What the live deploy runs."""
        live = self.history.live
        return self.artifacts.get(live.id) if live else None

    @property
    def serving(self) -> list[Instance]:
        return self.fleet.serving

    @property
    def incoming(self) -> list[Instance]:
        return self.fleet.incoming

    @property
    def instances(self) -> list[Instance]:
        """Those that serve, then those that are about to."""
        return [*self.serving, *self.incoming]

    @property
    def port(self) -> int | None:
        """Where the service answers now; None when no instance may be asked."""
        ready = (one.port for one in self.serving if one.ready)
        return next(ready, None) if self.spec.kind == WEB_SERVICE else None

    def command_line(self) -> str:
        return self.spec.command_line()

    def knows(self, commit_id: str) -> bool:
        return any(one.id.startswith(commit_id) for one in self.commits)

    def tail(self, count: int) -> list[dict[str, str]]:
        lines = self._logs.tail(self.id, count)
        return [{"at": stamp(line.at), "text": line.text} for line in lines]

    def snapshot(self) -> dict[str, object]:
        """The `service` part of the world; only what has been measured already."""
        self.look_again()
        return snapshot(self)

    def environment(self, release: Release) -> dict[str, str]:
        """What a process of this release gets, whatever it runs for."""
        return environment(self.id, self.settings, release)

    # What the procedures do with it

    def keep(self, release: Release) -> None:
        needed = [one.wish.artifact_of for one in self.history.unfinished()]
        self.artifacts.keep(release, self.settings.kept_builds, needed=needed)

    def say(self, text: str, *, kind: str = "app", instance: Instance | None = None) -> None:
        """A line of the platform itself."""
        labels = {"resource": self.id, "type": kind}
        if instance is not None:
            labels |= {"instance": instance.id, "level": "info"}
        self._logs.write(now(), f"==> {text}", labels)

    def printed(self, text: str, at: datetime | None = None) -> None:
        """A line of what runs in a build."""
        self._logs.write(at or now(), text, {"resource": self.id, "type": "build"})

    def look_again(self) -> None:
        self.condition.look(self)

    # What its instances tell it

    def heard(self, instance: Instance, at: datetime, text: str) -> None:
        level = guess_level(text)
        labels = {"resource": self.id, "instance": instance.id, "level": level, "type": "app"}
        self._logs.write(at, as_on_the_platform(text, instance.release.folder), labels)

    def launched(self, instance: Instance) -> None:
        self.say(f"Running '{instance.release.spec.command_line()}'", instance=instance)
        self.restarts += instance.starts > 1
        self.look_again()

    def failed(self, instance: Instance, failure: Failure) -> None:
        """A deploy at hand may be what ends the crashes, so it is waited for."""
        procedures.tell_exit(self, instance, failure)
        details = {"instanceID": instance.id, "reason": failure.details()}
        self.history.add("server_failed", details)
        if instance.crashes >= self.settings.crash_limit and not self.line.busy:
            self.ask_suspend(suspender=STUCK)

    def available(self, instance: Instance) -> None:
        del instance  # the event does not say which
        self.history.add("server_available")

    # Inside

    def _make_instance(self, release: Release) -> Instance:
        return Instance(self.id, release, self.environment(release), self.pace, self)

    def _commit(self, commit_id: str | None) -> Commit | None:
        commits = self.commits
        if commit_id is None:
            return commits[-1] if commits else None
        found = [one for one in commits if one.id.startswith(commit_id)]
        if not found:
            raise LookupError(commit_id)
        return found[-1]

    def _settle_deploy(self, deploy_id: str) -> None:
        if self.history.deploys[deploy_id].status not in FINISHED:
            procedures.cancel(self, deploy_id)
