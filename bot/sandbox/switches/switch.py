"""What a switch is: something that breaks for real, with one sentence on what it will break."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from bot.sandbox.world import PracticeWorld

Turn = Callable[["PracticeWorld"], Awaitable[object]]
Group = Literal["Service", "Code", "Database", "Outside", "Watchdog"]


async def nothing(_: PracticeWorld) -> None:
    """A switch that can only be pressed."""


@dataclass(frozen=True)
class Switch:
    """`off` makes it a toggle: then `is_on` must tell how it stands."""

    name: str
    group: Group
    label: str
    effect: str
    on: Turn
    off: Turn | None = None
    is_on: Callable[[PracticeWorld], bool] = lambda _: False

    async def flip(self, world: PracticeWorld, *, on: bool = True) -> None:
        await (self.on if on else self.off or nothing)(world)

    def shown(self, world: PracticeWorld) -> dict[str, object]:
        return {
            "name": self.name,
            "group": self.group,
            "label": self.label,
            "effect": self.effect,
            "kind": "toggle" if self.off else "once",
            "on": self.is_on(world),
        }
