"""What the doctor finds: how bad it is, what it is, and what to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.logs.lines import clean
from bot.domain.redact import redact

LONGEST = 400  # characters of a sentence
SHORTEST_SECRET = 6  # characters; shorter ones are words
LOCAL = frozenset({"", "localhost", "127.0.0.1", "::1"})  # "": a socket of this machine


class Grade(StrEnum):
    OK = "ok"
    ADVICE = "advice"
    WRONG = "wrong"


@dataclass(frozen=True)
class Finding:
    """`todo` is one sentence for a person, "" where nothing is to be done."""

    about: str
    grade: Grade
    said: str
    todo: str = ""

    def as_json(self) -> dict[str, str]:
        return {"about": self.about, "grade": self.grade, "said": self.said, "todo": self.todo}


def ok(about: str, said: str) -> Finding:
    return Finding(about, Grade.OK, said)


def advice(about: str, said: str, todo: str) -> Finding:
    return Finding(about, Grade.ADVICE, said, todo)


def wrong(about: str, said: str, todo: str) -> Finding:
    return Finding(about, Grade.WRONG, said, todo)


def safe(finding: Finding, secrets: Iterable[str]) -> Finding:
    """Show nothing of what is secret, whoever said it; on one line, cut."""
    known = sorted((s for s in secrets if len(s) >= SHORTEST_SECRET), key=len, reverse=True)

    def shown(text: str) -> str:
        for secret in known:
            text = text.replace(secret, "[secret]")
        return clean(redact(" ".join(text.split())))[:LONGEST]

    return Finding(shown(finding.about), finding.grade, shown(finding.said), shown(finding.todo))
