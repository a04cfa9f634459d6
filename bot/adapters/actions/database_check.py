"""Look at the database from inside the service, by a one-off job: it mends nothing, it tells."""

from __future__ import annotations

import hashlib
import json
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from bot.adapters import inside
from bot.adapters.postgres_words import said
from bot.adapters.render_act import RenderAct
from bot.adapters.render_answers import Job
from bot.domain.evidence import Evidence, Found, found_by
from bot.domain.logs.lines import LogLine
from bot.domain.remedy import Barred, Course, Effect, Live, Proposal, Reason, Risk
from bot.ports import Reply

CLOCKS_APART = timedelta(minutes=1)  # the platform's clock may be before ours, or behind it
LINES_WITHIN = timedelta(seconds=30)  # a job's lines come a little after its end
ENDED = frozenset({"succeeded", "failed"})
# Plans. Render's page on the free one names no jobs; people who run on it say that it has none.
WITHOUT_JOBS = frozenset({"free"})
OF_THE_WAY = frozenset({"database_unreachable", "database_auth"})  # categories of a log
UNREACHED = frozenset({"refused", "timeout", "auth", "name", "error"})  # states seen from here
SOURCE = Path(inside.__file__).read_text(encoding="utf-8")
SAYS = {
    "unset": "{variable} is not set",
    "auth": "the database rejects its credentials",
    "name": "the address or the name of the database is not known",
    "refused": "nothing listens at the address of the database",
    "timeout": "the database gives no answer",
    "saturated": "every connection of the database is taken",
    "starting": "the database is starting up",
    "error": "the database cannot be used",
}


def command(variable: str, name: str) -> str:
    """One line, whether a shell reads it or nobody does. The source itself has no value in it.

    Nothing reads `name` there: it stands at the end for whoever must know that job again.
    """
    return f"python3 -c {shlex.quote(f'exec({SOURCE!r})')} {variable} {name}"


def name_of(proposal: Proposal) -> str:
    """What its job is known by: no two offers have one name, and each is carried out once."""
    offer = f"{proposal.id} {proposal.target} {proposal.expires_at.isoformat()}"
    return hashlib.sha256(offer.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class DatabaseCheck(RenderAct):
    """`variable` is where the service finds the address of its database."""

    variable: str = "DATABASE_URL"
    name: str = "database-check"
    risk: Risk = Risk.LOW
    effect: str = (
        "Runs a one-off job in the service's environment that connects to its database, asks for "
        "version, user and number of connections, and ends. Changes nothing; Render charges for it."
    )
    radius: str = "Nobody; one more connection for a moment."
    undo: str = "Nothing to undo."
    takes: str = ""

    def suits(
        self, evidence: Sequence[Evidence], wish: str | None = None
    ) -> Reason | Barred | None:
        """Offered when what is seen from here and what the service says do not agree."""
        known = found_by("service", evidence)
        why, likely = _doubt(evidence)
        if wish is None and (not why or any(e.source == "inside" for e in evidence)):
            return None
        if known is None:
            return None if wish is None else Barred("how the service is cannot be seen now")
        if known.fact("state") == "suspended":
            return Barred("it is suspended: no job runs in it")
        if known.fact("plan") in WITHOUT_JOBS:
            return Barred("its plan has no one-off jobs")
        grounds = (found_by(name, evidence) for name in ("database", "logs"))
        rests_on = tuple(e.id for e in (known, *grounds) if e)
        brief = (("Service", self.id), ("Looks by", self.variable))
        live = Live(state="in service")
        why = why or "you asked for it"
        return Reason(why, self.id, rests_on, live, likely=likely, brief=brief, mends=False)

    async def live(self) -> Live:
        hosted = await self.render.service(self.id)
        return Live(state="suspended" if hosted.suspended else "in service")

    async def call(self, proposal: Proposal) -> Reply:
        line = command(self.variable, name_of(proposal))
        reply, job = await self.render.start_job(proposal.target, line)
        return Reply(reply.answer, f"Render has accepted the job {job}") if job else reply

    async def effect_since(self, proposal: Proposal, before: Live, at: datetime) -> Effect | None:
        since = at - CLOCKS_APART
        jobs = await self.render.jobs(self.id, since)
        ours = [j for j in jobs if j.command.endswith(f" {name_of(proposal)}")]
        if not ours:
            return None
        job = ours[-1]  # the newest come first
        if job.status not in ENDED and job.finished_at is None:
            return Effect(Course.UNDER_WAY, f"job {job.id} is {said(job.status) or 'waiting'}")
        if job.status not in ENDED:
            return Effect(Course.FAILED, f"job {job.id} was {said(job.status) or 'ended'}")
        return await self._result(job, since)

    async def _result(self, job: Job, since: datetime) -> Effect:
        owner = await self.render.owner(self.id)
        ended = job.finished_at or since
        lines = await self.render.logs(owner, job.id, since, max(ended, self.now()) + CLOCKS_APART)
        if told := _told(lines):
            evidence = _evidence(told, self.variable, job.finished_at or self.now())
            return Effect(Course.DONE, evidence.summary, (evidence,))
        if self.now() - ended < LINES_WITHIN:
            note = f"job {job.id} has ended; what it printed is not there yet"
            return Effect(Course.UNDER_WAY, note)
        return Effect(Course.FAILED, f"job {job.id} {job.status} and did not print what it found")


def _doubt(evidence: Sequence[Evidence]) -> tuple[str, bool]:
    """What does not agree, and whether a look from inside is the next thing to do."""
    database, log = found_by("database", evidence), found_by("logs", evidence)
    inside_fails = log is not None and log.fact("category") in OF_THE_WAY
    if database is None:
        unseen = any(e.source == "database" for e in evidence)
        if unseen:
            return "the database cannot be seen from here: is it us, or the way between?", True
        said = "the service says that it does not reach its database; from here nobody looks at it"
        return (said, True) if inside_fails else ("", False)
    state = database.fact("state") or ""
    if inside_fails and state not in UNREACHED:
        said = "the service says that it does not reach its database; from here it answers"
        return said, True
    if not inside_fails and state in UNREACHED:
        return "from here the database is not reached; the service's log says nothing of it", False
    return "", False


def _told(lines: Iterable[LogLine]) -> Mapping[str, object]:
    """The newest line that is one of ours; anybody in that environment can print such a line."""
    marked = [one.text.partition(inside.MARK)[2] for one in lines if inside.MARK in one.text]
    for text in reversed(marked):
        try:
            found = json.loads(text)
        except ValueError:
            continue
        if isinstance(found, dict):
            return found
    return {}


def _evidence(told: Mapping[str, object], variable: str, at: datetime) -> Evidence:
    """In our own words wherever there are any: what comes from there is hostile."""
    state = said(told.get("state", ""), 20)
    when = f"from inside at {at:%H:%M} UTC"
    if state == "ok":
        who, version, many = (said(told.get(n, "?")) for n in ("user", "version", "connections"))
        answer = f"the database answers {who} in {said(told.get('ms', '?'), 8)} ms"
        summary = f"{when}: {answer}, {many} connections, version {version}"
    elif state == "no driver":
        summary = f"{when}: the service has no driver that is known here"
        return Evidence("I1", "inside", Found.UNREADABLE, summary)
    else:
        state = state if state in SAYS else "error"
        named = f" ({said(told['error'])})" if told.get("error") else ""
        summary = f"{when}: {SAYS[state].format(variable=variable)}{named}"
    facts = (("state", state), ("detail", summary))
    return Evidence("I1", "inside", Found.SOMETHING, summary, facts)
