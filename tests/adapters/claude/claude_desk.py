"""The adapter on a served emulator, a purse in memory, and looks that are written down."""

from __future__ import annotations

import asyncio
import ssl

import anthropic
from starlette.applications import Starlette

from bot.adapters.claude import Claude
from bot.domain.narration.spend import Capped, Caps, Spent, refusal
from bot.ports import Unavailable
from bot.views import prompt

KEY = "practice-key"
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # the usual one takes long to make
LARGE, SMALL = "claude-sonnet-5-5", "claude-haiku-5-5"
CAPS = Caps.of(100, 1000)


class Served:
    """The application of the test that runs."""

    def __init__(self):
        self.app = Starlette()

    async def __call__(self, scope, receive, send):
        await self.app(scope, receive, send)


def opens(key, base, seconds):
    return anthropic.AsyncAnthropic(
        api_key=key,
        base_url=base,
        max_retries=0,
        timeout=seconds,
        http_client=anthropic.DefaultAsyncHttpxClient(trust_env=False, verify=NO_TLS),
    )


class Pauses(list):
    """Sleeps that take no time, and their lengths."""

    async def __call__(self, seconds):
        self.append(seconds)
        await asyncio.sleep(0)


def made(base, book, clock, **changes):
    wish = {"base_url": base, "caps": CAPS, "opens": opens, "sleep": Pauses()}
    return Claude(changes.pop("key", KEY), prompt, book, clock, **wish | changes)


class Book:
    """A purse in memory: bookings as [wish, what it did cost or None, request]."""

    def __init__(self):
        self.bookings, self.broken = [], ""

    async def reserve_spend(self, wish, caps):
        if self.broken:
            raise Unavailable(self.broken)
        if why := refusal(wish, await self.spent(wish.at, wish.incident), caps):
            raise Capped(why)
        self.bookings.append([wish, None, ""])
        return len(self.bookings) - 1

    async def settle_spend(self, booking, amount, request):
        if self.broken:
            raise Unavailable(self.broken)
        if self.bookings[booking][1] is None:
            self.bookings[booking][1:] = [amount, request]

    async def spent(self, at, incident=0):
        taken = [wish.amount if paid is None else paid for wish, paid, _ in self.bookings]
        return Spent(sum(taken), sum(taken), 0)

    @property
    def open(self):
        """How many have their worst case booked still."""
        return sum(paid is None for _, paid, _ in self.bookings)

    @property
    def paid(self):
        return [paid for _, paid, _ in self.bookings]


class Looking:
    """Looks of the house: what each name answers, and what was asked."""

    def __init__(self, **answers):
        self.answers, self.asked = answers, []

    async def __call__(self, name, wish):
        self.asked.append((name, dict(wish)))
        answer = self.answers.get(name, "")
        if isinstance(answer, Exception):
            raise answer
        return answer


def results(ask):
    """The tool results of a request, oldest first."""
    blocks = [b for m in ask["messages"] for b in m["content"] if isinstance(m["content"], list)]
    return [b for b in blocks if b["type"] == "tool_result"]
