"""A part of a log, from one byte to another: what a second process does beside the first.

It stands here, and not where files are opened, because that process then loads nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import IO, Any

from .analysis import Analysis

BLOCK = 1 << 18  # bytes read at once


def analyse_opened(opened: Callable[[], IO[Any]], start: int, end: int, day: date) -> Analysis:
    """`opened` gives the log as bytes."""
    with opened() as file:
        return analyse_part(file, start, end, day)


def analyse_part(file: IO[bytes], start: int, end: int, day: date) -> Analysis:
    analysis = Analysis(day)
    for lines in stretches(file, start, end):
        analysis.feed(lines)
    return analysis.finish()


def stretches(file: IO[bytes], start: int, end: int) -> Iterator[list[str]]:
    """Whole lines from `start` up to `end`; a line longer than a block comes in pieces."""
    file.seek(start)
    while start < end:
        block = file.read(min(BLOCK, end - start))
        if not block:
            return
        if start + len(block) < end and not block.endswith(b"\n"):
            block += file.readline(min(BLOCK, end - start - len(block)))
        start += len(block)
        text = block.decode("utf-8-sig" if start == len(block) else "utf-8", "replace")
        if "\r" in text:
            text = text.replace("\r\n", "\n")
        lines = text.split("\n")
        yield lines[:-1] if not lines[-1] else lines
