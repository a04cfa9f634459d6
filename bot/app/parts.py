"""What one service brings: its eyes and its hands. To add an adapter, write it and name it here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from bot.adapters.actions.cancel_deploy import CancelDeploy
from bot.adapters.actions.clear_cache import ClearCache
from bot.adapters.actions.database_check import DatabaseCheck
from bot.adapters.actions.deploy import Deploy
from bot.adapters.actions.end_session import EndSession
from bot.adapters.actions.feature import SwitchFeature
from bot.adapters.actions.redeploy import Redeploy
from bot.adapters.actions.restart import Restart
from bot.adapters.actions.restart_database import RestartDatabase
from bot.adapters.actions.resume import Resume
from bot.adapters.actions.rollback import Rollback
from bot.adapters.actions.scale import Scale
from bot.adapters.actions.set_variable import SetVariable
from bot.adapters.actions.suspend import Suspend
from bot.adapters.checks.certificate import Certificate
from bot.adapters.checks.heartbeat import Beat, Heartbeat, RowHeartbeat
from bot.adapters.checks.http import Http
from bot.adapters.checks.job import Job
from bot.adapters.checks.logs import Logs
from bot.adapters.checks.postgres import Postgres
from bot.adapters.checks.reach import Reach
from bot.adapters.checks.render_service import RenderService
from bot.adapters.checks.sql import Sql
from bot.adapters.checks.statuspage import Statuspage
from bot.adapters.checks.telegram_bot import TelegramBot
from bot.adapters.postgres import Probe
from bot.adapters.postgres_health import Limits
from bot.adapters.postgres_session import Sessions
from bot.app.rules import named
from bot.app.sources import database_source, features_of, loop_rule, platform_sources
from bot.app.ways import Ways, utcnow
from bot.ports import Action, Check, Source
from bot.settings import House, Own, ServiceConfig, Upstream

HTTPS = 443
OnThePlatform = Resume | Redeploy | ClearCache | Restart | Rollback | Deploy | Suspend
# Of those that suit alike, what mends one thing goes before what often helps.
ON_THE_PLATFORM: tuple[type[OnThePlatform], ...] = (
    Resume,
    Redeploy,
    ClearCache,
    Restart,
    Rollback,
    Deploy,
    Suspend,
)


@dataclass(frozen=True)
class Parts:
    checks: tuple[Check, ...] = ()
    sources: tuple[Source, ...] = ()
    actions: tuple[Action, ...] = ()


def parts_of(service: ServiceConfig, ways: Ways) -> Parts:
    """What can be seen and done of a service, by what its settings name."""
    hosted = on_the_platform(service, ways) if service.render_service_id else Parts()
    kept = its_database(service, ways) if service.database_url.get_secret_value() else Parts()
    return Parts(
        (*hosted.checks, *its_addresses(service, ways), *kept.checks, *its_own(service, ways)),
        (*hosted.sources, *kept.sources),
        (*hosted.actions, *kept.actions),
    )


def on_the_platform(service: ServiceConfig, ways: Ways) -> Parts:
    name, id, render = service.name, service.render_service_id, ways.render
    limits, timings = ways.house.thresholds, ways.house.timings
    logs = Logs(
        name,
        id,
        render,
        utcnow,
        errors_per_minute=limits.errors_per_minute,
        start_marker=service.start_marker or None,
        start_within=timedelta(seconds=timings.start_within),
        window=timedelta(seconds=limits.errors_window_seconds),
    )
    state = RenderService(
        name,
        id,
        render,
        utcnow,
        loop=loop_rule(ways.house),
        settles_within=timedelta(seconds=timings.start_grace),
        deploy_within=timedelta(seconds=timings.deploy_within),
        memory_share=limits.memory_share,
    )
    return Parts(
        (state, logs),
        tuple(platform_sources(service, ways)),
        tuple(its_acts(service, ways)),
    )


def its_acts(service: ServiceConfig, ways: Ways) -> Iterator[Action]:
    """What can be done on the platform, of what its settings name."""
    at = (service.name, service.render_service_id, ways.render, utcnow)
    timings, polls = ways.house.timings, service.bot_token.get_secret_value()
    if SwitchFeature.name in service.acts and service.features:
        within = timedelta(seconds=timings.observe_for)
        yield SwitchFeature(*at, tuple(features_of(service)), within)
    if Scale.name in service.acts:
        yield Scale(*at, polls=bool(polls) and not service.bot_webhook)
    yield from (act(*at) for act in ON_THE_PLATFORM if act.name in service.acts)
    if CancelDeploy.name in service.acts:
        yield CancelDeploy(*at, within=timedelta(seconds=timings.deploy_within))
    if DatabaseCheck.name in service.acts:
        yield DatabaseCheck(*at, service.database_variable)
    if SetVariable.name in service.acts and service.settable:
        yield SetVariable(*at, service.settable)


def its_addresses(service: ServiceConfig, ways: Ways) -> Iterator[Check]:
    """The health page, its certificate, and the bot that Telegram knows."""
    limits = ways.house.thresholds
    if url := service.health_url:
        slow, within = limits.http_slow_seconds, limits.http_timeout_seconds
        yield Http(service.name, url, ways.web, utcnow, slow=slow, within=within)
        at = urlsplit(url)
        if at.scheme == "https" and at.hostname:
            days = limits.certificate_days
            yield Certificate(service.name, at.hostname, at.port or HTTPS, utcnow, days=days)
    if token := service.bot_token.get_secret_value():
        patience = timedelta(seconds=ways.house.timings.deaf_after)
        base = ways.settings.telegram_api_url
        webhook = service.bot_webhook
        yield TelegramBot(
            service.name, base, token, ways.web, utcnow, patience=patience, webhook=webhook
        )


def its_database(service: ServiceConfig, ways: Ways) -> Parts:
    probe = Probe(
        service.database_url.get_secret_value(),
        slow=ways.house.thresholds.database_slow_seconds,
        within=ways.house.thresholds.database_timeout_seconds,
        expects_writes=service.database_writes,
        limits=limits_of(ways.house),
        on_cut=lambda: ways.soon(f"{service.name}/{Postgres.name}"),
    )
    ways.stack.callback(probe.close)
    return Parts(
        (Postgres(service.name, probe, utcnow),),
        (database_source(service, ways, probe),),
        tuple(acts_on_database(service, ways, probe)),
    )


def acts_on_database(service: ServiceConfig, ways: Ways, probe: Probe) -> Iterator[Action]:
    """The milder first."""
    if EndSession.name in service.acts:
        dsn = service.database_url.get_secret_value()
        within = ways.house.thresholds.database_timeout_seconds
        yield EndSession(service.name, Sessions(dsn, within))
    hosted = service.render_postgres_id
    if hosted and RestartDatabase.name in service.acts:
        yield RestartDatabase(service.name, hosted, ways.render, utcnow, probe)


def limits_of(house: House) -> Limits:
    told = house.thresholds
    return Limits(
        connections_share=told.database_connections_share,
        blocked_for=timedelta(seconds=told.database_blocked_seconds),
        transaction_open_for=timedelta(seconds=told.database_transaction_seconds),
    )


def its_own(service: ServiceConfig, ways: Ways) -> Iterator[Check]:
    """The checks that its settings add."""
    for check in service.checks:
        yield own_check(service, check, ways)


def own_check(service: ServiceConfig, check: Own, ways: Ways) -> Check:
    name, dsn = named(check), service.database_url.get_secret_value()
    match check.kind:
        case "http":
            return Http(
                service.name,
                check.url,
                ways.web,
                utcnow,
                expect=check.status,
                slow=check.slow,
                within=check.within,
                name=name,
                headers={k: v.get_secret_value() for k, v in check.headers.items()},
                contains=check.contains,
                lacks=check.lacks,
                json_path=check.json_path,
                equals=check.equals,
                header=check.header,
                header_equals=check.header_equals,
            )
        case "certificate":
            return Certificate(
                service.name,
                check.host,
                check.port,
                utcnow,
                days=check.days,
                within=check.within,
                name=name,
            )
        case "sql":
            return Sql(
                service.name,
                dsn,
                check.query,
                utcnow,
                equals=check.equals,
                at_least=check.at_least,
                at_most=check.at_most,
                within=check.within,
                name=name,
            )
        case "job":
            id = service.render_service_id
            within = check.within
            return Job(
                service.name, id, ways.render, check.command, utcnow, within=within, name=name
            )
        case "heartbeat":
            last = beats_of(service, name, ways)
            if check.query:
                last = RowHeartbeat(dsn, check.query, within=check.within)
            every, grace = timedelta(seconds=check.expected_every), timedelta(seconds=check.grace)
            return Heartbeat(service.name, name, last, every, grace, utcnow)


def beats_of(
    service: ServiceConfig, check: str, ways: Ways
) -> Callable[[], Awaitable[Beat | None]]:
    """The signs of life that came in over HTTP."""

    async def last() -> Beat | None:
        from bot.inbound.pings import last_beat  # noqa: PLC0415 - only where pings are expected

        found = await last_beat(ways.store, service.name, check)
        return Beat(*found) if found else None

    return last


def upstream_check(upstream: Upstream, ways: Ways) -> Check:
    if page := upstream.status_page:
        return Statuspage(upstream.name, page, ways.web, utcnow, components=upstream.components)
    return Reach(upstream.name, upstream.url, ways.web, utcnow)
