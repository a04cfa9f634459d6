"""What a model costs: its prices, the worst a call can cost, and the caps that no call passes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from math import ceil
from typing import Protocol

DOLLAR = 1_000_000  # money is whole millionths of a US dollar: sums are exact on every engine
# Of the JSON that is sent: English has four bytes a token, stamps and hex ids nearer two.
BYTES_A_TOKEN = 2
OVERHEAD = 1_000  # tokens that the API adds for tools and the form of the answer
WRITTEN, WRITTEN_HOUR = 1.25, 2.0  # times the price of input, for what goes into the cache
MOST_TOKENS = 10_000_000  # of one call: more is no figure of a real answer
ASKED_SHARE = 0.7  # of a cap for all that people ask: the rest is kept for notes
BIG_SHARE = 0.8  # of a cap for all models but the last: the small one can still speak then


@dataclass(frozen=True)
class Price:
    """US dollars for a million tokens: millionths of a dollar for one.

    Of a request with more than `long_from` tokens of input all is at the price `long`.
    """

    input: float
    output: float
    cached: float
    long_from: int = 0
    long: Price | None = None

    def of(self, tokens: int) -> Price:
        return self.long if self.long and tokens > self.long_from else self


# Model overviews of Claude's documentation, August 2026.
PRICES = {
    "claude-haiku-5-5": Price(0.10, 0.50, 0.01, 100_000, Price(0.50, 2.50, 0.05)),
    "claude-sonnet-5-5": Price(2, 10, 0.10),
    "claude-opus-5-5": Price(4, 20, 0.20),
}
DEAREST = Price(10, 50, 10)  # of a model whose price is not known: that of the dearest there is


@dataclass(frozen=True)
class Usage:
    """Tokens as the API counts them: `input` is without what its cache took or gave."""

    input: int = 0
    output: int = 0
    read: int = 0
    written: int = 0
    written_hour: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.input + other.input,
            self.output + other.output,
            self.read + other.read,
            self.written + other.written,
            self.written_hour + other.written_hour,
        )


@dataclass(frozen=True)
class Caps:
    """The most that may be spent in a day and a month (UTC), and the most calls of one incident.

    `on` is what they are for, where that is not everything.
    """

    day: int
    month: int
    calls: int = 40
    on: str = ""

    @classmethod
    def of(cls, day: float, month: float, calls: int = 40) -> Caps:
        """From US dollars."""
        return cls(round(day * DOLLAR), round(month * DOLLAR), calls)

    def for_big(self) -> Caps:
        """What a model may have that is not the last of the ladder."""
        return replace(self, day=int(self.day * BIG_SHARE), month=int(self.month * BIG_SHARE))

    def for_questions(self) -> Caps:
        """What they may have: the note of the next incident is written all the same."""
        day, month, calls = (int(n * ASKED_SHARE) for n in (self.day, self.month, self.calls))
        return Caps(day, month, calls, on=" for questions")


@dataclass(frozen=True)
class Spent:
    """Spent or reserved so far: today, this month; and how often for one incident."""

    day: int = 0
    month: int = 0
    calls: int = 0


@dataclass(frozen=True)
class Wish:
    """A call that is about to be made; `amount` is the worst it can cost, `incident` 0 if none."""

    model: str
    purpose: str
    amount: int
    at: datetime
    incident: int = 0


class Capped(Exception):  # noqa: N818 - an answer, not an error
    """The caps say no. The message is one line for people."""


class Purse(Protocol):
    """Books money before it is spent. Every method raises Unavailable."""

    async def reserve_spend(self, wish: Wish, caps: Caps) -> int:
        """Book the worst case, or raise Capped: one transaction. Return the booking's number."""
        ...

    async def settle_spend(self, booking: int, amount: int, request: str) -> None:
        """It did cost that much; 0: it surely was not billed. Only the first settlement counts."""
        ...

    async def spent(self, at: datetime, incident: int = 0) -> Spent: ...


def price(model: str) -> Price:
    """By the beginning of its id: a dated id costs what its line costs."""
    return next((p for name, p in PRICES.items() if model.startswith(name)), DEAREST)


def worst(model: str, size: int, most_output: int) -> int:
    """The most that one request can cost whose JSON has `size` bytes of UTF-8."""
    tokens = ceil(size / BYTES_A_TOKEN) + OVERHEAD
    at = price(model).of(tokens)
    return ceil(tokens * at.input * WRITTEN + most_output * at.output)


def cost(model: str, usage: Usage) -> int:
    """What the request did cost."""
    whole = usage.input + usage.read + usage.written + usage.written_hour
    at = price(model).of(whole)
    paid = usage.input + WRITTEN * usage.written + WRITTEN_HOUR * usage.written_hour
    return ceil(paid * at.input + usage.read * at.cached + usage.output * at.output)


def refusal(wish: Wish, spent: Spent, caps: Caps) -> str | None:
    """Say why the wish cannot be granted, or None."""
    if caps.day <= 0 or caps.month <= 0:
        return "spending on Claude is switched off"
    if wish.incident and spent.calls >= caps.calls:
        return (
            f"Claude was asked {spent.calls} times about this incident: that is the most{caps.on}"
        )
    for name, so_far, cap in (("day", spent.day, caps.day), ("month", spent.month, caps.month)):
        if so_far + wish.amount > cap:
            taken = f"{dollars(so_far)} spent or reserved, {dollars(wish.amount)} needed"
            return f"spending cap of {dollars(cap)} a {name} reached{caps.on} ({taken})"
    return None


def dollars(amount: int) -> str:
    """`$0.50`; with more digits where two would show nothing."""
    if 0 < amount < DOLLAR // 100:
        return f"${amount / DOLLAR:.4f}"
    return f"${amount / DOLLAR:.2f}"


def today(at: datetime) -> datetime:
    return at.replace(hour=0, minute=0, second=0, microsecond=0)


def this_month(at: datetime) -> datetime:
    return today(at).replace(day=1)
