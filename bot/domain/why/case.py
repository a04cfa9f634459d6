"""Who may be to blame, by when it began and by what the log names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta, tzinfo

from bot.domain.length import about

from .dependencies import Dependency, Sort, State, clock, when
from .trouble import Trouble

APART = timedelta(minutes=2)  # two looks: so far apart may be found what began at once
ALIASES = {"anthropic": ("claude", "overloaded_error", "overloadederror")}
TELEGRAM = "telegram_network"


@dataclass(frozen=True)
class Case:
    """How things stand, seen from the beginning of ours. Times are of that zone."""

    known: tuple[Dependency, ...]
    trouble: Trouble
    zone: tzinfo

    def early(self, one: Dependency) -> bool:
        """Whether it may have begun before ours."""
        return one.since is not None and (one.longer or self.later(one) <= APART)

    def later(self, one: Dependency) -> timedelta:
        """How long after ours it began."""
        return (one.since or self.trouble.began) - self.trouble.began

    def down(self, *sorts: Sort) -> list[Dependency]:
        """Those that went down before ours began, in a part that may be used here."""
        gone = (o for o in self.known if o.state is State.DOWN and o.ours is not False)
        return [one for one in gone if one.sort in sorts and self.early(one)]

    def of(self, sort: Sort) -> Dependency | None:
        used = (one for one in self.known if one.ours is not False)
        return next((one for one in used if one.sort is sort), None)

    def named(self) -> Dependency | None:
        """Of those of others the one that the log names."""
        others = [o for s in (Sort.UPSTREAM, Sort.PLATFORM) for o in self.known if o.sort is s]
        if self.trouble.category == TELEGRAM:
            return next((one for one in others if "telegram" in one.name.casefold()), None)
        return next((one for one in others if names(one.name, self.trouble.named)), None)

    def since(self, one: Dependency) -> str:
        return when(one, self.trouble.began, self.zone)

    def at(self, one: Dependency) -> str:
        at = one.since or self.trouble.began
        return clock(at, self.trouble.began, self.zone)

    @property
    def quote(self) -> str:
        words = self.trouble.words
        return f"the log says “{words}”" if words else "the log points to them"

    def clears(self, one: Dependency) -> str:
        """Why something that is not well is not to blame, or nothing."""
        if one.state not in {State.DOWN, State.DEGRADED}:
            return ""
        if one.ours is False:
            return f"{one.spelt}: what is wrong there are parts that are not used here"
        if one.state is State.DOWN and one.since and not self.early(one):
            return f"{one.spelt} went down at {self.at(one)}, {about(self.later(one))} after ours"
        return ""


def names(name: str, text: str) -> bool:
    """Whether the text, in small letters, has that name as a word, or another one for it."""
    words = (name.casefold(), *ALIASES.get(name.casefold(), ()))
    return any(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) for word in words if word)
