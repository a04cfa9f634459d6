"""A fault and what must be seen of it: the page in time, one incident, no push too many."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from bot.sandbox import cast
from bot.sandbox.nights.announced import as_announced
from bot.sandbox.nights.cause import Right, explained, triaged
from bot.sandbox.nights.early import never_early
from bot.sandbox.nights.story import (
    BROKEN,
    PAGED,
    Night,
    Story,
    WentWrong,
    numbers,
    settled,
    words,
)
from bot.sandbox.switches import BY_NAME


async def nothing(_: Story) -> None:
    return


@dataclass(frozen=True)
class Fault:
    """`says` is the headline after the severity, `also` what must stand on the card as well.

    `pushes` is how many audible messages there may be at most until it is repaired, `stands` how
    many world seconds it is left broken after the page; `within` are real seconds that the page
    may take. `cause` is what the card may say about it.
    """

    name: str
    switch: str
    about: str
    severity: str
    says: str
    cause: Right
    also: str = ""
    pushes: int = 1
    stands: float = 240.0
    within: float = 60.0
    before: Callable[[Story], Awaitable[None]] = nothing
    after: Callable[[Story], Awaitable[None]] = nothing
    brief: bool = True
    fastest: float = math.inf
    right: tuple[str, ...] = ()
    refuses: tuple[tuple[str, str], ...] = ()

    @property
    def night(self) -> Night:
        told = partial(play, self)
        return Night(
            self.name,
            self.about,
            told,
            self.brief,
            self.fastest,
            self.severity,
            right=self.right,
            refuses=self.refuses,
        )


async def play(fault: Fault, story: Story) -> None:
    await settled(story)
    await fault.before(story)
    known, quiet = numbers(story), len(story.audible())
    await flip(story, fault, on=True)
    headline = f"{fault.severity} {fault.says}"
    await story.until(PAGED, lambda: len(story.audible()) > quiet, fault.within)
    await triaged(story, known)
    await story.until(f"as {headline}", lambda: story.saying(headline), fault.within)
    if fault.also:
        await story.until(f"with “{fault.also}”", lambda: story.saying(fault.also), fault.within)
    story.say(cast.ANN, "/ack")
    await explained(story, known, fault.cause)
    await story.wait(fault.stands)
    pushes = [words(m) for m in story.audible()[quiet:]]
    story.must(f"pushes: {len(pushes)}", len(pushes) <= fault.pushes)
    await fault.after(story)
    await flip(story, fault, on=False)
    opened = numbers(story) - known
    story.must(f"incidents opened: {len(opened)}", len(opened) == 1)
    await over(story, max(opened))
    story.must("and no other was opened", numbers(story) - known == opened)


async def flip(story: Story, fault: Fault, *, on: bool) -> None:
    await BY_NAME[fault.switch].flip(story.world, on=on)
    story.mark(BROKEN if on else "it is repaired")


async def over(story: Story, number: int) -> None:
    """It heals, is proved, and the all-clear says so."""
    limit = story.world.pace.real(30 * 60) * 2 + 120
    await story.until("the all-clear has come", lambda: resolved(story, number), limit)
    never_early(story)
    as_announced(story)


def resolved(story: Story, number: int) -> object:
    cards = (m for m in story.messages() if f"Incident #{number}" in words(m))
    return next((m for m in cards if "resolved after" in words(m)), None)


@dataclass(frozen=True)
class Darkness:
    """An outage of what we see by: it is announced as such and opens no incident."""

    name: str
    switch: str
    about: str
    says: str
    ends: str
    heard_meanwhile: bool
    stands: float = 600.0
    least: float = 6.0  # real seconds that it lasts

    @property
    def night(self) -> Night:
        return Night(self.name, self.about, partial(dark, self), brief=True)


async def dark(darkness: Darkness, story: Story) -> None:
    await settled(story)
    known, quiet, said = numbers(story), len(story.audible()), len(story.messages())
    switch = BY_NAME[darkness.switch]
    await switch.flip(story.world, on=True)
    story.mark(BROKEN)
    if darkness.heard_meanwhile:
        await story.until(PAGED, lambda: story.saying(darkness.says), 60)
    await story.wait(max(darkness.stands, darkness.least / story.world.pace.real(1)))
    await switch.flip(story.world, on=False)
    story.mark("it is repaired")
    await story.until(f"“{darkness.ends}”", lambda: story.saying(darkness.ends), 90)
    await settled(story)
    story.must("no incident was opened", numbers(story) == known)
    story.must("pushes: 0", len(story.audible()) == quiet)
    new = [words(m) for m in story.messages()[said:] if "🌫" in words(m) or "👁" in words(m)]
    if len(new) != 1:
        raise WentWrong(f"one message should tell of it, not {new}")
