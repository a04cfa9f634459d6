"""Incidents as real nights make them, event by event, at times that stand still."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.adapters.actions.restart import Restart
from bot.adapters.actions.restart_database import RestartDatabase
from bot.adapters.actions.rollback import Rollback
from bot.domain.evidence import Evidence, Found
from bot.domain.incident import Event, Incident, Phase
from bot.domain.moves import Kind
from bot.domain.proof import next_step
from bot.domain.remedy import Course, Live, propose
from bot.domain.rules import Rules
from bot.domain.severity import Severity, row
from bot.domain.why.blame import blame
from bot.domain.why.explain import explain
from tests.cast import ANN, BEN

RULES = Rules()
START = datetime(2026, 1, 1, 3, 12, 5, tzinfo=UTC)
LIVE = Live("dep-d4k1", "evt-0", ("srv-9x2b-a",))
STATE = Evidence(
    "S1",
    "service",
    Found.SOMETHING,
    "exited with code 1, 210 of 512 MB, CPU 3 %, 1 failures, 0 restarts in 24 h",
    (
        ("state", "crashed"),
        ("auto_deploy", "commit"),
        ("deploy", "dep-d4k1"),
        ("restart", "evt-0"),
        ("instances", "srv-9x2b-a"),
    ),
)
LOGS = Evidence(
    "L1",
    "logs",
    Found.SOMETHING,
    "4 errors in the last 100 lines (since 02:58 UTC), the latest at 03:12:01",
    (
        ("errors", "4"),
        ("top_error", "EOFError: Ran out of input"),
        ("top_where", "memory.load"),
        ("category", "code_error"),
        ("verdict", "confirmed"),
        ("why", "the program fails in its own code (4 times)"),
        ("suggests", "fix_code"),
        ("files", "lifeos/memory.py"),
    ),
    (
        "EOFError: Ran out of input",
        "2026-01-01 03:12:01,113 ERROR lifeos: cannot load memory",
        "Traceback (most recent call last):",
        '  File "/app/lifeos/memory.py", line 41, in load',
        "    return pickle.load(file)",
    ),
)
DEPLOYS = Evidence(
    "D1",
    "deploys",
    Found.SOMETHING,
    "latest deploy dep-d4k1 (3f9c2ab) is live, 34 h before the trouble began",
    (),
    ("dep-d4k1 live, 34 h old: 3f9c2ab Keep memory in a file",),
)
DATABASE = Evidence(
    "B1",
    "database",
    Found.SOMETHING,
    "answered in 12 ms, 7 of 100 connections taken, version 16.4",
    (("state", "ok"), ("detail", "answered in 12 ms")),
)
BROKEN = Evidence(
    "D1",
    "deploys",
    Found.SOMETHING,
    "latest is live: 8e1f0a2 “Read memory in one go”, 4 min before the trouble began",
    (
        ("live", "dep-d4k1"),
        ("live_said", "8e1f0a2 “Read memory in one go”, 6 min old"),
        ("target", "dep-d4j7"),
        ("target_said", "3f9c2ab “Keep memory in a file”, 34 h old"),
        ("live_minutes_before", "4.1"),
        ("live_before_said", "4 min"),
    ),
    (
        "dep-d4k1 live, 6 min old: 8e1f0a2 Read memory in one go",
        "dep-d4j7 deactivated, 34 h old: 3f9c2ab Keep memory in a file",
    ),
)
RUNS = replace(
    STATE,
    summary="running, up since 28 Dec 09:30 UTC, 210 of 512 MB, CPU 3 %",
    facts=(("state", "running"), *STATE.facts[1:]),
)
BLIND = Evidence("", "logs", Found.UNREADABLE, "Render: HTTP 503")
ACTIONS = (
    Restart("life-os", "srv-9x2b", None, None),
    Rollback("life-os", "srv-9x2b", None, None),
    RestartDatabase("life-os", "dpg-7c1d-a", None, None, None),
)
EVERYTHING = (STATE, LOGS, DEPLOYS, DATABASE)


class Night:
    """An incident that a test lets happen; `at` is the time of its newest event."""

    def __init__(self, kind=Kind.DETECTED, **what):
        self.at = START
        what = what or failing("service", "crashed", "exited with code 1")
        self.incident = Incident.opened(12, "life-os", Event(kind, self.at, **what))

    def then(self, kind, seconds=30, by=None, **what):
        self.at += timedelta(seconds=seconds)
        if by:
            what |= {"by": by.name, "by_id": by.id}
        self.incident = self.incident.after(Event(kind, self.at, **what))
        return self

    def joined(self):
        note = "refused: nothing listens at its address"
        return self.then(Kind.JOINED, 5, **failing("http", "refused", note))

    def triaged(self, *evidence, offers=True):
        evidence = evidence or EVERYTHING
        vain = blame(self.incident, evidence).cannot_help
        actions = [a for a in ACTIONS if a.name not in vain] if offers else ()
        offered = propose(actions, evidence, self.incident.version, self.at, RULES)
        cause = explain(self.incident, evidence, offered)
        return self.then(Kind.TRIAGED, 2, evidence=evidence, proposals=offered, cause=cause)

    def asked(self, by=ANN):
        ask = f"12-{self.incident.version + 1}"
        until = self.at + timedelta(seconds=60) + RULES.ask_valid
        offer = self.incident.proposals[0].id
        return self.then(Kind.ASKED, 60, by, offer=offer, ask=ask, expires_at=until)

    def approved(self, by=ANN):
        asked = self.incident.asked
        return self.then(Kind.APPROVED, 4, by, offer=asked.offer, ask=asked.ask)

    def started(self):
        return self.then(Kind.STARTED, 1, offer=self.incident.approved.id, live=LIVE)

    def under_way(self, seconds=9):
        """A rollback was accepted, and auto-deploy is off; its deploy is being put in place."""
        self.then(Kind.ANSWERED, 1, note="Render accepted it")
        self.then(Kind.LEFT, seconds, note=SWITCH_ON, step=len(self.incident.left) + 1)
        return self.then(Kind.ANSWERED, 0, note=IN_PLACE, code=Course.UNDER_WAY)

    def rolled_back(self):
        self.joined().triaged(*CAME_WITH_IT).asked().approved().started().under_way()
        note = "Render put 3f9c2ab (dep-d4k2) live at 03:14:15 UTC"
        return self.then(Kind.RAN, 48, note=note)

    def ran(self):
        self.then(Kind.ANSWERED, 1, note="Render accepted the restart")
        return self.then(Kind.RAN, 9, note="Render recorded the restart at 03:13:26 UTC (evt-d4kz)")

    def restarted(self):
        return self.joined().triaged().asked().approved().started().ran()

    def held(self, steps=6):
        """Let the next steps of the proof hold, each when it is due."""
        for _ in range(steps):
            step = next_step(self.incident, RULES)
            wait = 45 if step.phase is Phase.BACK else step.lasts.total_seconds()
            back = step.phase is Phase.BACK
            number, note = (0, BACK) if back else (step.number, FIGURES)
            self.then(Kind.CHECKED, wait, phase=step.phase, step=number, note=note)
        return self

    def recovered(self):
        return self.then(Kind.RECOVERED, 1, note="back, stayed up, healthy, no regression")

    def reported(self):
        return self.then(Kind.REPORTED, 1, note="incident-2026-01-01.md")


SWITCH_ON = "Auto-deploy of life-os is off (it was “commit”): switch it on again once the fix is in"
IN_PLACE = "Render is putting 3f9c2ab (dep-d4k2) in place"
CAME_WITH_IT = (STATE, LOGS, BROKEN, DATABASE)
BACK = "running · HTTP 200 in 0.08 s · 0 errors in 5 min (0.0/min)"
FIGURES = "8 of 8 looks good · 0.0 errors/min at most · 214 of 512 MB · CPU 4 %"


def failing(check, code, note):
    severity = row(check, code).severity
    return {"check": check, "code": code, "note": note, "severity": severity}


def by_hand(note="users say it answers twice"):
    return Night(Kind.DETECTED, by=BEN.name, by_id=BEN.id, note=note)


def a_full_night():
    return Night().restarted().held().recovered().reported()


def relapsed():
    night = a_full_night()
    again = failing("service", "out_of_memory", "killed at its memory limit (512Mi)")
    return night.then(Kind.DETECTED, 1200, **again)


def severity_set(night, severity=Severity.P2, by=ANN):
    return night.then(Kind.SEVERITY, 20, by, severity=severity)
