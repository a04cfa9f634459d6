"""End the one database session that holds up others: of our own role, once, and seen to be gone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.adapters.postgres_session import OUR_NAME, Sessions
from bot.domain.evidence import Evidence, found_by
from bot.domain.remedy import Barred, Course, Effect, Live, Proposal, Reason, Risk
from bot.ports import Reply

NOBODY_WAITS = "nobody waits for a lock in the database"
CLIENT = "client backend"  # pg_stat_activity.backend_type of what a program has opened


@dataclass(frozen=True)
class EndSession:
    """The target is a pid and the start of its session, as PostgreSQL tells them."""

    service: str
    sessions: Sessions
    name: str = "end-session"
    risk: Risk = Risk.HIGH
    effect: str = (
        "Ends that one session of the database: its open transaction is rolled back, and who "
        "waited for it goes on. Nothing else is touched."
    )
    radius: str = "Whoever runs that session: what it has not committed is lost."
    undo: str = "Not at all: whoever ran it begins again."
    takes: str = ""

    def suits(
        self, evidence: Sequence[Evidence], wish: str | None = None
    ) -> Reason | Barred | None:
        """Offered when a session of our own role holds a lock that others wait for."""
        known = found_by("database", evidence)
        pid = known.fact("blocker") if known else None
        if known is None or not pid:
            return None if wish is None else Barred(NOBODY_WAITS)
        if why := _spared(known, pid):
            return Barred(why)
        since = known.fact("blocker_since") or ""
        who = known.fact("blocker_who") or ""
        why = f"session {pid} ({who}) holds a lock: {known.fact('blocker_waiting')}"
        live = Live(state=_blocked_by(pid))
        return Reason(why, f"{pid} since {since}", (known.id,), live, brief=_brief(known, pid))

    async def live(self) -> Live:
        return Live(state=_blocked_by(await self.sessions.blocker()))

    async def run(self, proposal: Proposal) -> Reply:
        return await self.sessions.end(*_session(proposal))

    async def effect_since(self, proposal: Proposal, before: Live, at: datetime) -> Effect | None:
        pid, since = _session(proposal)
        if await self.sessions.is_there(pid, since):
            return None
        return Effect(Course.DONE, f"session {pid} is not there any more")

    async def secure(self, before: Live) -> None:
        """Nothing is left behind."""


def _spared(known: Evidence, pid: str) -> str:
    """Why that session is not ended by us, or ""."""
    role, ours, kind = (known.fact(f"blocker_{name}") or "" for name in ("role", "ours", "kind"))
    if pid == "0":
        return "a prepared transaction holds the lock, and that has no session to end"
    if role and known.fact("blocker_own") != "yes":
        return f"session {pid} belongs to “{role}”, the watchdog is “{ours}”: it ends only its own"
    if known.fact("blocker_super") == "yes":
        return f"session {pid} is a superuser's"
    if kind != CLIENT:
        return f"session {pid} is PostgreSQL's own ({kind or 'of an unknown kind'})"
    if known.fact("blocker_program") == OUR_NAME:
        return f"session {pid} is the watchdog's own"
    return "" if known.fact("blocker_since") else f"when session {pid} began is not known"


def _blocked_by(pid: str) -> str:
    return f"blocked by session {pid}" if pid else "blocked by nobody"


def _brief(known: Evidence, pid: str) -> tuple[tuple[str, str], ...]:
    since = datetime.fromisoformat(known.fact("blocker_since") or "")
    return (
        ("Session", f"{pid}, {known.fact('blocker_who')}, since {since:%d %b %H:%M:%S} UTC"),
        ("Role", f"{known.fact('blocker_role')}, which is the watchdog's too"),
        ("It is", known.fact("blocker_state") or "in a state that is not told"),
    )


def _session(proposal: Proposal) -> tuple[int, datetime]:
    pid, _, since = proposal.target.partition(" since ")
    return int(pid), datetime.fromisoformat(since)
