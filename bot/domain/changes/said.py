"""The judgement in a line for a phone, and a line for each change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.domain.platform import IN_PROGRESS, RELEASED, SOON

from .change import Change
from .risk import Rated
from .ruling import Held, Ruling, Strength, length
from .suspects import Judgement, Known
from .symptoms import IN_CODE, OUTSIDE

LONGEST_TITLE = 60  # characters of a commit message
MOST_NAMED = 2
MARKS = {Held.SUSPECT: "suspect", Held.CLEARED: "cleared"}


def summary(found: Judgement) -> str:
    if found.suspect:
        return _suspected(found.suspect, found.suspects[1:])
    if not found.rulings:
        return "not known: no deploy is known"
    if found.no_code_cause is Known.YES:
        return f"no code cause: {'; '.join(_reasons(found))}"
    if undecided := found.held(Held.UNDECIDED):
        return f"no change is suspected, but this is not ruled out: {_named(undecided[0])}"
    if found.symptoms.category in IN_CODE and _newest_before(found):
        return f"no change fits: {'; '.join(_reasons(found))}; the fault may be older"
    return f"not known: {_named(found.rulings[0])}; what ran when it began is not known"


def line(ruling: Ruling, rated: Rated) -> str:
    """`a1b2c3d 12 min before · suspect · high: migration, 3 files · Fix pool`."""
    mark = MARKS.get(ruling.held, "")
    mark = f"weak {mark}" if ruling.strength is Strength.WEAK else mark
    parts = (f"{ruling.change.name} {_when(ruling)}", mark, str(rated), title(ruling.change))
    return " · ".join(part for part in parts if part)


def brought(change: Change, gap: str) -> Iterator[str]:
    """What it changed: its files, and under each the lines; `gap` is why they are not known."""
    deploy = change.deploy
    yield f"{change.name} ({deploy.id}, {deploy.status}): {title(change)}"
    if change.touched is None:
        yield f"its files are not known: {gap}" if gap else "its files are not known"
        return
    for file in change.touched:
        yield f"{file.path} +{file.added} -{file.removed}"
        yield from file.changed.splitlines()
    if change.cut:
        yield "there are more files than these"
    if not change.touched:
        yield "the same code as before"


def title(change: Change) -> str:
    """The first line of its message: untrusted."""
    first = change.deploy.message.partition("\n")[0].strip()
    return first if len(first) <= LONGEST_TITLE else f"{first[: LONGEST_TITLE - 1]}…"


def _suspected(first: Ruling, others: Sequence[Ruling]) -> str:
    weak = "weak " if first.strength is Strength.WEAK else ""
    said = f"{weak}suspect: {_named(first)}"
    named = [f"{r.change.name} ({_when(r)})" for r in others[:MOST_NAMED]]
    return f"{said}; also {', '.join(named)}" if named else said


def _reasons(found: Judgement) -> list[str]:
    """What fails, where that says it; the change that is nearest; else how old the newest is."""
    fails = OUTSIDE.get(found.symptoms.category, "")
    reasons = [fails] if fails and not found.symptoms.confirmed else []
    timed = [r for r in found.rulings if r.minutes_before is not None]
    near = [r for r in timed if abs(r.minutes_before or 0) <= SOON]
    nearest = min(near, key=lambda r: abs(r.minutes_before or 0), default=None)
    if nearest:
        reasons.append(_named(nearest))
    old = _newest_before(found)
    if old and old is not nearest and len(reasons) < MOST_NAMED:
        which = "" if old is found.rulings[0] else " before that" if nearest else " that ran"
        reasons.append(f"the newest deploy{which} {old.why}")
    return reasons


def _newest_before(found: Judgement) -> Ruling | None:
    """The newest that was live when it began."""
    ran = [r for r in found.rulings if r.minutes_before is not None and r.minutes_before >= 0]
    return min(ran, key=lambda r: r.minutes_before or 0, default=None)


def _named(ruling: Ruling) -> str:
    said = title(ruling.change)
    return (
        f"{ruling.change.name} “{said}” {ruling.why}"
        if said
        else f"{ruling.change.name} {ruling.why}"
    )


def _when(ruling: Ruling) -> str:
    before, status = ruling.minutes_before, ruling.change.deploy.status
    if before is not None:
        return f"{length(before)} {'before' if before >= 0 else 'after'}"
    if status in RELEASED:
        return "at an unknown time"
    return "not live yet" if status in IN_PROGRESS else "never went live"
