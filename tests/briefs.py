"""One night for the tests of what a model is told and may say: a deploy broke reading a file."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.domain.cause import Cause, Sure
from bot.domain.evidence import Evidence, Found
from bot.domain.incident import Event, Incident
from bot.domain.moves import Kind
from bot.domain.narration.brief import brief_of
from bot.domain.remedy import Live, Proposal, Risk
from bot.domain.severity import Severity

BEGAN = datetime(2026, 1, 1, 3, 12, tzinfo=UTC)
NOW = BEGAN + timedelta(minutes=2)

SERVICE = Evidence(
    "S1",
    "service",
    Found.SOMETHING,
    "it exited with status 1, 210 of 512 MB, 4 failures in 24 h",
    (("state", "crashed"), ("memory_mb", "210"), ("failures", "4")),
)
LOGS = Evidence(
    "L1",
    "logs",
    Found.SOMETHING,
    "4 errors in the last 100 lines, most often EOFError in memory.load (×4)",
    (("errors", "4"), ("top_error", "EOFError: Ran out of input")),
    (
        "Traceback (most recent call last):",
        '  File "/app/bot/memory.py", line 31, in load',
        "    return pickle.load(file)",
        "EOFError: Ran out of input",
    ),
)
DEPLOYS = Evidence(
    "D1",
    "deploys",
    Found.SOMETHING,
    "latest is live: 4f2a9c1 “Keep goals in a file”, 3 min before the trouble began",
    (("latest", "dep-22"), ("latest_commit", "4f2a9c1"), ("minutes_before", "3")),
    ("dep-22 live, 5 min old: 4f2a9c1 Keep goals in a file", "dep-21 deactivated: 81aa0d2 Tidy"),
)
CHANGES = Evidence(
    "C1", "changes", Found.SOMETHING, "4f2a9c1 changed bot/memory.py: high risk", (), ()
)
PAST = Evidence("H1", "memory", Found.SOMETHING, "#4 was the same: a rollback helped", (), ())
DATABASE = Evidence("B1", "database", Found.UNREADABLE, "no answer in time")
EVIDENCE = (SERVICE, LOGS, DEPLOYS, CHANGES, PAST, DATABASE)

UNKNOWN = Cause("life-os is down", "not known", Sure.INCONCLUSIVE)
CODE = Cause("life-os is down", "memory.load fails since 4f2a9c1", Sure.CONFIRMED, "code_error")


def proposal(action, effect, look=3):
    return Proposal(
        id=f"{look}.{action}",
        action=action,
        target="srv-1",
        risk=Risk.HIGH,
        why="it is down",
        effect=effect,
        evidence=("S1",),
        live=Live(),
        expires_at=NOW + timedelta(minutes=15),
    )


RESTART = proposal("restart", "Replaces every running instance with a fresh one.")
ROLLBACK = proposal("rollback", "Starts the earlier deploy again.")
OFFERS = (RESTART, ROLLBACK)


def incident(note="HTTP 502 in 0.1 s"):
    detected = Event(
        Kind.DETECTED, BEGAN, check="http", code="bad_status", severity=Severity.P0, note=note
    )
    return Incident.opened(7, "life-os", detected)


def brief(*evidence, rules=UNKNOWN, offers=OFFERS, **incident_says):
    return brief_of(incident(**incident_says), evidence or EVIDENCE, offers, rules, NOW)


def with_lines(*lines):
    """The same night, and a user who said that."""
    return brief(SERVICE, replace(LOGS, lines=(*LOGS.lines, *lines)), DEPLOYS, PAST)


def claim(evidence_id="L1", quote="EOFError: Ran out of input", text="memory.load fails."):
    return {"evidence_id": evidence_id, "quote": quote, "text": text}


BROKE = claim()
DEPLOYED = claim("D1", "4f2a9c1 Keep goals in a file", "4f2a9c1 went live.")


def option(name="Roll back", action_ids=("rollback",), steps=(), **more):
    said = {"name": name, "time": "2 min", "pros": "quick", "cons": "undoes the new file"}
    return {**said, "risk": "none", "action_ids": list(action_ids), "steps": list(steps), **more}


CHECKLIST = option("Fix it", (), ("Write the file first.", "Deploy."))


def note(**changes):
    """What an honest model would fill in."""
    said = {
        "claims": [BROKE, DEPLOYED],
        "problem": "The bot does not answer.",
        "contributing": ["An empty file is not expected by memory.load."],
        "discarded": ["Memory: 210 of 512 MB."],
        "not_checked": ["the database"],
        "category": "code_error",
        "cause": "Since 4f2a9c1 memory.load reads a file that may be empty.",
        "cause_at": "03:09:00",
        "answer": "cause_found",
        "options": [option(), CHECKLIST],
        "recommended": "Roll back",
    }
    return {**said, **changes}


def reply(**changes):
    said = {"claims": [BROKE], "reply": "memory.load fails.", "not_checked": ["the database"]}
    return {**said, **changes}
