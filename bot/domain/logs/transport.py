"""What carried a line puts its marks in front: taken off here, kept as time and instance."""

# ruff: noqa: E501 - a pattern is read, and searched for, in one piece
from __future__ import annotations

import re
from dataclasses import dataclass

from .lines import NAMED
from .stamps import OPENING

# Each names the instance (`who`), the time (`when`) and what the program itself wrote (`text`).
ISO = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?"
CARRIERS = tuple(
    (hint, re.compile(form, re.DOTALL))
    for hint, form in (
        # container runtime interface: time, stream, F for a whole line and P for a part of one
        (" std", rf"(?P<when>{ISO}) (?P<who>stdout|stderr) (?P<part>[FP]) (?P<text>.*)"),
        # Heroku, Logplex
        ("[", rf"(?P<when>{ISO}) (?P<who>[\w-]{{1,40}}\[[\w.-]{{1,60}}\]): ?(?P<text>.*)"),
        # compose: name | text; never the margin of an exception group, which begins with blanks
        ("| ", r"(?P<who>[\w./-]{1,80})[ \t]{0,60}\| (?P<text>.*)"),
        ("|", r"(?P<who>[\w./-]{1,80})[ \t]{0,60}\|(?P<text>)$"),
        # kubectl logs --prefix
        ("[pod/", r"\[(?P<who>pod/[^\]\s]{1,200})\] ?(?P<text>.*)"),
        # RFC 5424
        (
            "<",
            (
                rf"<\d{{1,3}}>1 (?P<when>{ISO}) (?P<who>\S{{1,100}} \S{{1,60}} \S{{1,60}}) \S{{1,60}}"
                r" (?:-|\[[^\]]{0,500}\]) ?(?:\ufeff)?(?P<text>.*)"
            ),
        ),
        # RFC 3164, and journalctl with its ISO times
        (
            "]: ",
            (
                rf"(?:<\d{{1,3}}>)?(?P<when>[A-Z][a-z]{{2}} [ \d]\d \d\d:\d\d:\d\d|{ISO}) "
                r"(?P<who>[\w.-]{1,80} [\w./@-]{1,60}\[\d{1,9}\]): (?P<text>.*)"
            ),
        ),
        (
            ": ",
            (
                r"(?:<\d{1,3}>)?(?P<when>[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d) "
                r"(?P<who>(?![AP]M )[\w.-]{1,80} [\w./@-]{1,60}): (?P<text>.*)"
            ),
        ),
        # the platform's own copy: time, then the instance in brackets
        (
            "[",
            rf"(?P<when>{ISO}) {{1,4}}\[(?P<who>[\w.:/-]{{3,80}})\] ?(?P<text>.*)",
        ),
    )
)
LABEL = re.compile(r"\[(?P<who>[A-Za-z][\w.:/-]{1,60})\] ?(?P<text>.*)", re.DOTALL)
QUOTE = re.compile(r"(?:> ?){1,4}")  # a log pasted into a mail or an issue


@dataclass(slots=True)
class Carried:
    """`text` is what the program wrote; `when` is the time as written, "" where there is none."""

    text: str
    who: str = ""
    when: str = ""
    partial: bool = False


class Carrier:
    """Takes the marks off; remembers what the last line was carried by, as the next one is too."""

    def __init__(self) -> None:
        self._order = list(range(len(CARRIERS)))

    def unwrap(self, line: str) -> Carried:
        if not line or line[0] in " \t{":
            return Carried(line)
        found = self._found(line)
        if found is None:
            return _plain(line)
        inner = LABEL.match(found.text) if found.text.startswith("[") else None
        if inner and _is_instance(inner["who"]):
            found.text, found.who = inner["text"], f"{found.who} {inner['who']}"
        return found

    def _found(self, line: str) -> Carried | None:
        for index in self._order:
            hint, form = CARRIERS[index]
            if hint not in line:
                continue
            match = form.match(line)
            if match is not None and (found := self._carried(index, match)):
                return found
        return None

    def _carried(self, index: int, match: re.Match[str]) -> Carried | None:
        said = match.groupdict()
        if said["who"].upper() in NAMED or _levelled(said["who"]):
            return None
        if index != self._order[0]:
            self._order = [index, *(n for n in range(len(CARRIERS)) if n != index)]
        who = "" if "part" in said else said["who"]
        return Carried(said["text"], who, said.get("when") or "", said.get("part") == "P")


def _levelled(who: str) -> bool:
    """`2026-03-02 09:14:06 ERROR db: …` is no host that is called ERROR."""
    return any(word in NAMED for word in who.split())


def _plain(line: str) -> Carried:
    """A label in front, or a time in front of what is no entry of its own (`docker logs -t`)."""
    if line[0] == "[" and (label := LABEL.match(line)) and _is_instance(label["who"]):
        return Carried(label["text"], label["who"])
    if line[0] == ">" and (quote := QUOTE.match(line)):
        return Carried(line[quote.end() :])
    opening = OPENING.match(line)
    if opening is None:
        return Carried(line)
    rest = line[opening.end() :]
    rest = rest.removeprefix("\t") if rest[:1] == "\t" else rest.removeprefix(" ")
    if rest[:1] == "[" and (label := LABEL.match(rest)) and _is_instance(label["who"]):
        return Carried(label["text"], label["who"], opening[0])
    return Carried(rest, "", opening[0])


def _is_instance(label: str) -> bool:
    """Labels of instances have a figure or a dash; names of modules and levels have none."""
    return label.upper() not in NAMED and bool(re.search(r"\d", label)) and ":" not in label
