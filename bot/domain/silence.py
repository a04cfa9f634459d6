"""What people do not want to hear of for a while. A silence always ends by itself."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from .incident import Incident, Refused
from .logs.lines import clean
from .redact import redact
from .severity import kind_of

USUAL = timedelta(hours=1)
LONGEST = timedelta(days=7)
SHORTEST_PATTERN = 3  # characters: a shorter one would cover nearly everything
MOST = 200  # characters of a pattern or a reason
EVERYTHING = "all"
LENGTH = re.compile(r"(?:(\d{1,4})d)?(?:(\d{1,5})h)?(?:(\d{1,6})m(?:in)?)?", re.IGNORECASE)
QUOTED = re.compile(r"[“”„\"«»]([^“”„\"«»]*)[“”\"«»]|'([^']*)'")
SO_LONG = "say for how long like 30m, 2h, 1h30m or 1d; at most 7d"


class Sort(StrEnum):
    SILENCE = "silence"
    MAINTENANCE = "maintenance"


@dataclass(frozen=True)
class Silence:
    """What is covered from `begins` until before `ends`, who wanted it, and why.

    An empty `service` or `check` is all of them; `check` may be a kind; `pattern` is plain text
    that the line of a look must hold, whatever its case. `lifted_at`: a person ended it early.
    """

    id: int
    service: str
    check: str
    pattern: str
    begins: datetime
    ends: datetime
    by: str
    by_id: int
    note: str = ""
    kind: Sort = Sort.SILENCE
    lifted_at: datetime | None = None
    lifted_by: str = ""

    def in_force(self, at: datetime) -> bool:
        return self.begins <= at < (self.lifted_at or self.ends)

    def covers(self, service: str, check: str, detail: str) -> bool:
        return (
            self.service in {"", service}
            and self.check in {"", check, kind_of(check)}
            and self.pattern.casefold() in detail.casefold()
        )


@dataclass(frozen=True)
class Wanted:
    """A silence as it was typed."""

    service: str = ""
    check: str = ""
    pattern: str = ""
    length: timedelta = USUAL
    note: str = ""


def covers(
    silences: Iterable[Silence], service: str, check: str, detail: str, at: datetime
) -> Silence | None:
    """The silence that covers what a look has found, if there is one: nothing opens for it."""
    matching = (s for s in silences if s.in_force(at) and s.covers(service, check, detail))
    return next(matching, None)


def maintained(silences: Iterable[Silence], incident: Incident, at: datetime) -> Silence | None:
    """The maintenance in which all of the incident lies: nobody is paged again for it."""
    windows = [s for s in silences if s.kind is Sort.MAINTENANCE]
    failing = [(*incident.named(e), e.note) for e in incident.failing]
    found = [covers(windows, *what, at) for what in failing or [(incident.service, "", "")]]
    return found[0] if all(found) else None


def length_of(text: str) -> timedelta | None:
    """Read 30m, 2h, 1h30m or 1d; None: it is no length of time."""
    match = LENGTH.fullmatch(text)
    if match is None or not text:
        return None
    days, hours, minutes = (int(part or 0) for part in match.groups())
    return timedelta(days=days, hours=hours, minutes=minutes)


def silence_of(text: str, services: Iterable[str], checks: Iterable[str]) -> Wanted:
    """Read `http 2h because …`, `life-os http 30m` or `“pattern” 1h`. Raises Refused."""
    service, check, pattern, rest = target_of(text.strip(), services, checks)
    if rest is None:
        raise Refused(what_there_is(services, checks))
    word, _, reason = rest.partition(" ")
    if not word or word.casefold() == "because":
        return Wanted(service, check, pattern, USUAL, tidy(reason))
    return Wanted(service, check, pattern, sensible(word), why(reason))


def maintenance_of(text: str, services: Iterable[str]) -> Wanted:
    """Read `1h`, `1h life-os` or `1h life-os reason`; without a service it is all of them."""
    word, _, rest = text.strip().partition(" ")
    if not word:
        raise Refused("say for how long and of what: /maintenance 1h life-os reason")
    length, rest = sensible(word), rest.strip()
    service = leading(rest, services)
    return Wanted(service, length=length, note=why(rest[len(service) :]))


def target_of(
    text: str, services: Iterable[str], checks: Iterable[str]
) -> tuple[str, str, str, str | None]:
    """Split it into service, check, pattern and the rest; that is None when nothing is named."""
    services, checks = list(services), list(checks)
    service = check = pattern = ""
    named = leading(text, [EVERYTHING])
    rest = text[len(named) :].lstrip(" /")
    while True:
        if not service and (word := leading(rest, services)):
            service = word
        elif not check and (word := leading(rest, [*checks, *map(kind_of, checks)])):
            check = word
        elif not pattern and (quoted := QUOTED.match(rest)):
            word, pattern = quoted.group(), pattern_of(quoted[1] or quoted[2] or "")
        else:
            break
        rest, named = rest[len(word) :].lstrip(" /"), named or word
    return service, check, pattern, rest if named else None


def leading(text: str, names: Iterable[str]) -> str:
    """The longest of the names that the text begins with, as a word of its own; else ""."""
    low = text.casefold()
    found = [
        name
        for name in names
        if low.startswith(name.casefold()) and low[len(name) : len(name) + 1] in {"", " ", "/"}
    ]
    return max(found, key=len, default="")


def pattern_of(text: str) -> str:
    pattern = tidy(text)
    if len(pattern) < SHORTEST_PATTERN:
        raise Refused(f"a text of {SHORTEST_PATTERN} characters at least, or it covers too much")
    return pattern


def sensible(word: str) -> timedelta:
    length = length_of(word)
    if length is None or not timedelta() < length <= LONGEST:
        raise Refused(SO_LONG)
    return length


def why(text: str) -> str:
    said = text.strip()
    first, _, rest = said.partition(" ")
    return tidy(rest if first.casefold() == "because" else said)


def tidy(text: str) -> str:
    return redact(" ".join(clean(text).split()))[:MOST]


def what_there_is(services: Iterable[str], checks: Iterable[str]) -> str:
    names = dict.fromkeys([*services, *map(kind_of, checks), *checks])
    return f"say what: {named(names)}, {EVERYTHING}, or a “quoted text” of its line"


def named(names: Iterable[str], most: int = 30) -> str:
    """Name at most so many."""
    known = list(names)
    more = f" and {len(known) - most} more" if len(known) > most else ""
    return ", ".join(known[:most]) + more
