"""Wiring: the only room that knows every adapter, and introduces machines and people."""

from __future__ import annotations

import asyncio
import hmac
import logging
import signal
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from pydantic import SecretStr

from bot.adapters.archive import Folder
from bot.adapters.budget import Budget
from bot.adapters.charts import Drawer
from bot.adapters.github import GitHub, github_client
from bot.adapters.logbook import start_log
from bot.adapters.render import Render, render_client
from bot.adapters.runbooks import load
from bot.adapters.sources.changes import Changes
from bot.adapters.sources.logs import RecentLogs
from bot.adapters.store import open_store
from bot.adapters.store.apart import migrate_apart
from bot.adapters.ticks import Ticks
from bot.adapters.web import plain_client
from bot.adapters.witness import Outside
from bot.app.allowed import allowed
from bot.app.duties import Pulse, chat, chores, flows, name_looks
from bot.app.parts import parts_of, upstream_check
from bot.app.rules import rules
from bot.app.sources import deeper, dependencies
from bot.app.ways import Ways, utcnow
from bot.chat.client import Client, client
from bot.domain.redact import key as set_key
from bot.domain.runbook import Runbook
from bot.flows.engine import Bell, run
from bot.ports import Artist, Model, Store, World
from bot.settings import House, ServiceConfig, Settings

log = logging.getLogger(__name__)

LAST_WORDS = 5.0  # seconds to finish what is under way when told to stop


async def serve(settings: Settings, house: House, pulse: Path) -> None:
    """Run until SIGTERM or SIGINT. Raises Unavailable when the store cannot be opened."""
    start_log(list(secrets_of(settings, house)))
    set_key(key_of_marks(settings))
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    ticks, bell, beat = Ticks(), Bell(), Pulse(pulse)
    async with opened(settings, house, ticks) as (world, api):
        name_looks(world, house, ticks, bell)
        duties = [*flows(world), *chat(world, api, house, bell, ticks), *chores(world, beat)]
        tasks: list[asyncio.Task[None]] = [
            asyncio.create_task(run(duties, bell, stop), name="engine"),
            asyncio.create_task(ticks.supervise(), name="ticks"),
        ]
        if settings.http_port is not None:
            from bot.app.doors import doors  # noqa: PLC0415 - costs memory that a worker can spare

            server = doors(settings, house, world, bell, ticks, beat)
            tasks.append(asyncio.create_task(server.serve(stop), name="inbound"))
        await wait_for_the_end(tasks, stop)


async def wait_for_the_end(tasks: list[asyncio.Task[None]], stop: asyncio.Event) -> None:
    """Told to stop, finish what is under way; raise what ended any of them untold."""
    told = asyncio.create_task(until(stop), name="stop")
    done, _ = await asyncio.wait([*tasks, told], return_when=asyncio.FIRST_COMPLETED)
    stop.set()
    for task in tasks:
        if task.get_name() == "ticks":
            task.cancel()
    await asyncio.wait(tasks, timeout=LAST_WORDS)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()


async def until(stop: asyncio.Event) -> None:
    await stop.wait()


@asynccontextmanager
async def opened(
    settings: Settings, house: House, ticks: Ticks
) -> AsyncIterator[tuple[World, Client]]:
    """Build the world; everything that was opened is closed at the end."""
    async with AsyncExitStack() as stack:
        await migrate_apart(settings.store_url.get_secret_value())
        store = await open_store(settings.store_url.get_secret_value(), utcnow)
        stack.push_async_callback(store.close)
        web = await stack.enter_async_context(plain_client())
        key = settings.render_api_key.get_secret_value()
        platform = await stack.enter_async_context(render_client(settings.render_api_url, key))
        reads = Budget(house.render.reads_per_minute)
        render = Render(platform, may=allowed(house), reads=reads)
        github = await opened_github(settings, house, stack)
        ways = Ways(settings, house, render, web, store, stack, github, ticks.soon)
        api = client(settings.telegram_bot_token.get_secret_value(), settings.telegram_api_url)
        stack.push_async_callback(api.shutdown)
        yield world_of(ways, ticks), api


def world_of(ways: Ways, ticks: Ticks) -> World:
    settings, house = ways.settings, ways.house
    parts = [parts_of(service, ways) for service in house.services]
    upstreams = [upstream_check(upstream, ways) for upstream in house.upstreams]
    checks, its_rules = [*(c for p in parts for c in p.checks), *upstreams], rules(house)
    slow = [source for service in house.services for source in deeper(service, ways)]
    return World(
        store=ways.store,
        checks=checks,
        sources=[
            *(s for p in parts for s in p.sources),
            *(dependencies(service, ways, its_rules, checks) for service in house.services),
        ],
        actions=[a for p in parts for a in p.actions],
        archive=Folder(settings.reports_dir),
        chat=settings.telegram_chat_id,
        now=utcnow,
        rules=its_rules,
        witness=Outside((settings.telegram_api_url, settings.render_api_url), ways.web),
        look_soon=lambda service, check: ticks.soon(f"{service}/{check}"),
        deeper=slow,
        runbooks=known_runbooks(settings),
        model=claude(settings, house, ways.store, ways.stack),
        places={one.name: places_of(one) for one in house.services},
        artist=artist(ways.stack),
        journals=[s for p in parts for s in p.sources if isinstance(s, RecentLogs)],
        diffs=[s for s in slow if isinstance(s, Changes)],
    )


async def opened_github(settings: Settings, house: House, stack: AsyncExitStack) -> GitHub | None:
    """Only where a repository is named: without one there is nothing to ask."""
    if not settings.github_repository and not any(s.repository for s in house.services):
        return None
    client = github_client(settings.github_api_url, settings.github_token.get_secret_value())
    await stack.enter_async_context(client)
    return GitHub(client, utcnow)


def known_runbooks(settings: Settings) -> Sequence[Runbook]:
    """Ours and the user's own; a file that cannot be read is named in the log and left out."""
    loaded = load(settings.runbooks_dir)
    for problem in loaded.problems:
        log.warning("runbook.unread", extra={"why": problem})
    return loaded.runbooks


def claude(settings: Settings, house: House, store: Store, stack: AsyncExitStack) -> Model | None:
    """Without a key the rules alone write the notes, and nothing of it is loaded."""
    key = settings.anthropic_api_key.get_secret_value()
    if not key:
        return None
    from bot.adapters.claude import Claude  # noqa: PLC0415 - costs memory that most can spare
    from bot.domain.narration.spend import Caps  # noqa: PLC0415 - as above
    from bot.views import prompt  # noqa: PLC0415 - as above

    told = house.claude
    model = Claude(
        key,
        prompt,
        store,
        utcnow,
        base_url=settings.anthropic_base_url,
        models=tuple(dict.fromkeys((settings.anthropic_model, told.small_model))),
        caps=Caps.of(told.dollars_a_day, told.dollars_a_month, told.calls_an_incident),
    )
    stack.push_async_callback(model.close)
    return model


def artist(stack: AsyncExitStack) -> Artist:
    """Nothing of it is started or loaded before the first chart."""
    drawer = Drawer()
    stack.callback(drawer.close)
    return drawer


def places_of(service: ServiceConfig) -> Mapping[str, str]:
    """Where a link of a runbook leads to on the dashboard."""
    known = {"service_id": service.render_service_id, "database_id": service.render_postgres_id}
    kind = "web" if service.health_url else "worker"
    return {name: value for name, value in known.items() if value} | {"kind": kind}


def key_of_marks(settings: Settings) -> bytes:
    """Of the marks that stand for secrets: the same in every life, and nowhere beside them."""
    token = settings.telegram_bot_token.get_secret_value()
    return hmac.digest(token.encode(), b"marks of secrets", "sha256")


def secrets_of(settings: Settings, house: House) -> Iterator[str]:
    """Every secret value that was set, for the log to leave out."""
    values: Callable[[SecretStr], str] = SecretStr.get_secret_value
    found = [v for _, v in settings if isinstance(v, SecretStr)]
    for service in house.services:
        found += [service.database_url, service.bot_token]
        for check in service.checks:
            found += [check.token] if check.kind == "heartbeat" else []
            found += check.headers.values() if check.kind == "http" else []
    return (values(v) for v in found if values(v))
