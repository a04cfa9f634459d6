"""Who is called: the people by name, the one on call, and who comes next when nobody answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from .people import Person


@dataclass(frozen=True)
class Member:
    """Somebody who may be called: `id` is the numeric Telegram id, `name` what people type."""

    id: int
    name: str


@dataclass(frozen=True)
class Rung:
    """Who is called too when nobody has it so long after the page: a member, or another chat."""

    after: timedelta
    member: Member | None = None
    chat: int = 0


@dataclass(frozen=True)
class Shift:
    """Who is on call until when. `key` names the wish that brought it."""

    id: int
    name: str
    until: datetime
    key: str = ""

    @property
    def member(self) -> Member:
        return Member(self.id, self.name)


def shift_of(who: Person | Member, until: datetime, key: str = "") -> Shift:
    return Shift(who.id, who.name, until, key)


def written(shift: Shift) -> str:
    """One line that `read` understands."""
    return f"{shift.id} {shift.until.isoformat()} {shift.key or '-'} {shift.name}"


def read(line: str | None) -> Shift | None:
    if not line:
        return None
    id, until, key, name = line.split(" ", 3)
    return Shift(int(id), name, datetime.fromisoformat(until), "" if key == "-" else key)
