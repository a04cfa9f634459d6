"""The state of a service in one word and at one glance, for the page and for the nights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.render.history import deploy_in_short
from bot.sandbox.render.times import now, stamp

if TYPE_CHECKING:
    from bot.sandbox.render.service import Service

SHOWN_DEPLOYS = 5
WORKING = {"deploy": "deploying", "restart": "restarting"}


class Condition:
    """The word, and since when it holds."""

    def __init__(self) -> None:
        self.word, self.since = "stopped", now()

    def look(self, service: Service) -> None:
        word = _word(service)
        if word != self.word:
            self.word, self.since = word, now()


def snapshot(service: Service) -> dict[str, object]:
    deploys = service.history.newest_first()
    return {
        "id": service.id,
        "name": service.name,
        "state": service.condition.word,
        "since": stamp(service.condition.since),
        **_usage(service),
        "memory_limit_bytes": service.spec.memory_limit,
        "instances": [one.id for one in service.instances],
        "leaving": [one.id for one in service.fleet.leaving],
        "restarts": service.restarts,
        "suspended": service.suspended,
        "auto_deploy": service.settings.auto_deploy_trigger,
        "deploy": deploy_in_short(service.history.latest),
        "deploys": [deploy_in_short(one) for one in deploys[:SHOWN_DEPLOYS]],
    }


def _usage(service: Service) -> dict[str, object]:
    running = [one for one in service.instances if one.running]
    samples = [service.meter.latest(one.id) for one in running]
    return {
        "pid": next((one.process.pid for one in running if one.process), None),
        "memory_bytes": sum(one.memory for one in samples if one),
        "cpu": round(sum(one.cpu for one in samples if one), 3),
    }


def _word(service: Service) -> str:
    if service.suspended:
        return "suspended"
    current = service.line.current
    if current is not None and current.name in WORKING:
        return WORKING[current.name]
    if not service.serving:
        return "stopped"
    if any(one.healthy for one in service.serving):
        return "running"
    return "starting" if any(one.running for one in service.serving) else "crashed"
