"""The words that a text is found by: no figures, no ids, no words that stand in every text."""

from __future__ import annotations

import re

from bot.domain.logs.template import template

LONGEST_TEXT = 8_000  # characters that are read
LONGEST_PART = 400
LONGEST_WORD = 40
MOST = 120
MARK = re.compile(r"<[a-z]{1,10}>")
WORD = re.compile(r"\w+")
HUMP = re.compile(r"(?<=[a-z])(?=[A-Z][a-z])")
STOP = frozenset(
    """
    a about above after again all an and any are as at be because been before being below between
    both but by can cannot could did do does doing done down during each else every few for from
    further had has have having he her here his how if in into is it its itself just less like made
    many may me might more most must my near never no nobody none nor not nothing now of off on once
    one only or other our out over own per same she should since so some still such than that the
    their them then there these they this those through to too under until up us very was we were
    what when where which while who whose why will with without would yet you your
    call called error errors exception fail failed fails failing failure file info last latest line
    lines log logs most often raise raised recent said says see traceback warning
    bot module none null true false http https www com gmt utc
    """.split()  # noqa: SIM905 - two hundred words are read more easily without quotes
)


def terms(*texts: str) -> tuple[str, ...]:
    """The telling words of the texts in small letters, each once, the first first.

    A name in humps is there whole and in its parts: OperationalError, operational.
    """
    found: dict[str, None] = {}
    for text in texts:
        for word in WORD.findall(_plain(text)):
            for one in (word, *HUMP.split(word)):
                known = one.strip("_").casefold()
                if _tells(known):
                    found[known] = None
            if len(found) >= MOST:
                return tuple(found)[:MOST]
    return tuple(found)


def _plain(text: str) -> str:
    """Without ids, times and figures. Part by part: a pattern is never let loose on all of it."""
    text = text[:LONGEST_TEXT]
    parts = (text[n : n + LONGEST_PART] for n in range(0, len(text), LONGEST_PART))
    return " ".join(MARK.sub(" ", template(part)) for part in parts)


def _tells(word: str) -> bool:
    return 1 < len(word) <= LONGEST_WORD and word not in STOP and not word.isdecimal()


def stem(word: str) -> str:
    """Roughly what is left without its ending, so that refused and refuses are one."""
    if "_" in word:
        return word
    for ending in ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= LEAST_STEM:
            return word[: -len(ending)]
    return word


LEAST_STEM = 4
ENDINGS = ("ations", "ation", "ings", "ions", "ing", "ion", "ied", "ies", "ed", "es", "e", "s")
