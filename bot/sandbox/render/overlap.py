"""What becomes of the other deploys of a service when a new one is asked for.

There are two policies (docs/deploys): "wait" lets the deploy at hand end, and of those that wait
only the latest stays; "override" cancels the deploy at hand as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.render.state import Deploy
from bot.sandbox.render.work import Job

if TYPE_CHECKING:
    from bot.sandbox.render.service import Service


def must_wait(service: Service) -> bool:
    return service.line.busy and not _gives_way(service, service.line.current)


def make_way(service: Service, newer: Deploy) -> None:
    current = service.line.current
    for job in service.line.jobs("deploy"):
        if job is not current or _gives_way(service, job):
            service.history.supersede(job.about, newer.id)
            service.line.give_up(job)


def _gives_way(service: Service, job: Job | None) -> bool:
    overrides = service.settings.overlap_policy == "override"
    return overrides and job is not None and job.name == "deploy"
