"""What a service leans on, and how each stands: read off the newest looks, never guessed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum

from bot.domain.check import Patience, Result, Seen, Verdict, judge
from bot.domain.evidence import Evidence, Found
from bot.domain.iso import moment
from bot.domain.length import about
from bot.domain.severity import kind_of

SOURCE = "dependencies"
MOST = 50  # dependencies that are read back from evidence
LONGEST = 160  # characters of a last word
PAGE, PROBE = "statuspage", "reach"
SPELT = {
    "anthropic": "Anthropic",
    "github": "GitHub",
    "render": "Render",
    "telegram": "Telegram",
    "database": "the database",
}
# Failures with which a thing goes on working.
LAME = frozenset(
    {
        *(("postgres", code) for code in ("slow", "error", "connections", "blocked", "disk")),
        *(("postgres", code) for code in ("wraparound", "long_transaction", "replication")),
        *(("service", code) for code in ("memory", "deploy_failed", "deploy_stuck")),
        ("http", "slow"),
        ("certificate", "expiring"),
        ("telegram", "delivery"),
    }
)
# What Statuspage says of a component that is not well (metastatuspage.com/api), as our check
# repeats it; maintenance is announced, and is no trouble.
SICK = re.compile(r"^(.{1,80}): (?:degraded performance|partial outage|major outage)$")
PARTLY = ("“Partially Degraded Service”", "“Minor Service Outage”")  # its own words for "minor"


class Sort(StrEnum):
    DATABASE = "database"
    UPSTREAM = "upstream"  # of others
    PLATFORM = "platform"  # what the service runs on
    SERVICE = "service"  # another one of ours


class State(StrEnum):
    UP = "up"
    DEGRADED = "degraded"
    DOWN = "down"
    UNKNOWN = "not known"


WORST = (State.DOWN, State.DEGRADED, State.UNKNOWN, State.UP)


@dataclass(frozen=True)
class Dependency:
    """How one thing stands that a service leans on.

    `since` is when looks began to be like the newest one (`longer`: or before that, as far back as
    was looked), `said` the last word of it, `code` of a failure the severity table's. `page`: it is
    known by its own status page. `ours`: whether what is wrong there is a part that the service
    uses; None is not known. `back`: it was seen down before it came up.
    """

    name: str
    sort: Sort
    state: State
    since: datetime | None = None
    longer: bool = False
    said: str = ""
    code: str = ""
    page: bool = False
    ours: bool | None = True
    back: bool = False

    @property
    def spelt(self) -> str:
        return spelt(self.name)


def spelt(name: str) -> str:
    """As people write it."""
    return SPELT.get(name, name)


def standing(
    name: str,
    sort: Sort,
    newest_first: Sequence[Result],
    patience: Patience,
    now: datetime,
    *,
    fresh_for: timedelta = timedelta(minutes=5),
    components: Sequence[str] = (),
) -> Dependency:
    """Say how a thing stands by the looks of one check at it.

    A look older than `fresh_for`, a blind one, and a failure that is not sure yet, say nothing.
    """
    page = bool(newest_first) and kind_of(newest_first[0].check) == PAGE
    unknown = Dependency(name, sort, State.UNKNOWN, page=page, ours=None)
    if not newest_first:
        return replace(unknown, said="never looked at yet")
    newest, verdict = newest_first[0], judge(newest_first, patience)
    if now - newest.at > fresh_for:
        return replace(unknown, said=f"last looked at {about(now - newest.at)} ago")
    sighted = [r for r in newest_first if r.seen is not Seen.BLIND]
    if verdict is Verdict.BLIND or not sighted or now - sighted[0].at > fresh_for:
        return replace(unknown, said=f"cannot be seen: {newest.detail}"[:LONGEST])
    if sighted[0].seen is Seen.FAIL and verdict is not Verdict.FAILING:
        return replace(unknown, said=f"not sure yet: {sighted[0].detail}"[:LONGEST])
    if sighted[0].seen is Seen.PASS and verdict is Verdict.FAILING:
        return _coming_and_going(unknown, sighted)
    found = _run(unknown, sighted)
    return replace(found, ours=_ours(sighted[0], found.state, components))


def state_of(look: Result) -> State:
    """What one look that saw something says."""
    kind = kind_of(look.check)
    if look.seen is Seen.FAIL:
        return State.DEGRADED if (kind, look.code) in LAME else State.DOWN
    if kind == PAGE and (sick(look.detail) or any(words in look.detail for words in PARTLY)):
        return State.DEGRADED
    return State.UP


def sick(detail: str) -> tuple[str, ...]:
    """The components that a status page's look says are not well."""
    found = (SICK.match(part) for part in detail[:1000].split("; "))
    return tuple(match[1] for match in found if match)


def _coming_and_going(known: Dependency, sighted: Sequence[Result]) -> Dependency:
    first = [r for r in sighted if r.seen is Seen.FAIL][-1]
    said = f"comes and goes: {first.detail}"[:LONGEST]
    return replace(known, state=State.DEGRADED, since=first.at, said=said, code=first.code)


def _run(known: Dependency, sighted: Sequence[Result]) -> Dependency:
    """Since when it has been like that, and what was before."""
    like, state = sighted[0], state_of(sighted[0])
    other = next((n for n, r in enumerate(sighted) if state_of(r) is not state), None)
    begun = sighted[-1] if other is None else sighted[other - 1]
    before = None if other is None else state_of(sighted[other])
    return replace(
        known,
        state=state,
        since=begun.at,
        longer=other is None,
        said=like.detail[:LONGEST],
        code=like.code if like.seen is Seen.FAIL else "",
        back=state is State.UP and before is State.DOWN,
    )


def _ours(look: Result, state: State, components: Sequence[str]) -> bool | None:
    """Whether the service uses what is wrong there: a page speaks for all its users."""
    if state is State.UP or kind_of(look.check) != PAGE:
        return True
    if not components:
        return None
    used = [name.strip().casefold() for name in components]
    return any(_is_of(part.casefold(), used) for part in sick(look.detail))


def _is_of(part: str, used: Iterable[str]) -> bool:
    """A long name is cut in what the check says."""
    if part.endswith("…"):
        return any(name.startswith(part[:-1]) for name in used)
    return part in used


def together(standings: Sequence[Dependency]) -> Dependency:
    """One thing that several checks look at is as bad as the worst of them."""
    return min(standings, key=lambda one: WORST.index(one.state))


def facts(known: Iterable[Dependency]) -> tuple[tuple[str, str], ...]:
    """As evidence keeps them: `anthropic.state`, `anthropic.since` …; and the names by state."""
    known, pairs = tuple(known), list[tuple[str, str]]()
    for one in known:
        values = {
            "state": one.state.value,
            "sort": one.sort.value,
            "since": one.since.isoformat() if one.since else "",
            "longer": "yes" if one.longer else "",
            "said": one.said,
            "code": one.code,
            "page": "yes" if one.page else "",
            "ours": "" if one.ours is None else ("yes" if one.ours else "no"),
            "back": "yes" if one.back else "",
        }
        pairs += [(f"{one.name}.{key}", value) for key, value in values.items() if value]
    for fact, state in (("down", State.DOWN), ("degraded", State.DEGRADED)):
        pairs.append((fact, ", ".join(one.name for one in known if one.state is state) or "none"))
    pairs.append(("unseen", ", ".join(o.name for o in known if o.state is State.UNKNOWN) or "none"))
    return tuple(pairs)


def read(evidence: Iterable[Evidence]) -> tuple[Dependency, ...]:
    """The dependencies that evidence tells of; whatever is not readable is left out."""
    found: dict[str, Dependency] = {}
    for one in evidence:
        if one.source != SOURCE or one.found is Found.UNREADABLE:
            continue
        by_name: dict[str, dict[str, str]] = {}
        for fact, value in one.facts:
            name, dot, key = fact.rpartition(".")
            if dot and (name in by_name or len(by_name) < MOST):
                by_name.setdefault(name, {})[key] = value
        for name, values in by_name.items():
            if dependency := _dependency(name, values):
                found.setdefault(name, dependency)
    return tuple(found.values())


def _dependency(name: str, values: dict[str, str]) -> Dependency | None:
    try:
        state, sort = State(values["state"]), Sort(values["sort"])
    except (KeyError, ValueError):
        return None
    return Dependency(
        name,
        sort,
        state,
        since=moment(values.get("since")),
        longer="longer" in values,
        said=values.get("said", "")[:LONGEST],
        code=values.get("code", ""),
        page="page" in values,
        ours={"yes": True, "no": False}.get(values.get("ours", "")),
        back="back" in values,
    )


def summary(known: Sequence[Dependency], now: datetime, zone: tzinfo = UTC) -> str:
    """`Anthropic down since 02:41 UTC; not known: GitHub (…); up: the database, Telegram`."""
    if not known:
        return "it leans on nothing that is watched"
    said = [
        f"{one.spelt} {one.state}{when(one, now, zone)}: {one.said}"
        for one in known
        if one.state in {State.DOWN, State.DEGRADED}
    ]
    unseen = [f"{one.spelt} ({one.said})" for one in known if one.state is State.UNKNOWN]
    well = [one.spelt for one in known if one.state is State.UP]
    said += [f"not known: {', '.join(unseen)}"] if unseen else []
    said += [f"up: {', '.join(well)}"] if well else []
    return "; ".join(said)


def when(one: Dependency, now: datetime, zone: tzinfo = UTC) -> str:
    """` since 02:41 UTC`, or nothing where that is not known."""
    if one.since is None:
        return ""
    return f" since {'before ' if one.longer else ''}{clock(one.since, now, zone)}"


def clock(at: datetime, now: datetime, zone: tzinfo = UTC) -> str:
    """The wall clock's time; with the day where that is another one than now."""
    try:
        here, today = at.astimezone(zone), now.astimezone(zone).date()
        return here.strftime("%H:%M %Z" if here.date() == today else "%d %b %H:%M %Z")
    except (ValueError, OverflowError):  # at the very ends of the calendar
        return "an unknown time"
