"""One row for each act: what must be so before it, what it is done to, how often it was done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace

from bot.adapters.budget import Budget
from bot.adapters.postgres import Finding
from bot.adapters.render import Render, render_client
from bot.app import parts
from bot.app.allowed import grants, merged
from bot.domain.platform import RELEASED
from bot.settings import House, ServiceConfig
from bot.settings.acts import ACTS
from tests.acts.town import DATABASE, KEY


async def nothing(town):
    """It is as it should be."""


async def a_deploy_takes_long(town):
    town.builds_take(100_000)
    town.service.ask_deploy("new_commit", other_commit(town))


async def it_is_over(town):
    for deploy in town.service.history.unfinished():
        town.service.ask_cancel(deploy.id)
        town.tidied += 1
    town.builds_take(4)


@dataclass(frozen=True)
class Row:
    """`target` and `done` are asked of the town; `done` counts what really happened there."""

    done_to: str
    target: Callable[[object], str]
    done: Callable[[object], int]
    seen_by: str
    before: Callable = nothing
    after: Callable = nothing


def events(kind):
    return lambda town: sum(e.type == kind for e in town.service.history.events)


def deploys(trigger, *statuses):
    def count(town):
        every = town.service.history.deploys.values()
        return sum(d.trigger == trigger and d.status in (statuses or RELEASED) for d in every)

    return count


def other_commit(town):
    live = town.service.history.live.commit.id
    return next(c.id for c in town.service.commits if c.id != live)


def live_commit(town):
    return town.service.history.live.commit.id


def earlier_deploy(town):
    history, commit = town.service.history, other_commit(town)
    return next(
        d.id for d in history.newest_first() if d.status in RELEASED and d.commit.id == commit
    )


A_NEW_DEPLOY = "a new deploy of that commit is listed, and goes live"
ROWS = {
    "restart": Row(
        "the service",
        lambda town: town.service.id,
        events("server_restarted"),
        "Render records the restart, or every instance is new",
    ),
    "rollback": Row(
        "the service",
        earlier_deploy,
        deploys("rollback"),
        "a rollback to that commit is listed, and goes live",
    ),
    "deploy": Row("the service", other_commit, deploys("api"), A_NEW_DEPLOY),
    "redeploy": Row("the service", live_commit, deploys("api"), A_NEW_DEPLOY),
    "clear-cache": Row("the service", live_commit, deploys("api"), A_NEW_DEPLOY),
    "cancel-deploy": Row(
        "the deploy in progress",
        lambda town: town.service.history.unfinished()[0].id,
        lambda town: deploys("new_commit", "canceled")(town) - town.tidied,
        "Render lists that deploy as canceled",
        a_deploy_takes_long,
        it_is_over,
    ),
    "restart-database": Row(
        "the database",
        lambda _: DATABASE,
        lambda town: town.database_restarts,
        "PostgreSQL says that it started after the call",
    ),
}


# It goes to PostgreSQL and not to Render: tests/adapters/test_end_session.py cuts its connection.
ELSEWHERE = {"end-session"}


class FileProbe:
    """PostgreSQL's own time of start, as the town has written it down."""

    def __init__(self, path):
        self.path = path

    async def figures(self):
        started = datetime.fromisoformat(self.path.read_text())
        return Finding("", "answered in 12 ms", 0.012, False, "16.4", 7, 100, started)


@dataclass(frozen=True)
class Place:
    """What a process must know to build the acts: a child is handed it."""

    url: str
    service: str
    database_started: object
    store: str = ""

    def acts(self):
        """By name, as the program builds them of its settings."""
        config = ServiceConfig(
            name="life-os", render_service_id=self.service, render_postgres_id=DATABASE, acts=ACTS
        )
        now = 0.0

        async def sleep(seconds):  # what asks us to wait is obeyed, in no time
            nonlocal now
            now += seconds

        render = Render(
            render_client(self.url, KEY),
            may=merged(grants(config)),
            reads=Budget(60_000, monotonic=lambda: now, sleep=sleep, patience=60),
            sleep=sleep,
        )
        ways = SimpleNamespace(render=render, house=House())
        probe = FileProbe(self.database_started)
        built = [*parts.its_acts(config, ways), *parts.acts_on_database(config, ways, probe)]
        return {act.name: act for act in built}
