"""The four usual causes of a database that fails: which one it is, which are ruled out, by what."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.evidence import Evidence

from .trouble import fact, looked

ADDRESS = "DATABASE_URL is missing or wrong"
DOWN = "the database service is down"
NETWORK = "the network on the way"
POOL = "every connection is taken"
VARIABLE = "DATABASE_URL"
WELL = frozenset({"", "available"})  # words of the platform
LET_IN = frozenset({"read_only", "disk", "slow"})  # states in which a connection was made
ANSWERED = LET_IN | {"auth", "saturated", "starting"}
HAD_A_SLOT = LET_IN | {"auth", "starting"}
POINTS = {"auth": ADDRESS, "name": ADDRESS, "starting": DOWN, "saturated": POOL}
FAILS_FOR_US = frozenset({"refused", "timeout", "starting", "saturated", "read_only", "disk"})


class Held(StrEnum):
    IT_IS = "it is"
    OPEN = "open"
    RULED_OUT = "ruled out"


@dataclass(frozen=True)
class Possible:
    """`why` names the evidence; it is empty where nothing speaks for or against."""

    cause: str
    held: Held = Held.OPEN
    why: str = ""


def possible(evidence: Sequence[Evidence]) -> tuple[Possible, ...]:
    """All four in the same order; none of them while the database answers as it should."""
    database = looked("database", evidence)
    state = fact(database, "state")
    if database is None or state in {"", "ok"}:
        return ()
    found = {one.cause: one for one in reversed(tuple(_told(database, state, evidence)))}
    return tuple(found.get(cause, Possible(cause)) for cause in (ADDRESS, DOWN, NETWORK, POOL))


def _told(database: Evidence, state: str, evidence: Sequence[Evidence]) -> Iterator[Possible]:
    """What speaks for one of them goes before what speaks against it."""
    said = f"{fact(database, 'detail') or state} ({database.id})"
    settings = looked("environment", evidence)
    lacking = {*fact(settings, "missing").split(","), *fact(settings, "empty").split(",")}
    if settings and VARIABLE in lacking:
        yield Possible(ADDRESS, Held.IT_IS, f"{settings.summary} ({settings.id})")
    if state in POINTS:
        yield Possible(POINTS[state], Held.IT_IS, said)
    if (hosted := fact(database, "hosted")) not in WELL:
        yield Possible(DOWN, Held.IT_IS, f"Render says {hosted} ({database.id})")
    if state in FAILS_FOR_US:
        yield Possible(ADDRESS, Held.RULED_OUT, f"an address of our own fails too: {said}")
    if state in ANSWERED:
        yield Possible(DOWN, Held.RULED_OUT, f"it answers: {said}")
        yield Possible(NETWORK, Held.RULED_OUT, f"it answers: {said}")
    if state in HAD_A_SLOT:
        yield Possible(POOL, Held.RULED_OUT, f"there was a connection for us: {said}")
