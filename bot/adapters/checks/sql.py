"""Asks the watched database what a user wants asked, and compares the answer."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation

from bot.adapters.query import QueryFailed, first_value
from bot.adapters.web import few_words
from bot.domain.check import Result, Seen
from bot.ports import Unavailable


@dataclass(frozen=True)
class Sql:
    """The first column of the first row is what counts; of an interval it is its seconds.

    What is "" or None is not asked for, and where nothing is, there must only be a row. Figures
    equal each other however they are written, true and false are written so. `within` is seconds,
    and the value is the figure. A database that cannot be reached is the postgres check's affair.
    """

    service: str
    dsn: str = field(repr=False)
    query: str
    now: Callable[[], datetime]
    equals: str = ""
    at_least: float | None = None
    at_most: float | None = None
    within: float = 5.0
    name: str = "sql"

    @property
    def expects(self) -> str:
        """What the settings ask for, in words that follow "expected"."""
        least = f"at least {self.at_least:g}" if self.at_least is not None else ""
        most = f"at most {self.at_most:g}" if self.at_most is not None else ""
        equal = f"“{few_words(self.equals)}”" if self.equals else ""
        return " and ".join(filter(None, (equal, least, most))) or "a row"

    async def look(self) -> Result:
        at = self.now()
        try:
            there, value = await first_value(self.dsn, self.query, within=self.within)
        except Unavailable as gone:
            return Result(self.service, self.name, Seen.BLIND, at, "", str(gone))
        except QueryFailed as failed:
            return Result(self.service, self.name, Seen.FAIL, at, "error", str(failed))
        wrong = self.judge(value) if there else "it gives no row"
        seen, code = (Seen.FAIL, "unexpected") if wrong else (Seen.PASS, "")
        said = wrong or f"it gives {spelled(value)}"
        return Result(self.service, self.name, seen, at, code, said, shown(value))

    def judge(self, value: object) -> str:
        """What is wrong with it; "" for nothing."""
        said = f"it gives {spelled(value)}"
        if self.equals and not _same(value, self.equals):
            return f"{said}, not “{few_words(self.equals)}”"
        if self.at_least is None and self.at_most is None:
            return ""
        number = _number(value)
        if number is None:
            return f"{said}, which is no figure"
        if self.at_least is not None and number < self.at_least:
            return f"{said}, less than {self.at_least:g}"
        if self.at_most is not None and number > self.at_most:
            return f"{said}, more than {self.at_most:g}"
        return ""


def spelled(value: object) -> str:
    """The value in a line for people."""
    if value is None:
        return "null"
    text = _text(value)
    return few_words(text) if _number(value) is not None else f"“{few_words(text)}”"


def _text(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case timedelta():
            return f"{value.total_seconds():g}"
        case datetime() | date() | time():
            return value.isoformat()
        case bytes():
            return value.hex()
    return str(value)


def _same(value: object, wanted: str) -> bool:
    text = _text(value)
    if isinstance(value, bool):
        return text == wanted.strip().lower()
    number = _number(value)
    try:
        return text == wanted or (number is not None and number == Decimal(wanted.strip()))
    except InvalidOperation:
        return False


def _number(value: object) -> Decimal | None:
    match value:
        case bool():
            return None
        case int() | float() | Decimal():
            found = Decimal(value)
        case timedelta():
            found = Decimal(str(value.total_seconds()))
        case _:
            return None
    return found if found.is_finite() else None


def shown(value: object) -> float | None:
    """The value as a figure to keep, where it is one."""
    number = _number(value)
    if number is None:
        return None
    shown = float(number)
    return shown if math.isfinite(shown) else None
