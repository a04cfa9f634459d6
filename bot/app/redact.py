"""The filter of the command line: a text in, the same text without its secrets out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from bot.domain.redact import Lines

LONGEST = 1 << 20  # bytes read at once; a longer line is cut at a blank, never inside a word
LONGEST_WORD = 1 << 20


def filter_stream(source: BinaryIO, sink: BinaryIO, *, people: bool = False) -> None:
    """Copy line by line, each as soon as it is there; bytes that are no UTF-8 stay as they are.

    Raises BrokenPipeError when nobody reads any more.
    """
    lines = Lines(people=people)
    for piece in pieces(source):
        text = lines.line(piece.decode(errors="surrogateescape"))
        sink.write(text.encode(errors="surrogateescape"))
        sink.flush()


def pieces(source: BinaryIO) -> Iterator[bytes]:
    """Lines with their ends; of an endless one, bounded parts that end where a word ends."""
    kept = b""
    while read := source.readline(LONGEST):
        whole = kept + read
        kept = b""
        if not read.endswith(b"\n"):
            at = max(whole.rfind(b" "), whole.rfind(b"\t")) + 1
            if at or len(whole) < LONGEST_WORD:
                whole, kept = whole[:at], whole[at:]
        if whole:
            yield whole
    if kept:
        yield kept
