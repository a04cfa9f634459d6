"""Every request of our client is the one that Render's official SDK makes for the same wish."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from render.public_api.models.auto_deploy_trigger import AutoDeployTrigger
from render.public_api.models.log_direction import LogDirection
from render.public_api.models.post_job_body import PostJobBody
from render.public_api.models.rollback_deploy_body import RollbackDeployBody
from render.public_api.models.service_event_type import ServiceEventType
from render.public_api.models.service_patch import ServicePATCH
from render_requests import Asked, ours, same, theirs

from bot.adapters.render import Render

SRV, DPG, OWNER = "srv-cu2k7g0gph6c73ffc4h0", "dpg-cu2k7g0gph6c73ffc4h0-a", "tea-1"
SINCE = datetime(2026, 3, 2, 11, 0, 0, 460450, tzinfo=UTC)
UNTIL = datetime(2026, 3, 2, 12, tzinfo=UTC)
WINDOW = {"start_time": SINCE, "end_time": UNTIL}
METRICS = ("cpu", "cpu_limit", "memory", "memory_limit", "http_requests", "http_latency")

SERVICE = {"id": SRV, "name": "life-os", "type": "web_service", "ownerId": OWNER}
HOSTED = {**SERVICE, "suspended": "not_suspended", "autoDeployTrigger": "off"}
DATABASE = {"id": DPG, "name": "db", "status": "available"}
LOGS = {"hasMore": False, "nextStartTime": "", "nextEndTime": "", "logs": []}


@dataclass(frozen=True)
class Wish:
    """A call of ours, the answer it gets, and the SDK's operation with its arguments."""

    answer: object
    call: Callable[[Render], Any]
    operation: str
    arguments: dict[str, Any]


def metric(name: str) -> Wish:
    # The step is left to the platform: its default is the one that the SDK writes out.
    arguments = {"resource": SRV, "resolution_seconds": None, **WINDOW}
    path = name.replace("_", "-")
    return Wish([], lambda r: r.metrics(path, SRV, SINCE, UNTIL), f"metrics.get_{name}", arguments)


WISHES = {
    "service": Wish(
        HOSTED, lambda r: r.service(SRV), "services.retrieve_service", {"service_id": SRV}
    ),
    "owner": Wish(HOSTED, lambda r: r.owner(SRV), "services.retrieve_service", {"service_id": SRV}),
    "deploys": Wish(
        [], lambda r: r.deploys(SRV, 7), "deploys.list_deploys", {"service_id": SRV, "limit": 7}
    ),
    "events": Wish(
        [],
        lambda r: r.events(SRV, SINCE, UNTIL),
        "services.list_events",
        {"service_id": SRV, "limit": 100, **WINDOW},
    ),
    "events of one kind": Wish(
        [],
        lambda r: r.events(SRV, SINCE, UNTIL, kind="server_failed"),
        "services.list_events",
        {
            "service_id": SRV,
            "limit": 100,
            "type_": ServiceEventType.SERVER_FAILED,
            **WINDOW,
        },
    ),
    "instances": Wish(
        [], lambda r: r.instances(SRV), "services.list_instances", {"service_id": SRV}
    ),
    "logs": Wish(
        LOGS,
        lambda r: r.logs(OWNER, SRV, SINCE, UNTIL, at_most=100),
        "logs.list_logs",
        {
            "owner_id": OWNER,
            "resource": [SRV],
            "direction": LogDirection.BACKWARD,
            "limit": 100,
            **WINDOW,
        },
    ),
    **{f"metrics {name}": metric(name) for name in METRICS},
    "postgres": Wish(
        DATABASE, lambda r: r.postgres(DPG), "postgres.retrieve_postgres", {"postgres_id": DPG}
    ),
    "variables": Wish(
        [],
        lambda r: r.variables(SRV),
        "services.get_env_vars_for_service",
        {"service_id": SRV, "limit": 100},
    ),
    "jobs": Wish(
        [],
        lambda r: r.jobs(SRV, SINCE),
        "one_off_jobs.list_job",
        {"service_id": SRV, "created_after": SINCE, "limit": 100},
    ),
    "job": Wish(
        {"id": "job-1"},
        lambda r: r.job(SRV, "job-1"),
        "one_off_jobs.retrieve_job",
        {"service_id": SRV, "job_id": "job-1"},
    ),
    "start_job": Wish(
        {"id": "job-1"},
        lambda r: r.start_job(SRV, "python -m check"),
        "one_off_jobs.post_job",
        {"service_id": SRV, "body": PostJobBody(start_command="python -m check")},
    ),
    "restart": Wish(
        None, lambda r: r.restart(SRV), "services.restart_service", {"service_id": SRV}
    ),
    "roll_back": Wish(
        None,
        lambda r: r.roll_back(SRV, "dep-1"),
        "deploys.rollback_deploy",
        {"service_id": SRV, "body": RollbackDeployBody(deploy_id="dep-1")},
    ),
    "restart_postgres": Wish(
        None,
        lambda r: r.restart_postgres(DPG),
        "postgres.restart_postgres",
        {"postgres_id": DPG},
    ),
    "set_auto_deploy": Wish(
        HOSTED,
        lambda r: r.set_auto_deploy(SRV, "off"),
        "services.update_service",
        {"service_id": SRV, "body": ServicePATCH(auto_deploy_trigger=AutoDeployTrigger.OFF)},
    ),
}
"""By the method of ours, and what sets one use of it apart from another."""

SENDS_NOTHING = {"close"}


def test_every_method_is_covered():
    methods = {
        name
        for name, one in inspect.getmembers(Render, inspect.isfunction)
        if not name.startswith("_")
    }
    assert methods == {name.split(" ")[0] for name in WISHES} | SENDS_NOTHING


@pytest.mark.parametrize("name", WISHES)
async def test_we_ask_as_the_sdk_does(name):
    wish = WISHES[name]
    (sent,) = await ours(wish.answer, wish.call, (SRV, DPG))
    same(sent, theirs(wish.operation, **wish.arguments))


@pytest.fixture
async def sent():
    wish = WISHES["logs"]
    (sent,) = await ours(wish.answer, wish.call, (SRV, DPG))
    return sent


@pytest.mark.parametrize(
    "change",
    [
        lambda sent: replace(sent, method="POST"),
        lambda sent: replace(sent, path=f"{sent.path}/values"),
        lambda sent: replace(sent, query=sent.query | {("sort", "up")}),
        lambda sent: replace(sent, query=sent.query - {("ownerId", OWNER)}),
        lambda sent: replace(
            sent, query=sent.query - {("direction", "backward")} | {("direction", "down")}
        ),
        lambda sent: replace(
            sent, query=sent.query - {("startTime", SINCE)} | {("startTime", UNTIL)}
        ),
        lambda sent: replace(sent, body={}),
    ],
    ids=["method", "path", "unknown", "missing", "value", "time", "body"],
)
def test_another_request_is_not_the_same(sent: Asked, change):
    wish = WISHES["logs"]
    expected = theirs(wish.operation, **wish.arguments)
    same(sent, expected)
    with pytest.raises(AssertionError):
        same(change(sent), expected)


@pytest.mark.parametrize("body", [None, {}, {"deployId": 1}, {"deployID": "dep-1"}])
async def test_another_body_is_not_the_same(body):
    wish = WISHES["roll_back"]
    (sent,) = await ours(wish.answer, wish.call, (SRV, DPG))
    with pytest.raises(AssertionError):
        same(replace(sent, body=body), theirs(wish.operation, **wish.arguments))
