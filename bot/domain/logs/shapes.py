"""Lines less their ids and figures: a line of a known shape has been seen before."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .injection import suspicious
from .template import TELLING_FIGURE
from .templates import Template

MOST = 10_000
DIGITS = b"0123456789"
# The first figure stands alone: a search skips to where such a one is.
HEX = re.compile(rb"[0-9a-f][0-9a-f]{7,63}")
UUID = re.compile(rb"[0-9a-f][0-9a-f]{7}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
DASHES = 4  # in one
ROW_ID = re.compile(rb'"id": ?"[\w-]{16,64}"')  # of one line in an answer of a log store


class Shapes:
    """The template of each shape: `known` is for who looks first, `of` for who found nothing.

    A shape is made of bytes: a whole stretch of lines then loses its figures in one go. `harmless`
    are those in which no line can try to instruct its reader.
    """

    def __init__(self) -> None:
        self.known: dict[bytes, Template] = {}
        self.harmless: set[bytes] = set()
        self._vetted: set[bytes] = set()
        self._telling: dict[tuple[bytes, tuple[str, ...]], Template] = {}

    def of(self, line: str, shape: bytes) -> Template | None:
        """What is known of a line less its figures: ids may be left, or figures may matter."""
        known = self.known.get(shape)
        if known is None:
            shape = shape_of(line)
            known = self.known.get(shape)
        if known is not None and known.telling:
            return self._telling.get((shape, kept(line)))
        return known

    def keep(self, line: str, known: Template) -> None:
        if len(self.known) > MOST or len(self._telling) > MOST:
            self.clear()
        shape = shape_of(line)
        if figures := kept(line):
            known.telling = True
            self._telling[shape, figures] = known
        elif known.telling:
            self._telling[shape, ()] = known
        self.known[shape] = known

    def vet(self, seen: set[bytes]) -> None:
        """Look once at each known one of them, whether a line of it may instruct its reader."""
        for shape in (seen & self.known.keys()) - self._vetted:
            self._vetted.add(shape)
            if not suspicious(shape.decode("utf-8", "replace")):
                self.harmless.add(shape)

    def clear(self) -> None:
        self.known.clear()
        self._telling.clear()
        self.harmless.clear()
        self._vetted.clear()


def without_figures(lines: Sequence[str]) -> list[bytes]:
    """Each line less its digits."""
    whole = "\n".join(lines).encode("utf-8", "surrogatepass")
    found = whole.translate(None, DIGITS).split(b"\n")
    if len(found) == len(lines):
        return found
    return [line.encode("utf-8", "surrogatepass").translate(None, DIGITS) for line in lines]


def shape_of(line: str) -> bytes:
    """The line less its ids and figures."""
    text = line.encode("utf-8", "surrogatepass")
    if text.startswith(b"{"):
        text = ROW_ID.sub(b"", text)
    if text.count(b"-") >= DASHES:
        text = UUID.sub(b"", text)
    return HEX.sub(b"", text).translate(None, DIGITS)


def kept(line: str) -> tuple[str, ...]:
    """The figures that separate one kind of trouble from another."""
    return tuple(TELLING_FIGURE.findall(line))
