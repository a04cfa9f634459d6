"""Runs a user's test inside the service's own environment, as a one-off job of the platform."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.adapters.render import Render
from bot.adapters.render_answers import Job as OneOff
from bot.adapters.web import few_words
from bot.domain.check import BEHIND_RENDER, Result, Seen
from bot.domain.remedy import Answer
from bot.ports import Unavailable

POLL = 5.0  # seconds between two questions how far it is
LOOK_BACK = timedelta(hours=2)  # how far a new life of ours looks for a job of the one before
CLOCKS_APART = timedelta(minutes=1)  # the platform's clock may be before ours
APPEARS_WITHIN = timedelta(minutes=2)  # a job that was asked for, with an answer that says nothing
WAITING = frozenset({"", "pending", "running"})  # "" is the platform's null
ENDED = frozenset({"succeeded", "failed", "canceled"})


@dataclass
class Job:
    """`within` is seconds from its start on the platform; the value is how many it took.

    One job at a time: whatever is known to run, or may run, is waited for and not started again,
    also by the next look and the next life of this process. `poll` is seconds between questions.
    """

    service: str
    id: str
    render: Render
    command: str
    now: Callable[[], datetime]
    within: float = 120.0
    name: str = "job"
    poll: float = POLL
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
    _running: OneOff | None = field(default=None, repr=False)
    _asked_at: datetime | None = field(default=None, repr=False)
    _searched: bool = field(default=False, repr=False)
    _done: set[str] = field(default_factory=set, repr=False)

    @property
    def expects(self) -> str:
        """In words that follow "expected"."""
        return f"to succeed within {self.within:g} s"

    async def look(self) -> Result:
        try:
            if self._running is None:
                await self._find()
            if self._running is None:
                await self._start()
            return await self._wait_for(self._running)
        except Unavailable as hidden:
            return self._result(Seen.BLIND, BEHIND_RENDER, str(hidden))
        except PermissionError:
            self._asked_at = None
            return self._result(Seen.BLIND, "", "we may not start jobs of this service")

    async def _find(self) -> None:
        """Look for one that may run: of a life before, or asked for without a clear answer."""
        if self._searched and self._asked_at is None:
            return
        since = self._asked_at - CLOCKS_APART if self._asked_at else self.now() - LOOK_BACK
        listed = await self.render.jobs(self.id, since)
        self._searched = True
        ours = [one for one in listed if one.command == self.command and one.id not in self._done]
        running = [one for one in ours if one.status not in ENDED and one.finished_at is None]
        asked = ours if self._asked_at else []
        self._running = next(iter([*running, *asked]), None)
        if self._running is not None:
            self._asked_at = None
        elif self._asked_at and self.now() - self._asked_at < APPEARS_WITHIN:
            raise Unavailable("Render: the job was asked for, and is not seen yet")

    async def _start(self) -> None:
        asked_at = self.now()
        self._asked_at = asked_at  # before the request leaves: cut off in it, it may have begun
        reply, job_id = await self.render.start_job(self.id, self.command)
        if reply.answer is Answer.UNCLEAR:
            raise Unavailable(f"not sure that the job was started: {reply.note}")
        self._asked_at = None
        if reply.answer is Answer.REFUSED:
            raise Unavailable(f"the job was not started: {reply.note}")
        self._running = OneOff(job_id, command=self.command, created_at=asked_at)

    async def _wait_for(self, job: OneOff | None) -> Result:
        while job is not None:
            begun = job.created_at or self.now()
            job = self._running = await self._read(job, begun)
            if job.status in ENDED or job.finished_at is not None:
                self._running, self._done = None, {*list(self._done)[-100:], job.id}
                return self._ended(job, begun)
            waited = (self.now() - begun).total_seconds()
            if waited >= self.within:
                return self._late(job, waited)
            await self.sleep(min(self.poll, self.within))
        raise Unavailable("Render: there is no job to wait for")

    async def _read(self, job: OneOff, begun: datetime) -> OneOff:
        try:
            found = await self.render.job(self.id, job.id)
        except Unavailable as hidden:
            if hidden.permanent:  # forget its id, and look first whether it runs
                self._running, self._asked_at = None, begun
            raise
        at = found.created_at or begun
        return OneOff(found.id, found.status, self.command, at, found.finished_at)

    def _ended(self, job: OneOff, begun: datetime) -> Result:
        took = max(((job.finished_at or self.now()) - (job.created_at or begun)).total_seconds(), 0)
        if job.status == "failed":
            return self._result(
                Seen.FAIL, "failed", f"job {job.id} failed after {took:.0f} s", took
            )
        if job.status != "succeeded":
            said = f"job {job.id} was {few_words(job.status) or 'ended'}: it proves nothing"
            return self._result(Seen.BLIND, "", said)
        said = f"job {job.id} succeeded in {took:.0f} s"
        if took > self.within:
            said += f" (limit {self.within:g} s)"
            return self._result(Seen.FAIL, "late", said, took)
        return self._result(Seen.PASS, "", said, took)

    def _late(self, job: OneOff, waited: float) -> Result:
        if job.status not in WAITING:
            said = f"job {job.id} is “{few_words(job.status)}”, and we do not know what that means"
            return self._result(Seen.BLIND, "", said)
        state = job.status or "waiting"
        said = f"job {job.id} has not ended in {waited:.0f} s ({state}; limit {self.within:g} s)"
        return self._result(Seen.FAIL, "late", said, waited)

    def _result(self, seen: Seen, code: str, detail: str, value: float | None = None) -> Result:
        return Result(self.service, self.name, seen, self.now(), code, detail, value)
