"""Whole nights: the real watchdog process against the practice world, over HTTP only."""

import asyncio
import json
import random
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from bot import cli
from bot.sandbox.nights import NIGHTS
from bot.sandbox.nights.story import BROKEN, PAGED, Story
from bot.sandbox.play import play
from bot.sandbox.world import PracticeWorld

pytestmark = pytest.mark.timeout(600)

SPEED = 200.0
WHOLE = (  # bad-deploy is played on the chat page, and with kills
    ("crash", "postgres"),
    ("database-down", "postgres"),
    ("nothing-wrong", "sqlite"),
)
FASTER = {"nothing-wrong": 240.0}  # a night of mere waiting
KILLS = (("crash", "sqlite", 4), ("bad-deploy", "sqlite", 3), ("bad-deploy", "postgres", 3))
STEPS = {
    "crash": (BROKEN, "the process has died", "a restart is offered"),
    "bad-deploy": ("it is live", "it crashes", "a rollback is offered"),
}
LATER = (
    PAGED,
    "Ann says yes",
    "the platform is asked",
    "its effect is looked for",
)


@pytest.mark.parametrize(("night", "store"), WHOLE)
async def test_every_night_ends_as_it_should(night, store):
    """With its whole proof; `make nights` plays all of them on both stores."""
    speed = FASTER.get(night, SPEED)
    played = await play(night, speed=speed, store=store, told=lambda _: None)
    assert played.ok, "\n".join([played.why, *played.watchdog_log[-60:]])


@pytest.mark.parametrize(("night", "store", "kills"), KILLS)
async def test_killed_at_any_moment_the_story_still_ends(night, store, kills):
    """Ten kills in three nights, each at a random moment after a random step of the story."""
    dice, steps = random.Random(f"{night} {store}"), (*STEPS[night], *LATER)
    moments = [(dice.choice(steps), dice.uniform(0, 1.5)) for _ in range(kills)]
    async with PracticeWorld(SPEED, store=store) as world:
        story, one = Story(world), asyncio.Lock()
        killers = [asyncio.create_task(kill(story, one, *moment)) for moment in moments]
        try:
            await NIGHTS[night].play(story)
        except Exception as error:
            error.add_note("\n".join(f"{at:6.1f} {what}" for at, what in story.marks))
            error.add_note("\n".join(list(world.watchdog.log)[-80:]))
            raise
        finally:
            for killer in killers:
                killer.cancel()
        assert story.killed == kills
        assert world.watchdog.starts == kills + 1


async def kill(story, one, step, delay):
    while all(what != step for _, what in story.marks):
        await asyncio.sleep(0.02)
    await asyncio.sleep(delay)
    async with one:  # each kills a life of its own
        lives = story.world.watchdog.starts
        story.kill_watchdog()
        while story.world.watchdog.starts == lives:
            await asyncio.sleep(0.02)


def test_the_command_line_names_the_nights_and_refuses_what_it_does_not_know():
    listed = sandbox("--list", "--json")
    assert set(json.loads(listed.stdout)) == set(NIGHTS)
    refused = sandbox("--night", "full-moon", "--auto")
    assert refused.returncode == 2
    assert "There is no night 'full-moon'" in refused.stderr
    for args, said in (
        (["--auto"], "--auto needs --night"),
        (["--store", "paper"], "--store takes sqlite or postgres"),
    ):
        ended = CliRunner().invoke(cli.app, ["sandbox", *args])
        assert ended.exit_code == 2
        assert said in ended.stderr


def sandbox(*args):
    command = [sys.executable, "-m", "bot", "sandbox", *args]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
