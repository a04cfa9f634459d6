"""Outages of others: the service may be well, and still nobody can see or reach it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from bot.sandbox.switches.switch import Switch
from bot.sandbox.telegram import Fault

if TYPE_CHECKING:
    from bot.sandbox.world import PracticeWorld

FOR_EVER = 10**9  # calls


async def render_away(world: PracticeWorld) -> None:
    world.render.faults.arm("error", status=503, body="upstream unavailable", times=FOR_EVER)
    world.outages.add("render-away")


async def render_back(world: PracticeWorld) -> None:
    world.render.faults.clear()
    world.outages.discard("render-away")


async def telegram_away(world: PracticeWorld) -> None:
    world.telegram.arm(Fault("error", status=502, body="Bad Gateway", times=FOR_EVER))
    world.outages.add("telegram-away")


async def telegram_back(world: PracticeWorld) -> None:
    world.telegram.clear_faults()
    world.outages.discard("telegram-away")


async def claude_away(world: PracticeWorld) -> None:
    world.claude.switch("overloaded", on=True)
    world.pages["anthropic"].degrade("Claude API", "major_outage", "Elevated errors", "critical")


async def claude_back(world: PracticeWorld) -> None:
    world.claude.switch("overloaded", on=False)
    world.pages["anthropic"].resolve()


async def github_away(world: PracticeWorld) -> None:
    world.github.switch("down", on=True)
    world.pages["github"].degrade("API Requests", "partial_outage", "API errors", "major")


async def github_back(world: PracticeWorld) -> None:
    world.github.switch("down", on=False)
    world.pages["github"].resolve()


def away(name: str) -> Callable[[PracticeWorld], bool]:
    return lambda world: name in world.outages


SWITCHES = (
    Switch(
        "render-away",
        "Outside",
        "Render's API fails",
        "Every call of Render's API answers 503: the watchdog must say that it cannot see, not"
        " that the service is down.",
        render_away,
        render_back,
        away("render-away"),
    ),
    Switch(
        "telegram-away",
        "Outside",
        "Telegram fails",
        "Every call of the Bot API answers 502: nothing can be said until it is back; then"
        " everything is, once.",
        telegram_away,
        telegram_back,
        away("telegram-away"),
    ),
    Switch(
        "claude-away",
        "Outside",
        "Claude is overloaded",
        "Anthropic's API answers 529: /ask of Life OS fails, and its status page says why.",
        claude_away,
        claude_back,
        lambda world: world.claude.faults.on("overloaded"),
    ),
    Switch(
        "github-away",
        "Outside",
        "GitHub fails",
        "GitHub's API answers 503: nobody can look up what a deploy changed.",
        github_away,
        github_back,
        lambda world: world.github.faults.on("down"),
    ),
)
