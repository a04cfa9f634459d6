"""Outages of others: the service may be well, and still nobody can see or reach it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from bot.sandbox.certificate import SHORT_DAYS, USUAL_DAYS
from bot.sandbox.switches.switch import Switch, Turn
from bot.sandbox.telegram import Fault
from bot.sandbox.traffic import ask_again_and_again

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


def claude_with(fault: str) -> tuple[Turn, Turn, Callable[[PracticeWorld], bool]]:
    """Every answer of Claude meets that fault: on, off, and how it stands."""

    async def on(world: PracticeWorld) -> None:
        world.claude.switch(fault, on=True)

    async def off(world: PracticeWorld) -> None:
        world.claude.switch(fault, on=False)

    return on, off, lambda world: world.claude.faults.on(fault)


async def limit_claude(world: PracticeWorld) -> None:
    world.claude.switch("rate_limited", on=True)
    world.doings.begin("rate-limit", ask_again_and_again(world.telegram))


async def unlimit_claude(world: PracticeWorld) -> None:
    world.claude.switch("rate_limited", on=False)
    world.doings.end("rate-limit")


async def network_away(world: PracticeWorld) -> None:
    world.wires.cut_off_the_watchdog(on=True)


async def network_back(world: PracticeWorld) -> None:
    world.wires.cut_off_the_watchdog(on=False)


async def certificate_ends(world: PracticeWorld) -> None:
    world.authority.sign(SHORT_DAYS)


async def certificate_renewed(world: PracticeWorld) -> None:
    world.authority.sign(USUAL_DAYS)


async def storm_begins(world: PracticeWorld) -> None:
    world.targets.storm = True


async def storm_ends(world: PracticeWorld) -> None:
    world.targets.storm = False


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
        "claude-invents",
        "Outside",
        "Claude invents quotes",
        "Each claim of Claude's note quotes a line that was never logged: all must be left out, and"
        " the card says how many were.",
        *claude_with("false_quote"),
    ),
    Switch(
        "claude-accuses",
        "Outside",
        "Claude blames the newest deploy",
        "Whatever the evidence says, Claude's note blames the newest deploy: the card must not,"
        " unless the rules suspect it, too.",
        *claude_with("accuses_the_deploy"),
    ),
    Switch(
        "claude-obeys",
        "Outside",
        "Claude obeys a log line",
        "Claude's note says that all is well and names an act that nobody offers: neither may reach"
        " the card.",
        *claude_with("obeys_the_log"),
    ),
    Switch(
        "claude-refuses",
        "Outside",
        "Claude refuses to read it",
        "Claude answers with a refusal, to Life OS too: the rules' note stands, with one line that"
        " says so.",
        *claude_with("refusal"),
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
    Switch(
        "rate-limit",
        "Outside",
        "Claude refuses: too many",
        "Claude's API answers 429 to every call, and everybody asks again and again: each /ask of"
        " Life OS fails with a traceback.",
        limit_claude,
        unlimit_claude,
        lambda world: world.claude.faults.on("rate_limited"),
    ),
    Switch(
        "network-away",
        "Outside",
        "The watchdog's network hangs",
        "Nothing that the watchdog asks is answered, neither by Render nor by Telegram nor by the"
        " database; Life OS and its people notice nothing.",
        network_away,
        network_back,
        lambda world: world.wires.watchdog_is_cut_off,
    ),
    Switch(
        "certificate",
        "Outside",
        "Let the certificate end soon",
        "The certificate of Life OS's public name ends in five days; repairing renews it for"
        " ninety.",
        certificate_ends,
        certificate_renewed,
        lambda world: world.authority.ends_soon,
    ),
    Switch(
        "storm",
        "Outside",
        "Fifty sites fail at once",
        "Every small site beside the service answers 500 from one moment to the next.",
        storm_begins,
        storm_ends,
        lambda world: world.targets.storm,
    ),
)
