"""What developers push, and what goes wrong where it is built."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.sandbox import history
from bot.sandbox.switches.switch import Switch, Turn

if TYPE_CHECKING:
    from bot.sandbox.world import PracticeWorld

BAD = ("weekly-summary", "streaks")
HARMLESS = ("greeting",)


def pushing(branch: str) -> Turn:
    async def push(world: PracticeWorld) -> None:
        history.push(world.repository, branch)
        world.service.pushed()

    return push


async def push_fix(world: PracticeWorld) -> None:
    """Revert the newest commit that is bad, if there is one that stands."""
    bad = standing(world)
    if bad is not None:
        history.revert(world.repository, bad)
        world.service.pushed()


async def push_harmless(world: PracticeWorld) -> None:
    """Other words for a greeting; when they stand there already, the old words again."""
    there = standing(world, HARMLESS)
    if there is None:
        history.push(world.repository, HARMLESS[0])
    else:
        history.revert(world.repository, there)
    world.service.pushed()


async def spoil_cache(world: PracticeWorld) -> None:
    world.service.packages.spoil()
    world.service.ask_deploy("service_updated")


async def clear_cache(world: PracticeWorld) -> None:
    world.service.packages.clear()
    world.service.ask_deploy("service_updated")


async def hang_build(world: PracticeWorld) -> None:
    world.service.packages.switch(hang=True)
    world.service.ask_deploy("service_updated")


async def go_on_building(world: PracticeWorld) -> None:
    world.service.packages.switch(hang=False)


def standing(world: PracticeWorld, branches: Sequence[str] = BAD) -> str | None:
    """The newest commit of these on main that has not been reverted."""
    subjects = {world.repository.commit(branch).subject for branch in branches}
    undone: set[str] = set()
    for commit in world.repository.commits():
        if commit.subject.startswith('Revert "'):
            undone.add(commit.message.rpartition("commit ")[2].rstrip("."))
        elif commit.subject in subjects and commit.id not in undone:
            return commit.id
    return None


SWITCHES = (
    Switch(
        "bad-deploy",
        "Code",
        "Push a wrong import",
        "A new version is deployed that ends with an ImportError at every start: a crash loop"
        " until it is rolled back or fixed.",
        pushing("weekly-summary"),
    ),
    Switch(
        "missing-migration",
        "Code",
        "Push without its migration",
        "A new version asks for a column that no migration adds: it runs, and one command after"
        " the other fails.",
        pushing("streaks"),
    ),
    Switch(
        "harmless-deploy",
        "Code",
        "Push a harmless change",
        "A new version that greets in other words is deployed: nothing breaks. Break something"
        " else right after it, and see whether it is accused.",
        push_harmless,
    ),
    Switch(
        "push-fix",
        "Code",
        "Push the fix",
        "The newest bad commit is reverted on main. It is deployed only while auto-deploy is on.",
        push_fix,
    ),
    Switch(
        "stale-cache",
        "Code",
        "Spoil the build cache",
        "A package that is kept from earlier builds is damaged, and a deploy begins: its build"
        " fails, and the version before goes on serving. Repairing clears the cache and deploys"
        " again.",
        spoil_cache,
        clear_cache,
        lambda world: world.service.packages.spoiled,
    ),
    Switch(
        "hanging-build",
        "Code",
        "Hang the build",
        "The registry that packages come from gives no answer, and a deploy begins: it does not"
        " come to its end, and the version before goes on serving.",
        hang_build,
        go_on_building,
        lambda world: world.service.packages.hang,
    ),
)
