"""Patterns of words, written so that a search for them is quick."""

from __future__ import annotations


def any_word(*patterns: str) -> str:
    r"""Any of these at the beginning of a word, as in `\b(?:…|…)`; each begins with a letter.

    A search skips to the letters that a pattern may begin with, but only where nothing stands in
    front of them. So the edge of the word is looked at behind its first letter: four times as fast.
    """
    return "|".join(rf"{one[0]}(?<!\w{one[0]}){one[1:]}" for one in patterns)
