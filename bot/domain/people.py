"""Who may do what. Numeric ids only, and whoever is not named may do nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

# Ids that Telegram itself uses for messages without a person behind them
# (anonymous group admin, service account, channel bot): facts/telegram, tdlib sources.
NOBODIES = frozenset({1087968824, 777000, 136817688})


class Role(IntEnum):
    STRANGER = 0
    VIEWER = 1
    RESPONDER = 2
    ADMIN = 3

    @property
    def said(self) -> str:
        return f"{'an' if self is Role.ADMIN else 'a'} {self.name.lower()}"


@dataclass(frozen=True)
class Person:
    """Whoever asked: the numeric Telegram id decides, the name is only for reading."""

    id: int
    name: str


@dataclass(frozen=True)
class People:
    admins: frozenset[int] = field(default=frozenset())
    responders: frozenset[int] = field(default=frozenset())
    viewers: frozenset[int] = field(default=frozenset())

    def role(self, id: int) -> Role:
        if id in NOBODIES:
            return Role.STRANGER
        if id in self.admins:
            return Role.ADMIN
        if id in self.responders:
            return Role.RESPONDER
        return Role.VIEWER if id in self.viewers else Role.STRANGER

    def refusal(self, id: int, needed: Role) -> str | None:
        """Say why this person may not do what needs that role, or None when they may."""
        role = self.role(id)
        if role >= needed:
            return None
        if role is Role.STRANGER:
            return "you are not on the on-call list"
        return f"that takes {needed.said}; you are {role.said}"
