"""The house rules, as the settings have them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.domain.check import Patience
from bot.domain.oncall import Member, Rung
from bot.domain.people import People
from bot.domain.rules import Autopilot, Rules
from bot.settings import House, Own, ServiceConfig

NOT_RULES = {"start_within", "deaf_after", "loop_within"}  # timings that only one check needs
AT_ONCE = Patience(failures=1, passes=1)  # of what another system has judged already


def rules(house: House) -> Rules:
    people, timings = house.people, house.timings
    lengths: dict[str, Any] = {
        name: timedelta(seconds=value)
        for name, value in timings.model_dump(exclude=NOT_RULES).items()
    }
    upstreams = tuple(u.name for u in house.upstreams)
    members = {m.name: Member(m.id, m.name) for m in house.roster}
    chosen = Rules(
        people=People(people.admins, people.responders, people.viewers),
        patience_for=dict(patiences(house)),
        severity_for={
            f"{s.name}/{named(c)}": c.severity for s, c in own_checks(house) if c.severity
        },
        upstreams=frozenset(upstreams),
        leans_on={
            s.name: upstreams if s.depends_on is None else s.depends_on for s in house.services
        },
        zone=ZoneInfo(house.timezone),
        day=house.day,
        quiet=house.quiet,
        two_people=frozenset(house.two_people),
        dry_run=house.dry_run,
        autopilot=autopilot(house),
        daily_at=None if house.daily_at < 0 else house.daily_at,
        roster=tuple(members.values()),
        escalation=tuple(
            Rung(timedelta(seconds=r.after), members.get(r.who), r.chat) for r in house.escalation
        ),
    )
    return replace(chosen, **lengths)


def autopilot(house: House) -> Autopilot:
    told = house.autopilot
    after = timedelta(minutes=told.after_minutes)
    return Autopilot(frozenset(told.acts), after, told.a_day, frozenset(told.severities))


def patiences(house: House) -> Iterator[tuple[str, Patience]]:
    """By kind, and by "service/check" for those that say otherwise."""
    yield "alert", AT_ONCE
    kinds = {name: getattr(house.checks, name) for name in type(house.checks).model_fields}
    for kind, told in kinds.items():
        yield kind, Patience(told.failures, told.passes)
    for service, check in own_checks(house):
        told = kinds[check.kind]
        looks = Patience(check.failures or told.failures, check.passes or told.passes)
        yield f"{service.name}/{named(check)}", looks


def own_checks(house: House) -> Iterator[tuple[ServiceConfig, Own]]:
    return ((service, check) for service in house.services for check in service.checks)


def named(check: Own) -> str:
    return f"{check.kind}:{check.name}"
