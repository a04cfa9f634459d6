"""A mark put in the place of the part of a match that is the secret."""

from __future__ import annotations

import re

from . import looks
from .marks import DONE, mark

Q = r"\\{0,7}[\"'`]"  # a quote, at any depth of escaping
# Between a name and its value: both perhaps quoted, the value perhaps in a list
GLUE = rf"(?:{Q})?[ \t]{{0,3}}(?:[:=]|=>|,(?=\s?b?{Q}))[ \t]{{0,3}}(?:\[(?!secret:))?(?:b?{Q})?"


def put(match: re.Match[str], secret: str, group: int | str = 1) -> str:
    """Put the mark where the group is; the rest of the match stays."""
    if not secret or DONE in secret:
        return match[0]
    start = match.start(group) - match.start()
    return match[0][:start] + mark(secret) + match[0][start + len(secret) :]


def first(match: re.Match[str]) -> str:
    """Mask the first group of a match, unless it hides nothing."""
    secret = match[1].rstrip(".,;)")
    return match[0] if looks.is_none(secret) else put(match, secret)
