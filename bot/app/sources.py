"""What is asked when something fails: first what answers at once, then what takes longer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

from bot.adapters.postgres import Probe
from bot.adapters.sources.changes import Changes
from bot.adapters.sources.database import Database
from bot.adapters.sources.dependencies import Dependencies, Leaned
from bot.adapters.sources.deploys import Deploys
from bot.adapters.sources.environment import Environment
from bot.adapters.sources.logs import RecentLogs
from bot.adapters.sources.metrics import Metrics
from bot.adapters.sources.service import ServiceState
from bot.adapters.sources.similar import SimilarIncidents
from bot.adapters.sources.variables import Variables
from bot.app.ways import Ways, utcnow
from bot.domain.features import Feature
from bot.domain.incident import Incident
from bot.domain.platform import LoopRule
from bot.domain.rules import Rules
from bot.domain.severity import kind_of
from bot.domain.why.dependencies import Sort
from bot.ports import Check, Source
from bot.settings import House, ServiceConfig

PLATFORM = "render"  # the upstream that is the platform itself
SHORTEST = 300.0  # seconds that a look at an upstream counts for
STANDS = frozenset({"service", "http", "postgres", "telegram"})  # say how a service stands


def platform_sources(service: ServiceConfig, ways: Ways) -> Iterator[Source]:
    name, id, render = service.name, service.render_service_id, ways.render
    yield ServiceState(name, id, render, utcnow, loop_rule(ways.house))

    async def recent(most: int) -> Sequence[Incident]:
        return await ways.store.recent(most)

    yield RecentLogs(name, id, render, utcnow, recent)
    yield Deploys(name, id, render, utcnow)
    if names := variables_of(service):
        yield Variables(name, id, render, names)


def variables_of(service: ServiceConfig) -> tuple[str, ...]:
    """Those that its acts may set, and that are therefore read; no other value ever is."""
    settable = service.settable if "set-variable" in service.acts else ()
    switches = (f.variable for f in service.features if "feature" in service.acts)
    return tuple(dict.fromkeys((*settable, *switches)))


def features_of(service: ServiceConfig) -> Iterator[Feature]:
    return (Feature(**one.model_dump()) for one in service.features)


def loop_rule(house: House) -> LoopRule:
    """What the check and the evidence call a crash loop is one thing."""
    return LoopRule(house.thresholds.loop_failures, timedelta(seconds=house.timings.loop_within))


def database_source(service: ServiceConfig, ways: Ways, probe: Probe) -> Source:
    return Database(service.name, probe, ways.render, service.render_postgres_id)


def dependencies(
    service: ServiceConfig, ways: Ways, rules: Rules, checks: Iterable[Check]
) -> Source:
    leaned = tuple(leans_on(service, ways.house, rules, tuple(checks)))
    return Dependencies(service.name, leaned, ways.store, rules, utcnow)


def leans_on(
    service: ServiceConfig, house: House, rules: Rules, checks: tuple[Check, ...]
) -> Iterator[Leaned]:
    """Its database, the platform that runs it, and what its settings say."""
    if service.database_url.get_secret_value():
        looks = ((service.name, "postgres"),)
        yield Leaned("database", Sort.DATABASE, looks, fresh_for=fresh("postgres", house))
    upstreams = {one.name: one for one in house.upstreams}
    hosted = (PLATFORM,) if service.render_service_id and PLATFORM in upstreams else ()
    for name in dict.fromkeys((*rules.roots(service.name), *hosted)):
        if upstream := upstreams.get(name):
            kind = "statuspage" if upstream.status_page else "reach"
            sort = Sort.PLATFORM if name == PLATFORM else Sort.UPSTREAM
            yield Leaned(name, sort, ((name, kind),), upstream.components, fresh(kind, house))
        else:
            own = [c for c in checks if c.service == name and kind_of(c.name) in STANDS]
            yield Leaned(name, Sort.SERVICE, tuple((name, c.name) for c in own))


def fresh(kind: str, house: House) -> timedelta:
    return timedelta(seconds=max(SHORTEST, 3 * getattr(house.checks, kind).every))


def deeper(service: ServiceConfig, ways: Ways) -> Iterator[Source]:
    """What takes longer, asked when the first look is done."""
    name, id = service.name, service.render_service_id
    if id:
        repo = repository(service, ways)
        yield Changes(name, id, ways.render, utcnow, ways.github if repo else None, repo)
        yield Environment(name, id, ways.render, service.required)
        yield Metrics(name, id, ways.render, utcnow)
    yield SimilarIncidents(name, ways.store, utcnow)


def repository(service: ServiceConfig, ways: Ways) -> str:
    """Its own, else the one of the environment where that can only mean this service."""
    alone = len(ways.house.services) == 1
    return service.repository or (ways.settings.github_repository if alone else "")
