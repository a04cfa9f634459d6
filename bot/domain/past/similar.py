"""Which past incidents are like this one. Memory says where to look; it proves nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import exp, log, sqrt

from bot.domain.incident import Incident

from .fingerprint import Fingerprint, fingerprint
from .memory import Memory, own_words, words
from .terms import stem

MOST = 3
CANDIDATES = 30  # asked of the store
# 93.8 % of what comes again does so within 20 days (RCACopilot, arXiv 2305.15778): 20 / -ln 0.062.
FADES = timedelta(days=7.2)
OLD = 0.5  # what is left of the weight of something long ago
AT_HOME = 1.25  # how much more it weighs when it is the same service
LEAST_LIKE = 0.33  # likeness of the words below which nothing is shown
LEAST_SHARED = 3  # words
SIGN = 3.0  # how much more a word weighs that stands for a part of the fingerprint


class How(StrEnum):
    """In what they are alike, the surest first."""

    ERROR = "same error"  # of the same type, at the same place of the program
    SAME = "same failure"  # equal fingerprints that name no such place
    WORDS = "similar words"


@dataclass(frozen=True)
class Recalled:
    """What the store has found, in no order that counts.

    `by_text`: whether it could search the words, too; `known`: how many incidents it remembers.
    """

    memories: tuple[Memory, ...]
    by_text: bool = True
    known: int = 0


@dataclass(frozen=True)
class Similar:
    """`score` orders those of one `how` and is no likelihood.

    `at_home`: of the same service; `exact`: its whole fingerprint is equal.
    """

    memory: Memory
    how: How
    ago: timedelta
    score: float
    at_home: bool = True
    exact: bool = False


def similar(incident: Incident, recalled: Recalled, now: datetime) -> tuple[Similar, ...]:
    """The most similar first, at most three; none where nothing is similar enough."""
    mine = fingerprint(incident)
    others = [m for m in recalled.memories if m.id != incident.id]
    likeness = likeness_to(incident, mine, others)
    found = []
    for memory, like in zip(others, likeness, strict=True):
        if how := how_alike(mine, memory, like):
            ago = max(now - memory.ended, timedelta())
            at_home = memory.service in incident.services
            share = like.share * (AT_HOME if at_home else 1.0) if how is How.WORDS else 1.0
            exact = how is not How.WORDS and str(mine) == memory.fingerprint
            found.append(Similar(memory, how, ago, share * freshness(ago), at_home, exact))
    return tuple(sorted(found, key=_place))[:MOST]


def _place(one: Similar) -> tuple[bool, int, bool, float, int]:
    """Equal fingerprints, then equal errors, of both those at home, then the newest; then words."""
    away = one.how is not How.WORDS and not one.at_home
    return not one.exact, list(How).index(one.how), away, -one.score, -one.memory.id


@dataclass(frozen=True)
class Like:
    """How much two sets of words have in common: `share` is from 0 to 1."""

    share: float
    common: int


def how_alike(mine: Fingerprint, memory: Memory, like: Like) -> How | None:
    theirs = Fingerprint.read(memory.fingerprint)
    if mine.names_error and mine.error == theirs.error:
        return How.ERROR
    if str(mine) and str(mine) == memory.fingerprint:
        return How.SAME
    enough = like.share >= LEAST_LIKE and like.common >= LEAST_SHARED
    return How.WORDS if enough else None


def freshness(ago: timedelta) -> float:
    """1 for what has just been, falling to OLD."""
    return OLD + (1 - OLD) * exp(-(ago / FADES))


def likeness_to(incident: Incident, mine: Fingerprint, others: Sequence[Memory]) -> list[Like]:
    """How like each of the others is: the weight of what they share, by what there is of both.

    Where the same kind of check failed with the same code, its own words tell nothing more.
    """
    said = stems(words(incident))
    form = stems((*mine.words, *own_words(incident)))
    sets = [stems(memory.words.split()) for memory in others]
    weight = weights([said, *sets], mine.words)
    found = []
    for memory, theirs in zip(others, sets, strict=True):
        same = mine.what_failed == Fingerprint.read(memory.fingerprint).what_failed
        moot = form if same and mine.check else frozenset()
        found.append(_like(said - moot, theirs - moot, weight))
    return found


def stems(words: Iterable[str]) -> frozenset[str]:
    return frozenset(stem(word) for word in words)


def weights(sets: Sequence[frozenset[str]], signs: Iterable[str]) -> Callable[[str], float]:
    """The weight of a word: the more, the fewer of the sets have it."""
    having = Counter(word for words in sets for word in words)
    telling = frozenset(signs)

    def weight(word: str) -> float:
        rare = 1.0 + log((1 + len(sets)) / (1 + having[word]))
        return rare * (SIGN if word in telling else 1.0)

    return weight


def _like(mine: frozenset[str], other: frozenset[str], weight: Callable[[str], float]) -> Like:
    shared = mine & other
    whole = sqrt(sum(map(weight, mine)) * sum(map(weight, other)))
    return Like(sum(map(weight, shared)) / whole if whole else 0.0, len(shared))
