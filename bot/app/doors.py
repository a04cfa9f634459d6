"""The web server for what others tell us: wired only when a port is set."""

from __future__ import annotations

from functools import partial

from bot.adapters.ticks import Ticks
from bot.app.duties import Pulse, report
from bot.app.rules import named
from bot.flows.engine import Bell
from bot.inbound.health import Health
from bot.inbound.pings import Named
from bot.inbound.server import Inbound
from bot.ports import World
from bot.settings import House, Settings


def doors(  # noqa: PLR0917 - it introduces them all to each other
    settings: Settings, house: House, world: World, bell: Bell, ticks: Ticks, pulse: Pulse
) -> Inbound:
    """Raises ValueError, with a sentence for people, when a secret is too weak."""

    async def look_now(id: str) -> None:
        for service in house.services:
            if id in {service.render_service_id, service.render_postgres_id}:
                kind = "service" if id == service.render_service_id else "postgres"
                ticks.soon(f"{service.name}/{kind}")

    return Inbound(
        world,
        bell,
        settings.http_port or 0,
        health=lambda: Health(ticks_age=ticks.age, engine_age=pulse.age),
        host=house.inbound.host,
        pings=pings(house),
        render_secret=settings.render_webhook_secret.get_secret_value(),
        look_now=look_now,
        alert_token=settings.alert_token.get_secret_value(),
        report=partial(report, world, bell),
        metrics_token=settings.metrics_token.get_secret_value(),
    )


def pings(house: House) -> dict[str, Named]:
    return {
        check.token.get_secret_value(): Named(service.name, named(check))
        for service in house.services
        for check in service.checks
        if check.kind == "heartbeat" and check.token.get_secret_value()
    }
