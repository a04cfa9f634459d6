"""Lines that tell of the process itself: it starts, is told to stop, ends, is deployed."""

# ruff: noqa: E501 - a pattern is read, and searched for, in one piece
from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    START = "start"
    STOP = "stop"  # it was told to
    EXIT = "exit"  # it ended with an error
    DEPLOY = "deploy"


@dataclass(frozen=True)
class Mark:
    kind: Kind
    number: int
    at: datetime | None
    text: str


EXIT = re.compile(
    r"exited (?:early|with (?:code|status) [1-9])|Exited with status [1-9]|exited with status [1-9]"
    r"|to crashed\b|Instance failed|Back-off restarting|core dumped|exit(?:ed)? (?:code|status):? ?[1-9]|oomKilled|Ran out of memory|Worker failed to boot|App failed to load",
    re.IGNORECASE,
)
DEPLOY = re.compile(
    r"^==> (?:Deploying|Cloning from|Checking out commit|Your service is live|Build successful)"
    r"|^Deploy (?:\w+ )?by |^Release v\d+ created|^Deployed \w+ by|\bdeploy(?:ment|ed|ing)?\b.{0,30}\b(?:started|live|finished|succeeded|complete|version|commit|release)\b",
    re.IGNORECASE,
)
STOP = re.compile(
    r"\bSIG(?:TERM|INT)\b|signal:? (?:15|term)|Shutting down|Stopping (?:all )?(?:process|web|worker|application|bot|gracefully|service|container)"
    r"|Finished server process|Waiting for application shutdown|graceful(?:ly)? (?:shutdown|stop)|Application is stopping|Received stop|Stop request",
    re.IGNORECASE,
)
START = re.compile(
    r"^==> (?:Running|Starting)|Started server process|Starting gunicorn|Booting worker|Application startup complete"
    r"|^Starting (?:process|container|the bot|bot|application|server|up)|Bot is running|Application started|Starting process with command|State changed from starting to up"
    r"|\b(?:bot|app|application|server|service|worker) (?:has )?(?:started|is starting|starting( up)?|is up|is running)\b|Start(?:ing|ed) (?:polling|long polling)|Run polling for bot|Uvicorn running on",
    re.IGNORECASE,
)
FORMS = ((Kind.EXIT, EXIT), (Kind.STOP, STOP), (Kind.START, START), (Kind.DEPLOY, DEPLOY))
COMMIT = re.compile(r"\b(?:commit )?([0-9a-f]{7,40})\b")


# Somebody's words, repeated in an entry, tell nothing of the process.
SPOKEN = re.compile(
    r"\b(?:message|user|said|says|wrote|text|reply|replied|prompt|question|asked|comment|feedback|note)\b",
    re.IGNORECASE,
)
# A line without any of these tells of no such thing: they are cheap to look for.
HINTS = (
    "exit", "crash", "core dumped", "failed", "back-off", "memory", "oom", "deploy", "==>", "release",
    "sig", "shut", "stop", "start", "finish", "boot", "running", "grace", "up", "poll", "waiting",
)  # fmt: skip # read in rows


def mark_of(text: str) -> Kind | None:
    head = text[:300]
    low = head.lower()
    if not any(hint in low for hint in HINTS):
        return None
    kind = next((kind for kind, form in FORMS if form.search(head)), None)
    return None if kind and SPOKEN.search(head) else kind
