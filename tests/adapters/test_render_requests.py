"""Every request of our client is the one that Render's official SDK makes for the same wish."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from render.public_api.models.auto_deploy_trigger import AutoDeployTrigger
from render.public_api.models.create_deploy_body import CreateDeployBody
from render.public_api.models.create_deploy_body_clear_cache import CreateDeployBodyClearCache
from render.public_api.models.env_var_value import EnvVarValue
from render.public_api.models.log_direction import LogDirection
from render.public_api.models.post_job_body import PostJobBody
from render.public_api.models.rollback_deploy_body import RollbackDeployBody
from render.public_api.models.scale_service_body import ScaleServiceBody
from render.public_api.models.service_event_type import ServiceEventType
from render.public_api.models.service_patch import ServicePATCH
from render_requests import Asked, ours, requests, same, theirs

from bot.adapters.render import Render
from bot.adapters.render_writes import Verb
from tests.sandbox.render import render_openapi

SRV, DPG, OWNER = "srv-cu2k7g0gph6c73ffc4h0", "dpg-cu2k7g0gph6c73ffc4h0-a", "tea-1"
SINCE = datetime(2026, 3, 2, 11, 0, 0, 460450, tzinfo=UTC)
UNTIL = datetime(2026, 3, 2, 12, tzinfo=UTC)
WINDOW = {"start_time": SINCE, "end_time": UNTIL}
COMMIT = "a" * 40
JOB = "job-cu2k7g0gph6c73ffc4h0"
MAY = {SRV: Verb, DPG: Verb}
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


def deploying(body: CreateDeployBody, commit: str, **more: bool) -> Wish:
    return Wish(
        {"id": "dep-1"},
        lambda r: r.deploy(SRV, commit, **more),
        "deploys.create_deploy",
        {"service_id": SRV, "body": body},
    )


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
    "variable": Wish(
        {"key": "FEATURE_X", "value": "off"},
        lambda r: r.variable(SRV, "FEATURE_X"),
        "services.retrieve_env_var",
        {"service_id": SRV, "env_var_key": "FEATURE_X"},
    ),
    "jobs": Wish(
        [],
        lambda r: r.jobs(SRV, SINCE),
        "one_off_jobs.list_job",
        {"service_id": SRV, "created_after": SINCE, "limit": 100},
    ),
    "job": Wish(
        {"id": JOB},
        lambda r: r.job(SRV, JOB),
        "one_off_jobs.retrieve_job",
        {"service_id": SRV, "job_id": JOB},
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
    "deploy": deploying(CreateDeployBody(), ""),
    "deploy of a commit": deploying(CreateDeployBody(commit_id=COMMIT), COMMIT),
    "deploy without the cache": deploying(
        CreateDeployBody(clear_cache=CreateDeployBodyClearCache.CLEAR), "", clear_cache=True
    ),
    "cancel_deploy": Wish(
        {"id": "dep-1"},
        lambda r: r.cancel_deploy(SRV, "dep-1"),
        "deploys.cancel_deploy",
        {"service_id": SRV, "deploy_id": "dep-1"},
    ),
    "suspend": Wish(
        None, lambda r: r.suspend(SRV), "services.suspend_service", {"service_id": SRV}
    ),
    "resume": Wish(None, lambda r: r.resume(SRV), "services.resume_service", {"service_id": SRV}),
    "scale": Wish(
        None,
        lambda r: r.scale(SRV, 3),
        "services.scale_service",
        {"service_id": SRV, "body": ScaleServiceBody(num_instances=3)},
    ),
    "set_variable": Wish(
        {"key": "FEATURE_X", "value": "off"},
        lambda r: r.set_variable(SRV, "FEATURE_X", "off"),
        "services.update_env_var",
        {"service_id": SRV, "env_var_key": "FEATURE_X", "body": EnvVarValue(value="off")},
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
UNDECLARED = b"autoDeployTrigger"


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
    (sent,) = await ours(wish.answer, wish.call, MAY)
    same(sent, theirs(wish.operation, **wish.arguments))


@pytest.mark.skipif(not render_openapi.available(), reason="the OpenAPI is not at hand")
@pytest.mark.parametrize("name", WISHES)
async def test_we_ask_as_the_description_says(name):
    wish = WISHES[name]
    (sent,) = await requests(wish.answer, wish.call, MAY)
    path = sent.url.path.removeprefix("/v1")
    if path.startswith("/services") and UNDECLARED in sent.content:
        return  # the description is older than the field (real answers have it)
    render_openapi.check_request(sent.method, path, sent.url.query.decode(), sent.content)


@pytest.fixture
async def sent():
    wish = WISHES["logs"]
    (sent,) = await ours(wish.answer, wish.call, MAY)
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


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("roll_back", None),
        ("roll_back", {}),
        ("roll_back", {"deployId": 1}),
        ("roll_back", {"deployID": "dep-1"}),
        ("deploy of a commit", {"clearCache": "do_not_clear", "commitID": COMMIT}),
        ("deploy of a commit", {"clearCache": "do_not_clear"}),
        ("deploy without the cache", {"clearCache": "do_not_clear"}),
        ("deploy without the cache", {"clearCache": True}),
        ("cancel_deploy", {}),
        ("scale", {"numInstances": 2}),
        ("scale", {"instances": 3}),
        ("set_variable", {"value": "on"}),
        ("set_variable", [{"key": "FEATURE_X", "value": "off"}]),
    ],
)
async def test_another_body_is_not_the_same(name, body):
    wish = WISHES[name]
    (sent,) = await ours(wish.answer, wish.call, MAY)
    with pytest.raises(AssertionError):
        same(replace(sent, body=body), theirs(wish.operation, **wish.arguments))
