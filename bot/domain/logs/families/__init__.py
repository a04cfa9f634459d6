"""Families of trouble as data: what a message suggests, and what must not follow from it."""

from __future__ import annotations

from .database import DATABASE
from .family import Family, Rank
from .outside import OUTSIDE
from .platform import PLATFORM
from .program import PROGRAM
from .telegram import TELEGRAM

# The first that fits is the one: what is precise stands before what is general.
FAMILIES: tuple[Family, ...] = (*PLATFORM, *DATABASE, *TELEGRAM, *OUTSIDE, *PROGRAM)


def family_of(text: str, *, calm: bool = False) -> Family | None:
    """The family that the text is of; a `calm` line, of no trouble, only by what says so itself."""
    if calm and "HTTP Request: " not in text:
        return None  # an entry at INFO may repeat anybody's words
    fitting = (f for f in FAMILIES if (f.anywhere or not calm) and f.fits(text))
    return next(fitting, None)


__all__ = ["FAMILIES", "Family", "Rank", "family_of"]
