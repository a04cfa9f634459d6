"""What we cannot see, and that this says nothing of the services themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain.check import BEHIND_RENDER, OUR_NETWORK, Result
from bot.domain.rules import Rules

from .message import Message
from .words import bold, esc, exact, flat, small

SAID = {BEHIND_RENDER: "Render's API", OUR_NETWORK: "anything: my own network is down"}


@dataclass(frozen=True)
class Dark:
    """What is in the way, the newest looks of the blind checks, and how many others still see."""

    behind: str
    looks: tuple[Result, ...]
    seeing: int


def named(behind: str) -> str:
    return SAID.get(behind) or flat(behind.replace("/", ": "), 60)


def blindness(dark: Dark, since: datetime, rules: Rules) -> Message:
    """We cannot see: never the same as "it is down"."""
    text = f"🌫 I cannot see {named(dark.behind)} · since {exact(since, rules.zone)}"
    blind = ", ".join(f"{r.service} {r.check}" for r in dark.looks[:6])
    others = "the other check works" if dark.seeing == 1 else f"the other {dark.seeing} checks work"
    rest = f"; {others}" if dark.seeing else ""
    lines = (bold(text), esc(dark.looks[0].detail), esc(f"Blind: {blind}{rest}."), small(NOTHING))
    return Message("\n".join(lines), f"{text}: {flat(dark.looks[0].detail)}")


NOTHING = "This says nothing about the service itself. I go on looking."


def sight(behind: str, since: datetime, lasted: str, rules: Rules) -> Message:
    what = "Render's API" if behind == BEHIND_RENDER else "the outside"
    what = what if behind in SAID else named(behind)
    text = f"👁 I see {what} again; I was blind for {lasted}, since {exact(since, rules.zone)}"
    return Message(html=esc(text), minimal=text)
