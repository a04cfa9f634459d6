"""Wiring: the only file that knows every adapter. To add one, write it and name it here."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
from pydantic import SecretStr

from bot.adapters.actions.restart import Restart
from bot.adapters.actions.restart_database import RestartDatabase
from bot.adapters.actions.rollback import Rollback
from bot.adapters.archive import Folder
from bot.adapters.budget import Budget
from bot.adapters.checks.http import Http
from bot.adapters.checks.logs import Logs
from bot.adapters.checks.postgres import Postgres
from bot.adapters.checks.render_service import RenderService
from bot.adapters.logbook import start_log
from bot.adapters.postgres import Probe
from bot.adapters.render import Render, render_client
from bot.adapters.sources.database import Database
from bot.adapters.sources.deploys import Deploys
from bot.adapters.sources.logs import RecentLogs
from bot.adapters.sources.service import ServiceState
from bot.adapters.store import open_store
from bot.adapters.ticks import Ticks
from bot.adapters.web import plain_client
from bot.chat.client import MARGIN, POLL, Client, client
from bot.chat.handlers import Handlers
from bot.chat.inbox import Inbox
from bot.chat.introduce import Introduction
from bot.chat.outbox import Outbox
from bot.chat.pacing import Pace, Pacing
from bot.domain.check import Patience
from bot.domain.people import People
from bot.domain.rules import Rules
from bot.flows.act import act
from bot.flows.announce import announce, refresh
from bot.flows.blindness import tell_blindness
from bot.flows.close import close
from bot.flows.engine import Bell, Duty, run
from bot.flows.remind import remind
from bot.flows.triage import triage
from bot.flows.verify import verify
from bot.flows.watch import watch
from bot.ports import Action, Check, Source, Store, World
from bot.settings import House, ServiceConfig, Settings

KEEP = timedelta(days=7)  # of looks, handled updates and delivered lines
LAST_WORDS = 5.0  # seconds to finish what is under way when told to stop


def utcnow() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Parts:
    """What one service brings: its eyes and its hands."""

    checks: tuple[Check, ...] = ()
    sources: tuple[Source, ...] = ()
    actions: tuple[Action, ...] = ()


async def serve(settings: Settings, house: House, pulse: Path) -> None:
    """Run until SIGTERM or SIGINT. Raises Unavailable when the store cannot be opened."""
    start_log(secrets_of(settings))
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with opened(settings, house) as (world, api):
        bell = Bell()
        ticks = looks(world, house, bell)
        duties = [*flows(world), *chat(world, api, house, bell), *chores(world, pulse)]
        engine = asyncio.create_task(run(duties, bell, stop), name="engine")
        ticking = asyncio.create_task(ticks.supervise(), name="ticks")
        await wait_for_the_end(engine, ticking, stop)


async def wait_for_the_end(
    engine: asyncio.Task[None], ticking: asyncio.Task[None], stop: asyncio.Event
) -> None:
    """Told to stop, finish what is under way; raise what ended either of them untold."""
    told = asyncio.create_task(stop.wait(), name="stop")
    done, _ = await asyncio.wait((engine, ticking, told), return_when=asyncio.FIRST_COMPLETED)
    stop.set()
    ticking.cancel()
    await asyncio.wait((engine,), timeout=LAST_WORDS)
    engine.cancel()
    await asyncio.gather(engine, ticking, return_exceptions=True)
    for task in done - {told}:
        task.result()


@asynccontextmanager
async def opened(settings: Settings, house: House) -> AsyncIterator[tuple[World, Client]]:
    """Build the world; everything that was opened is closed at the end."""
    async with AsyncExitStack() as stack:
        store = await open_store(settings.store_url.get_secret_value(), utcnow)
        stack.push_async_callback(store.close)
        web = await stack.enter_async_context(plain_client())
        key = settings.render_api_key.get_secret_value()
        platform = await stack.enter_async_context(render_client(settings.render_api_url, key))
        ids = [id for s in house.services for id in (s.render_service_id, s.render_postgres_id)]
        mine = [id for id in ids if id]
        reads = Budget(house.render.reads_per_minute)
        render = Render(platform, may_touch=mine, reads=reads)
        parts = [parts_of(s, house, render, web, stack) for s in house.services]
        api = client(settings.telegram_bot_token.get_secret_value(), settings.telegram_api_url)
        stack.push_async_callback(api.shutdown)
        yield world_of(settings, house, store, parts), api


def world_of(settings: Settings, house: House, store: Store, parts: Sequence[Parts]) -> World:
    return World(
        store=store,
        checks=[c for p in parts for c in p.checks],
        sources=[s for p in parts for s in p.sources],
        actions=[a for p in parts for a in p.actions],
        archive=Folder(settings.reports_dir),
        chat=settings.telegram_chat_id,
        now=utcnow,
        rules=rules(house),
    )


def parts_of(
    service: ServiceConfig,
    house: House,
    render: Render,
    web: httpx.AsyncClient,
    stack: AsyncExitStack,
) -> Parts:
    """What can be seen and done of a service, by what its settings name."""
    checks: list[Check] = []
    sources: list[Source] = []
    actions: list[Action] = []
    name, id, limits = service.name, service.render_service_id, house.thresholds
    if id:
        start = timedelta(seconds=house.timings.start_within)
        logs = Logs(
            name,
            id,
            render,
            utcnow,
            errors_per_minute=limits.errors_per_minute,
            start_marker=service.start_marker or None,
            start_within=start,
            window=timedelta(seconds=limits.errors_window_seconds),
        )
        checks += [RenderService(name, id, render, utcnow), logs]
        sources += [ServiceState(name, id, render, utcnow), RecentLogs(name, id, render, utcnow)]
        sources += [Deploys(name, id, render, utcnow)]
        actions += [Restart(name, id, render, utcnow), Rollback(name, id, render, utcnow)]
    if service.health_url:
        checks += [Http(name, service.health_url, web, utcnow, slow=limits.http_slow_seconds)]
    if dsn := service.database_url.get_secret_value():
        probe = Probe(dsn, slow=limits.database_slow_seconds)
        stack.callback(probe.close)
        checks += [Postgres(name, probe, utcnow)]
        sources += [Database(name, probe, render, service.render_postgres_id)]
        if hosted := service.render_postgres_id:
            actions += [RestartDatabase(name, hosted, render, probe, utcnow)]
    return Parts(tuple(checks), tuple(sources), tuple(actions))


def rules(house: House) -> Rules:
    people, timings = house.people, house.timings
    checks = {name: getattr(house.checks, name) for name in type(house.checks).model_fields}
    lengths: dict[str, Any] = {
        name: timedelta(seconds=value)
        for name, value in timings.model_dump(exclude={"start_within"}).items()
    }
    chosen = Rules(
        people=People(people.admins, people.responders, people.viewers),
        patience_for={n: Patience(c.failures, c.passes) for n, c in checks.items()},
        zone=ZoneInfo(house.timezone),
        day=house.day,
    )
    return replace(chosen, **lengths)


def looks(world: World, house: House, bell: Bell) -> Ticks:
    """Every check on its own tick: none waits for another, nor for Telegram."""
    ticks = Ticks()
    for check in world.checks:
        every = getattr(house.checks, check.name).every
        ticks.every(f"{check.service}/{check.name}", every, partial(look, world, check, bell))
    return ticks


async def look(world: World, check: Check, bell: Bell) -> None:
    if await watch(world, check):
        bell.ring()
    await tell_blindness(world, check)


def flows(world: World) -> list[Duty]:
    return [
        Duty("announce", partial(announce, world), 2),
        Duty("refresh", partial(refresh, world), 2),
        Duty("triage", partial(triage, world), 2),
        Duty("act", partial(act, world), 1),
        Duty("verify", partial(verify, world), 1),
        Duty("remind", partial(remind, world), 2),
        Duty("close", partial(close, world), 5),
    ]


def chat(world: World, api: Client, house: House, bell: Bell) -> list[Duty]:
    speed = house.telegram
    pace = Pace(
        private=speed.private_per_second,
        group=speed.group_per_minute / 60,
        edit_every=speed.edit_every,
    )
    inbox = Inbox(api, world.store, bell, utcnow)
    outbox = Outbox(api, world.store, Pacing(pace, time.monotonic), utcnow)
    return [
        Duty("inbox", inbox.turn, 3, deadline=POLL + 2 * MARGIN, abrupt=True),
        Duty("handlers", Handlers(world, api, bell).turn, 1),
        Duty("outbox", outbox.turn, 0.5),
        Duty("introduce", Introduction(world, api).turn, 60),
    ]


def chores(world: World, pulse: Path) -> list[Duty]:
    async def beat() -> bool:
        await asyncio.to_thread(pulse.touch)
        return False

    async def prune() -> bool:
        await world.store.prune(world.now() - KEEP)
        return False

    return [Duty("pulse", beat, 10), Duty("prune", prune, 3600)]


def secrets_of(settings: Settings) -> list[str]:
    values: Callable[[SecretStr], str] = SecretStr.get_secret_value
    return [values(v) for _, v in settings if isinstance(v, SecretStr) and values(v)]
