"""Which writes the platform may be asked for: by id, from the acts and checks of the settings."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from bot.adapters.render_writes import May, Verb
from bot.settings import House, ServiceConfig

OF_SERVICE: Mapping[str, Collection[Verb]] = {
    "restart": (Verb.RESTART,),
    "rollback": (Verb.ROLL_BACK, Verb.SET_AUTO_DEPLOY),
    "deploy": (Verb.DEPLOY,),
    "redeploy": (Verb.DEPLOY,),
    "clear-cache": (Verb.DEPLOY,),
    "cancel-deploy": (Verb.CANCEL_DEPLOY,),
    "suspend": (Verb.SUSPEND,),
    "resume": (Verb.RESUME,),
    "scale": (Verb.SCALE,),
    "set-variable": (Verb.SET_VARIABLE,),
    "feature": (Verb.SET_VARIABLE, Verb.DEPLOY),
    "restart-database": (),
    "end-session": (),
    "database-check": (Verb.RUN_JOB,),
}
"""What an act asks of the service."""

OF_DATABASE: Mapping[str, Collection[Verb]] = {"restart-database": (Verb.RESTART_POSTGRES,)}
"""What an act asks of the database; a session is ended over its own connection."""


def allowed(house: House) -> May:
    """What its acts and its checks need, and nothing else."""
    return merged(grant for service in house.services for grant in grants(service))


def allowed_to_look(house: House) -> May:
    """What its checks need: a look may start a one-off job."""
    return merged(grant for service in house.services for grant in of_checks(service))


def grants(service: ServiceConfig) -> Iterator[tuple[str, Collection[Verb]]]:
    yield from of_checks(service)
    for act in service.acts:
        yield service.render_service_id, OF_SERVICE[act]
        yield service.render_postgres_id, OF_DATABASE.get(act, ())


def of_checks(service: ServiceConfig) -> Iterator[tuple[str, Collection[Verb]]]:
    if any(check.kind == "job" for check in service.checks):
        yield service.render_service_id, (Verb.RUN_JOB,)


def merged(grants: Iterable[tuple[str, Collection[Verb]]]) -> May:
    found: dict[str, frozenset[Verb]] = {}
    for id, verbs in grants:
        if id and verbs:
            found[id] = found.get(id, frozenset()) | frozenset(verbs)
    return found
