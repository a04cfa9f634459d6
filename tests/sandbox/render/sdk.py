"""Render's official SDK as a second reader: which of its operations speaks for which call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import httpx
import render_openapi
from emulated_render import KEY, NO_TLS
from render.public_api.client import AuthenticatedClient

Ids = SimpleNamespace
Arguments = dict[str, Any]


NULLS = (b'"finishedAt":null', b'"status":null')
"""What Render was seen to answer (a deploy) or documents (a job), and its own SDK cannot read."""


class WithoutNulls(httpx.AsyncHTTPTransport):
    """Takes the known nulls, and nothing else, out of an answer before the SDK reads it."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await super().handle_async_request(request)
        body = await answer.aread()
        for null in NULLS:
            body = body.replace(null + b",", b"").replace(b"," + null, b"")
        headers = {**answer.headers, "content-length": str(len(body))}
        return httpx.Response(answer.status_code, headers=headers, content=body)


def client_of(
    base: str, key: str = KEY, transport: httpx.AsyncBaseTransport | None = None, **hooks: Any
) -> AuthenticatedClient:
    """Raises on every status that the SDK does not know at an operation."""
    transport = transport or WithoutNulls(verify=NO_TLS)
    return AuthenticatedClient(
        base_url=base,
        token=key,
        raise_on_unexpected_status=True,
        verify_ssl=NO_TLS,
        httpx_args={"trust_env": False, "transport": transport, "event_hooks": hooks},
    )


async def check_both(answer: httpx.Response) -> None:
    """Hold the request and the answer against the OpenAPI, where that is at hand."""
    await answer.aread()
    if not render_openapi.available():
        return
    asked = answer.request
    path = asked.url.path.removeprefix("/render/v1")
    render_openapi.check_request(asked.method, path, asked.url.query.decode(), asked.content)
    render_openapi.check(asked.method, path, answer.status_code, answer.content)


@cache
def operation(name: str) -> Any:
    """`services.restart_service`"""
    return import_module(f"render.public_api.api.{name}")


def model(name: str, /, **fields: Any) -> Any:
    """`("scale_service_body", numInstances=2)`, from the JSON that it stands for."""
    return _kind(name).from_dict(fields)


def said(name: str, value: str) -> Any:
    """A member of one of the SDK's enumerations."""
    return _kind(name)(value)


def _kind(name: str) -> Any:
    module, spelled = import_module(f"render.public_api.models.{name}"), name.replace("_", "")
    return next(one for key, one in vars(module).items() if key.lower() == spelled)


@dataclass(frozen=True)
class Drive:
    """How the SDK makes one call, the status it gets, and whether a body comes with it."""

    operation: str
    status: int
    arguments: Callable[[Ids], Arguments] = lambda _: {}
    body: bool = True

    async def ask(self, client: AuthenticatedClient, ids: Ids) -> Any:
        call = operation(self.operation).asyncio_detailed
        return await call(client=client, **self.arguments(ids))


def service(ids: Ids) -> Arguments:
    return {"service_id": ids.service}


def postgres(ids: Ids) -> Arguments:
    return {"postgres_id": ids.postgres}


def webhook(ids: Ids) -> Arguments:
    return {"webhook_id": ids.webhook}


def run(ids: Ids) -> Arguments:
    return {"maintenance_run_id": ids.run}


def job(ids: Ids) -> Arguments:
    return {**service(ids), "job_id": ids.job}


def variable(ids: Ids) -> Arguments:
    return {**service(ids), "env_var_key": ids.key}


def logs(ids: Ids) -> Arguments:
    return {"owner_id": ids.owner, "resource": [ids.service, ids.postgres]}


def window() -> Arguments:
    now = datetime.now(UTC)
    return {"start_time": now - timedelta(minutes=30), "end_time": now + timedelta(minutes=1)}


NEW_WEBHOOK = {"name": "new", "url": "http://127.0.0.1:9/hook", "enabled": False}
SERVICE, POSTGRES = "/services/{service_id}", "/postgres/{database_id}"
WEBHOOK, RUN = "/webhooks/{webhook_id}", "/maintenance/{run_id}"

DRIVES = {
    ("GET", "/owners"): Drive("workspaces.list_owners", 200, lambda _: {"limit": 5}),
    ("GET", "/users"): Drive("users.get_user", 200),
    ("GET", "/services"): Drive(
        "services.list_services",
        200,
        lambda i: {"name": ["life-os", "other"], "owner_id": [i.owner], "include_previews": True},
    ),
    ("GET", SERVICE): Drive("services.retrieve_service", 200, service),
    ("GET", f"{SERVICE}/deploys"): Drive(
        "deploys.list_deploys",
        200,
        lambda i: {
            **service(i),
            "status": [said("deploy_status", one) for one in ("live", "deactivated")],
        },
    ),
    ("GET", f"{SERVICE}/deploys/{{deploy_id}}"): Drive(
        "deploys.retrieve_deploy", 200, lambda i: {**service(i), "deploy_id": i.deploy}
    ),
    ("GET", f"{SERVICE}/instances"): Drive("services.list_instances", 200, service),
    ("GET", f"{SERVICE}/events"): Drive(
        "services.list_events",
        200,
        lambda i: {
            **service(i),
            **window(),
            "type_": said("service_event_type", "deploy_ended"),
            "limit": 100,
        },
    ),
    ("GET", "/events/{event_id}"): Drive(
        "events.retrieve_event", 200, lambda i: {"event_id": i.event}
    ),
    ("GET", "/logs"): Drive(
        "logs.list_logs",
        200,
        lambda i: {**logs(i), **window(), "direction": said("log_direction", "forward")},
    ),
    ("GET", "/logs/values"): Drive(
        "logs.list_logs_values",
        200,
        lambda i: {**logs(i), "label": said("list_logs_values_label", "instance")},
    ),
    ("GET", "/metrics/{name}"): Drive(
        "metrics.get_memory", 200, lambda i: {"resource": i.service, **window()}
    ),
    ("GET", f"{SERVICE}/env-vars"): Drive("services.get_env_vars_for_service", 200, service),
    ("PUT", f"{SERVICE}/env-vars"): Drive(
        "services.update_env_vars_for_service",
        200,
        lambda i: {
            **service(i),
            "body": [
                model("env_var_key_value", key=i.key, value="1"),
                model("env_var_key_generate_value", key="SECRET", generateValue=True),
            ],
        },
    ),
    ("GET", f"{SERVICE}/env-vars/{{key}}"): Drive("services.retrieve_env_var", 200, variable),
    ("PUT", f"{SERVICE}/env-vars/{{key}}"): Drive(
        "services.update_env_var",
        200,
        lambda i: {**variable(i), "body": model("env_var_value", value="2")},
    ),
    ("POST", f"{SERVICE}/jobs"): Drive(
        "one_off_jobs.post_job",
        201,
        lambda i: {**service(i), "body": model("post_job_body", startCommand="echo hello")},
    ),
    ("GET", f"{SERVICE}/jobs"): Drive("one_off_jobs.list_job", 200, service),
    ("GET", f"{SERVICE}/jobs/{{job_id}}"): Drive("one_off_jobs.retrieve_job", 200, job),
    ("POST", f"{SERVICE}/jobs/{{job_id}}/cancel"): Drive("one_off_jobs.cancel_job", 200, job),
    ("GET", "/postgres"): Drive(
        "postgres.list_postgres", 200, lambda _: {"name": ["life-os-db"], "include_replicas": True}
    ),
    ("GET", POSTGRES): Drive("postgres.retrieve_postgres", 200, postgres),
    ("GET", f"{POSTGRES}/connection-info"): Drive(
        "postgres.retrieve_postgres_connection_info", 200, postgres
    ),
    ("GET", "/maintenance"): Drive(
        "maintenance.list_maintenance",
        200,
        lambda i: {
            "owner_id": [i.owner],
            "resource_id": [i.postgres],
            "state": [said("maintenance_state", one) for one in ("scheduled", "in_progress")],
        },
    ),
    ("GET", RUN): Drive("maintenance.retrieve_maintenance", 200, run),
    ("GET", "/webhooks"): Drive("webhooks.list_webhooks", 200, lambda i: {"owner_id": [i.owner]}),
    ("GET", WEBHOOK): Drive("webhooks.retrieve_webhook", 200, webhook),
    ("GET", f"{WEBHOOK}/events"): Drive("webhooks.list_webhook_events", 200, webhook),
    ("POST", "/webhooks"): Drive(
        "webhooks.create_webhook",
        201,
        lambda i: {
            "body": model(
                "webhook_post_input", ownerId=i.owner, eventFilter=["deploy_ended"], **NEW_WEBHOOK
            )
        },
    ),
    ("PATCH", WEBHOOK): Drive(
        "webhooks.update_webhook",
        200,
        lambda i: {
            **webhook(i),
            "body": model("webhook_patch_input", enabled=False, eventFilter=["server_failed"]),
        },
    ),
    ("DELETE", WEBHOOK): Drive("webhooks.delete_webhook", 204, webhook, body=False),
    ("DELETE", f"{SERVICE}/env-vars/{{key}}"): Drive(
        "services.delete_env_var", 204, variable, body=False
    ),
    ("PATCH", SERVICE): Drive(
        "services.update_service",
        200,
        lambda i: {**service(i), "body": model("service_patch", autoDeploy="no", name="life-os")},
    ),
    ("PATCH", RUN): Drive(
        "maintenance.update_maintenance",
        202,
        lambda i: {
            **run(i),
            "body": model("maintenance_run_patch", scheduledAt="2099-01-01T00:00:00Z"),
        },
        body=False,
    ),
    ("POST", f"{RUN}/trigger"): Drive("maintenance.trigger_maintenance", 202, run, body=False),
    ("POST", f"{SERVICE}/deploys"): Drive(
        "deploys.create_deploy",
        201,
        lambda i: {
            **service(i),
            "body": model("create_deploy_body", clearCache="do_not_clear", commitId=i.commit),
        },
    ),
    ("POST", f"{SERVICE}/rollback"): Drive(
        "deploys.rollback_deploy",
        201,
        lambda i: {**service(i), "body": model("rollback_deploy_body", deployId=i.deploy)},
    ),
    ("POST", f"{SERVICE}/deploys/{{deploy_id}}/cancel"): Drive(
        "deploys.cancel_deploy", 200, lambda i: {**service(i), "deploy_id": i.begun}
    ),
    ("POST", f"{SERVICE}/restart"): Drive("services.restart_service", 200, service, body=False),
    ("POST", f"{SERVICE}/scale"): Drive(
        "services.scale_service",
        202,
        lambda i: {**service(i), "body": model("scale_service_body", numInstances=2)},
        body=False,
    ),
    ("POST", f"{SERVICE}/suspend"): Drive("services.suspend_service", 202, service, body=False),
    ("POST", f"{SERVICE}/resume"): Drive("services.resume_service", 202, service, body=False),
    ("POST", f"{POSTGRES}/restart"): Drive("postgres.restart_postgres", 202, postgres, body=False),
    ("POST", f"{POSTGRES}/failover"): Drive(
        "postgres.failover_postgres", 202, postgres, body=False
    ),
    ("POST", f"{POSTGRES}/suspend"): Drive("postgres.suspend_postgres", 202, postgres, body=False),
    ("POST", f"{POSTGRES}/resume"): Drive("postgres.resume_postgres", 202, postgres, body=False),
}
"""In an order in which each finds what it needs."""

METRICS = {
    "cpu": "get_cpu",
    "cpu-limit": "get_cpu_limit",
    "memory": "get_memory",
    "memory-limit": "get_memory_limit",
    "instance-count": "get_instance_count",
    "disk-usage": "get_disk_usage",
    "disk-capacity": "get_disk_capacity",
    "http-requests": "get_http_requests",
    "http-latency": "get_http_latency",
}

WITHOUT_SDK: dict[tuple[str, str], str] = {}
"""Calls of the emulator that the SDK has no operation for, with the reason."""
