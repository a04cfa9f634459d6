"""What every night is told with: waiting for what must happen, and noting when it did."""

from __future__ import annotations

import asyncio
import math
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

from bot.sandbox import cast

if TYPE_CHECKING:
    from bot.sandbox.render import Call
    from bot.sandbox.world import PracticeWorld

Found = TypeVar("Found")
BROKEN = "it is broken"
PAGED = "the page has arrived"
NUMBER = re.compile(r"Incident #(\d+)")
LOOK_EVERY = 0.05  # real seconds
ASK_EVERY = 1.0


class WentWrong(Exception):  # noqa: N818 - it is how a story ends
    """The story did not go as it should; the message says where it left its way."""


@dataclass(frozen=True)
class Night:
    """A story to play; `severity` is what it comes to, if it comes to an incident.

    `brief`: in a world with short proofs, after others. `fastest`: the speed above which real
    processes cannot follow the story. `told` is what its watchdog.toml says besides; `targets`: the
    small sites that it takes. `right` are the acts that are the right answer in it; `refuses` are
    those that are not to be had, each with a part of the reason that is shown.
    """

    name: str
    about: str
    play: Callable[[Story], Awaitable[None]]
    brief: bool = False
    fastest: float = math.inf
    severity: str = ""
    told: str = ""
    targets: int = 0
    right: tuple[str, ...] = ()
    refuses: tuple[tuple[str, str], ...] = ()


Hand = Callable[["Story", cast.Somebody, dict[str, Any], dict[str, Any]], Awaitable[None]]


async def tap_in_the_api(
    story: Story, who: cast.Somebody, message: dict[str, Any], button: dict[str, Any]
) -> None:
    """How a finger reaches the button: here without a screen."""
    data = button["callback_data"]
    story.world.telegram.tap(who.id, cast.ON_CALL_CHAT, message["message_id"], data)


@dataclass
class Story:
    """One night under way. `marks` holds what happened and when, in real seconds from the start."""

    world: PracticeWorld
    marks: list[tuple[float, str]] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)
    since: datetime = field(default_factory=lambda: datetime.now(UTC))
    told: Callable[[str], None] = lambda _: None
    taps: list[str] = field(default_factory=list)
    seen: list[tuple[str, str]] = field(default_factory=list)  # a label, and what stood there
    hand: Hand = tap_in_the_api
    killed: int = 0
    said_before: int = 0  # messages, when it was last asked how things stand
    asked_before: int = 0  # questions

    def kill_watchdog(self) -> None:
        self.world.watchdog.kill()
        self.killed += 1
        self.mark("the watchdog is killed")

    def mark(self, what: str) -> None:
        at = time.monotonic() - self.began
        self.marks.append((at, what))
        self.told(f"{at:7.1f} s  {what}")

    async def until(self, what: str, look: Callable[[], Found | None], within: float) -> Found:
        """Wait until `look` finds something; raises WentWrong after `within` real seconds."""
        end = time.monotonic() + within
        while time.monotonic() < end:
            if found := look():
                self.mark(what)
                return found
            await asyncio.sleep(LOOK_EVERY)
        raise WentWrong(f"waited {within:.0f} s in vain: {what}")

    async def wait(self, seconds: float) -> None:
        """Let so many world seconds pass."""
        await asyncio.sleep(self.world.pace.real(seconds))

    def must(self, what: str, holds: object) -> None:
        if not holds:
            raise WentWrong(f"not so: {what}")
        self.mark(what)

    # The chat as the person on call sees it

    def messages(self) -> list[dict[str, Any]]:
        """What the watchdog has said in the on-call chat, as it stands now."""
        bot = int(cast.WATCHDOG_TOKEN.partition(":")[0])
        every = self.world.telegram.messages(cast.ON_CALL_CHAT)
        return [m for m in every if m["from"]["id"] == bot]

    def saying(self, text: str) -> dict[str, Any] | None:
        """The newest message of the watchdog that contains the text."""
        found = (m for m in reversed(self.messages()) if text in words(m))
        return next(found, None)

    def same(self, message: dict[str, Any]) -> dict[str, Any]:
        """That message as it stands now."""
        return next(m for m in self.messages() if m["message_id"] == message["message_id"])

    def audible(self) -> list[dict[str, Any]]:
        return [m for m in self.messages() if not m.get("silent")]

    def button(self, label: str) -> dict[str, Any] | None:
        """The newest message that carries a button of that label."""
        every = reversed(self.messages())
        return next((m for m in every if any(label in b for b in self.labels(m))), None)

    def labels(self, message: dict[str, Any]) -> list[str]:
        return [button["text"] for button in buttons(message)]

    async def tap_label(self, who: cast.Somebody, message: dict[str, Any], label: str) -> None:
        self.seen.append((label, words(message)))
        button = next(b for b in buttons(message) if label in b["text"])
        await self.hand(self, who, message, button)
        self.taps.append(label)

    def tapped(self, label: str) -> bool:
        return label in self.taps

    def say(self, who: cast.Somebody, text: str) -> None:
        self.world.telegram.say(who.id, cast.ON_CALL_CHAT, text)

    def calls(self) -> list[Call]:
        """Every changing call that the platform was sent this night."""
        calls = self.world.render.journal
        return [c for c in calls if c.method != "GET" and c.at >= self.since]

    def writes(self) -> list[str]:
        """The same in short: "POST /services/…/restart"."""
        return [f"{c.method} {c.path}" for c in self.calls()]

    def state(self) -> str:
        return self.world.snapshot_state()

    def newest_deploy(self) -> dict[str, Any]:
        """As the world shows it: id, status, trigger, commit."""
        deploys: Any = self.world.service.snapshot()["deploys"]
        return dict(deploys[0])

    def approved(self) -> int:
        """How many approvals the watchdog has written into its log in the chat."""
        return max((words(m).count("✅ Ann approved") for m in self.messages()), default=0)


def numbers(story: Story) -> set[int]:
    """The incidents that have a card."""
    return {int(n) for m in story.messages() for n in NUMBER.findall(words(m))}


def buttons(message: dict[str, Any]) -> list[dict[str, Any]]:
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return [button for row in rows for button in row]


def words(message: dict[str, Any]) -> str:
    return str(message.get("text") or message.get("caption") or "")


async def settled(story: Story) -> None:
    """Before anything is broken: the watchdog has looked, and says that all is well."""
    story.said_before, story.asked_before = len(story.messages()), asked(story)
    await story.until("the watchdog answers", lambda: asks_status(story), 60)
    answers = "every question is answered"
    await story.until(answers, lambda: answered(story) >= asked(story) - story.asked_before, 60)


def asked(story: Story) -> int:
    return sum(what == "asked" for _, what in story.marks)


def answered(story: Story) -> int:
    new = story.messages()[story.said_before :]
    return sum("Looked at" in words(message) for message in new)


def asks_status(story: Story) -> object:
    """Ask for the status now and then until the answer is good."""
    new = [words(m) for m in story.messages()[story.said_before :]]
    if any("All checks pass" in text for text in new):
        return True
    since = [at for at, what in story.marks if what == "asked"][story.asked_before :]
    if not since or time.monotonic() - story.began - since[-1] > ASK_EVERY:
        story.say(cast.ANN, "/status")
        story.marks.append((time.monotonic() - story.began, "asked"))
    return None
