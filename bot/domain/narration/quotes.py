"""Whether what a model says stands in the evidence: its quotes, its figures, the names it uses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from bot.domain.evidence import Evidence
from bot.domain.logs.consequences import SEVERITIES

from .brief import Brief, sections
from .plain import LEFT_OUT

CATEGORIES = (*SEVERITIES, "none")
SHORTEST_QUOTE, LEAST_IN_QUOTE = 8, 5  # characters; letters and digits among them

FIGURE = re.compile(r"[0-9]+(?:[.,:][0-9]+)*|\d+")
THOUSANDS = re.compile(r"(?<=[0-9]),(?=[0-9]{3}(?![0-9]))")
# What is somebody's name for a thing, not a word of the language: it can be looked up.
NAME = re.compile(
    r"\b(?:\w+_\w+|[\w/.-]+\.(?:py|sql|toml|ya?ml|json|txt|cfg|ini|sh|js|ts)|\w+(?:Error|Exception"
    r"|Warning)|[0-9a-f]{7,40}|(?:dep|srv|evt|dpg)-\w+)\b"
)
ID = re.compile(r"\b[A-Z]{1,3}[0-9]{1,4}\b")
SEVERITY = re.compile(r"\bP[0-3]\b")


def quoted(quote: str, item: Evidence) -> str:
    """The quote as it stands there, or ""."""
    words = " ".join(quote.split())
    if len(words) < SHORTEST_QUOTE or sum(map(str.isalnum, words)) < LEAST_IN_QUOTE:
        return ""
    if words in LEFT_OUT or LEFT_OUT in words:
        return ""
    return words if any(words in " ".join(s.split()) for s in sections(item)) else ""


def is_backed(text: str, brief: Brief) -> bool:
    """Whether the figures and names in a sentence stand anywhere in the evidence."""
    return has_figures(text, brief.evidence, brief) and has_names(text, brief)


def has_figures(text: str, items: Iterable[Evidence], brief: Brief) -> bool:
    known = {item.id for item in brief.evidence} | {act.id for act in brief.acts}
    text = SEVERITY.sub(" ", ID.sub(lambda m: " " if m[0] in known else m[0], text))
    figures = {f for f in FIGURE.findall(THOUSANDS.sub("", text)) if f}
    where = [*(s for item in items for s in sections(item)), *_ours(brief)]
    where = [THOUSANDS.sub("", one) for one in where] if figures else []
    return all(any(_stands(f, one) for one in where) for f in figures)


def _ours(brief: Brief) -> Iterator[str]:
    """What we have told the model ourselves."""
    yield f"{brief.began:%Y-%m-%d %H:%M:%S}"
    yield brief.service
    yield from (act.target for act in brief.acts)


def _stands(figure: str, text: str) -> bool:
    """Whether it stands there as a figure, not as a part of one."""
    at = text.find(figure)
    while at >= 0:
        end = at + len(figure)
        if not text[max(at - 1, 0) : at].isdigit() and not text[end : end + 1].isdigit():
            return True
        at = text.find(figure, at + 1)
    return False


def has_names(text: str, brief: Brief) -> bool:
    names = {name.lower() for name in NAME.findall(text)}
    names -= {*CATEGORIES, *(act.id.lower() for act in brief.acts)}
    if not names:
        return True
    said = "\n".join([*_ours(brief), *(s for e in brief.evidence for s in sections(e))]).lower()
    return all(name in said for name in names)
