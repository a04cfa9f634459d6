"""One row for each act: what must be so before it, what it is done to, how often it was done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count
from types import SimpleNamespace

from bot.adapters.actions.database_check import command
from bot.adapters.budget import Budget
from bot.adapters.postgres import Finding
from bot.adapters.render import Render, render_client
from bot.adapters.render_writes import Verb
from bot.app import parts
from bot.app.allowed import grants, merged
from bot.domain.acts import ACTS
from bot.domain.platform import RELEASED
from bot.domain.variables import DEPLOYS
from bot.settings import House, ServiceConfig
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


async def it_is_suspended(town):
    await town.service.ask_suspend().done.wait()


async def it_runs_again(town):
    if town.service.suspended:
        await town.service.ask_resume().done.wait()
        town.tidied += 1


async def somebody_else_looks(town):
    """In the same way, just before we do."""
    async with render_client(town.url, KEY) as client:
        render = Render(client, may={town.service.id: [Verb.RUN_JOB]})
        await render.start_job(town.service.id, command("DATABASE_URL", "somebody"))


async def it_has_one_instance(town):
    await town.service.ask_scale(1).done.wait()


async def its_variables_are_gone(town):
    for name in VARIABLES:
        town.service.settings.env.pop(name, None)


async def it_runs_without_them(town):
    await its_variables_are_gone(town)
    await town.at_rest()
    await town.deployed(live_commit(town))


def what_runs_has(name, value):
    return lambda town: int(town.service.release.env.get(name) == value)


def variable(name, value):
    return lambda town: int(town.service.settings.env.get(name) == value)


def set_only(name, value):
    is_set, runs = variable(name, value), what_runs_has(name, value)
    return lambda town: is_set(town) and not runs(town)


@dataclass(frozen=True)
class Row:
    """`target` and `done` are asked of the town; `done` counts what really happened there.

    `act` is its name where the row is about its `second` call (the name of that at our client).
    `half` says whether that call alone is missing, `side` where its calls go by; `in_vain` names
    the faults that come before its call leaves, `void` those that cannot befall it.
    """

    done_to: str
    target: Callable[[object], str]
    done: Callable[[object], int]
    seen_by: str
    before: Callable = nothing
    after: Callable = nothing
    mends: bool = True
    act: str = ""
    second: str = ""
    half: Callable[[object], bool] = lambda _: False
    side: Callable[[object], object] = lambda town: town.border
    in_vain: tuple[str, ...] = ("killed before the call",)
    void: tuple[str, ...] = ()


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


# Seconds in which a deploy must follow a variable, and in which PostgreSQL must answer.
HOUSE = {"timings": {"observe_for": 2}, "thresholds": {"database_timeout_seconds": 3}}
VARIABLES = ("LOG_LEVEL", "ASK")
A_NEW_DEPLOY = "a new deploy of that commit is listed, and goes live"
FEATURE = Row(
    "one variable, then the service",
    lambda town: f"ASK=0{DEPLOYS}{live_commit(town)}",
    what_runs_has("ASK", "0"),
    "Render gives that value back, and a deploy with it goes live",
    after=it_runs_without_them,
    half=set_only("ASK", "0"),
)
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
    "suspend": Row(
        "the service",
        lambda town: town.service.id,
        events("service_suspended"),
        "Render says that it is suspended, and no instance runs",
        after=it_runs_again,
    ),
    "resume": Row(
        "the service",
        lambda town: town.service.id,
        lambda town: events("service_resumed")(town) - town.tidied,
        "Render says that it is not suspended, and its deploy goes live",
        it_is_suspended,
        it_runs_again,
    ),
    "scale": Row(
        "the service",
        lambda _: "2",
        lambda town: sum(
            e.type == "instance_count_changed" and e.details["toInstances"] == 2
            for e in town.service.history.events
        ),
        "Render runs that many instances",
        after=it_has_one_instance,
    ),
    "set-variable": Row(
        "one variable",
        lambda _: "LOG_LEVEL=DEBUG",
        variable("LOG_LEVEL", "DEBUG"),
        "Render gives that value back",
        after=its_variables_are_gone,
    ),
    "feature": FEATURE,
    "feature (its deploy)": replace(FEATURE, act="feature", second="deploy"),
    "database-check": Row(
        "the database, from inside the service",
        lambda town: town.service.id,
        lambda town: len(town.jobs),
        "the job has ended and printed what it saw",
        somebody_else_looks,
        mends=False,
    ),
    "end-session": Row(
        "one session of the database",
        lambda town: f"{town.sessions.pid} since {town.sessions.since.isoformat()}",
        lambda town: town.sessions.ended,
        "PostgreSQL does not list that session any more",
        lambda town: town.sessions.begin(),
        lambda town: town.sessions.over(),
        side=lambda town: town.sessions,
        in_vain=("killed before the call", "429"),
        void=("429 after effect",),
    ),
    "restart-database": Row(
        "the database",
        lambda _: DATABASE,
        lambda town: town.database_restarts,
        "PostgreSQL says that it started after the call",
    ),
}


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
    dsn: str
    store: str = ""

    def acts(self):
        """By name, as the program builds them of its settings."""
        config = ServiceConfig(
            name="life-os",
            render_service_id=self.service,
            render_postgres_id=DATABASE,
            database_url=self.dsn,
            acts=ACTS,
            settable=("LOG_LEVEL",),
            features=({"name": "ask", "variable": "ASK", "on": "1", "off": "0", "purpose": "x"},),
        )
        in_no_time = count(step=10).__next__  # what asks us to wait is obeyed at once

        async def sleep(_):
            pass

        render = Render(
            render_client(self.url, KEY),
            may=merged(grants(config)),
            reads=Budget(monotonic=in_no_time),
            sleep=sleep,
        )
        ways = SimpleNamespace(render=render, house=House(**HOUSE))
        probe = FileProbe(self.database_started)
        built = [*parts.its_acts(config, ways), *parts.acts_on_database(config, ways, probe)]
        return {act.name: act for act in built}
