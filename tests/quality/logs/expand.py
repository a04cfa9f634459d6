"""A small language for logs: a line says when, how often, how loud and what; formats do the rest.

12:04 ERROR app.db | said once, 12 minutes and 4 seconds after two o'clock
    a further line of the same record
    ! main.py main, app/db.py connect, @psycopg2/__init__.py connect | T: a traceback, @ = library
12:04..29:00 each 17s ERROR app.db | {n} counts, {id} is some user, {ms} some duration
12:04@b WARNING app | said by instance b
00:00..30:00 noise 20 ptb      daily life: 20 lines a minute of a bot, a web app, a worker
13:00 = ==> Running 'python -m bot'      a line of the platform
13:00 - | a line on stdout, without a level; "- | ! ..." is a traceback that nobody logged
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

ZERO = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
WHEN = r"(\d+):(\d\d)"
LINE = re.compile(rf"^{WHEN}(?:\.\.{WHEN})?(?:@(\w+))? (?:each ([\d.]+)s )?(.*)$")
SOURCE = "/opt/render/project/src/"
LIBRARY = SOURCE + ".venv/lib/python3.11/site-packages/"


def noises() -> dict[str, list[tuple[str, str, str]]]:
    """Kind → (level, logger, text) of a healthy service's daily life, from noise.txt."""
    found: dict[str, list[tuple[str, str, str]]] = {}
    for line in Path(__file__).with_name("noise.txt").read_text("utf-8").splitlines():
        if line.startswith("["):
            kind = found.setdefault(line.strip("[]"), [])
        elif not line.startswith("#"):
            who, _, text = line.partition(" | ")
            kind.append((*who.split(" "), text))
    return found


NOISE = noises()


@dataclass(frozen=True)
class Said:
    """One record of the log; level "=" is the platform, "-" is plain stdout."""

    at: datetime
    instance: str
    level: str
    logger: str
    lines: tuple[str, ...]


@dataclass
class Script:
    """The body of one log, read line by line."""

    seed: str
    instances: tuple[str, ...] = ("a",)
    said: list[Said] = field(default_factory=list)

    def __post_init__(self):
        self.dice = random.Random(self.seed)

    def read(self, body: str) -> list[Said]:
        for block in re.split(r"\n(?=\d)", body.strip("\n")):
            first, *more = block.split("\n")
            self.event(first, [line[4:] for line in more if line.strip()])
        return sorted(self.said, key=lambda each: each.at)

    def event(self, first: str, more: list[str]) -> None:
        found = LINE.match(first)
        assert found, first
        m1, s1, m2, s2, instance, step, rest = found.groups()
        begin = timedelta(minutes=int(m1), seconds=int(s1))
        end = timedelta(minutes=int(m2), seconds=int(s2)) if m2 else begin
        if rest.startswith("noise"):
            self.noise(begin, end, *rest.split()[1:])
            return
        length = timedelta(seconds=float(step or 1))
        for n in range(int((end - begin) / length) + 1 if m2 else 1):
            at = ZERO + begin + n * length + timedelta(milliseconds=self.dice.randrange(400))
            self.said.append(self.one(at, instance or self.instances[0], rest, more, n))

    def one(self, at: datetime, instance: str, rest: str, more: list[str], n: int) -> Said:
        level, _, tail = rest.partition(" ")
        logger, bar, message = tail.partition("| ")
        if not bar:
            logger, message = "", tail
        text = [piece for line in [message, *more] for piece in unfolded(line)]
        return Said(at, instance, level, logger.strip(), tuple(self.filled(t, n) for t in text))

    def filled(self, text: str, n: int) -> str:
        text = text.replace("{n}", str(8800 + n)).replace(
            "{id}", str(self.dice.randrange(4000, 4400))
        )
        return text.replace("{ms}", str(self.dice.randrange(20, 900)))

    def noise(self, begin: timedelta, end: timedelta, rate: str, kind: str) -> None:
        step = timedelta(minutes=1) / float(rate)
        for n in range(int((end - begin) / step)):
            at = ZERO + begin + (n + self.dice.random()) * step
            level, logger, text = self.dice.choice(NOISE[kind])
            who = self.instances[n % len(self.instances)]
            self.said.append(Said(at, who, level, logger, (self.filled(text, n),)))


def unfolded(line: str) -> list[str]:
    """A `!` line as the traceback it stands for; any other as it is, with \\n as a new line."""
    if not line.startswith("! "):
        return line.split("\\n")
    places, _, error = line[2:].partition(" | ")
    rows = ["Traceback (most recent call last):"]
    for number, place in enumerate(places.split(", "), 14):
        file, _, function = place.strip().partition(" ")
        path = LIBRARY + file[1:] if file.startswith("@") else SOURCE + file
        source = "..." if file.startswith("@") else f"return {function.strip('<>')}_step(value)"
        rows += [f'  File "{path}", line {number}, in {function}', f"    {source}"]
    return rows + error.split("\\n")
