"""One family of trouble: how it is recognised, what it suggests, what it rules out."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import IntEnum


class Rank(IntEnum):
    """How much it says about the cause."""

    HARMLESS = 0  # part of ordinary work: never trouble
    CONSEQUENCE = 1  # follows from something else, and never names the cause
    PASSING = 2  # heals by itself: a few of them, with success behind, are none
    CAUSE = 3


RESTART, ROLLBACK, FIX_ENV, WAIT = "restart", "rollback", "fix_env", "wait_upstream"
SCALE, FIX_CODE, FIX_DATABASE = "scale", "fix_code", "fix_database"
THROTTLE, FREE_DISK, STOP_DUPLICATE, NONE = "throttle", "free_disk", "stop_duplicate", "none"
SUGGESTIONS = (
    RESTART, ROLLBACK, FIX_ENV, WAIT, SCALE, FIX_CODE, FIX_DATABASE, THROTTLE, FREE_DISK,
    STOP_DUPLICATE,
)  # fmt: skip # read in rows


@dataclass(frozen=True)
class Family:
    """`suggests` stands first what to do first; `never` is what this alone must not lead to.

    `anywhere`: also in plain lines, as the platform writes them; `told`: in the calm entries of
    HTTP clients, too.
    `deploy`: a rollback may help when it is new since a deploy.
    """

    name: str
    category: str
    means: str
    suggests: tuple[str, ...]
    never: tuple[str, ...]
    pattern: re.Pattern[str] = field(repr=False)
    rank: Rank = Rank.CAUSE
    anywhere: bool = False
    deploy: bool = False
    unless: tuple[str, ...] = ()  # families that explain it better

    def fits(self, text: str) -> bool:
        return self.pattern.search(text) is not None


def family(
    name: str,
    category: str,
    means: str,
    suggests: str,
    never: str,
    *patterns: str,
    rank: Rank = Rank.CAUSE,
    anywhere: bool = False,
    deploy: bool = False,
    unless: tuple[str, ...] = (),
) -> Family:
    """Make one from words parted by blanks; patterns ignore case and are alternatives."""
    return Family(
        name=name,
        category=category,
        means=means,
        suggests=tuple(suggests.split()),
        never=tuple(never.split()),
        pattern=re.compile("|".join(patterns), re.IGNORECASE),
        rank=rank,
        anywhere=anywhere,
        deploy=deploy,
        unless=unless,
    )
