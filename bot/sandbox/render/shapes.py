"""Services, deploys and events in the JSON form of the API."""

from __future__ import annotations

from bot.sandbox.render.builds import BUILD_COMMAND
from bot.sandbox.render.service import Service
from bot.sandbox.render.state import WORKER, Commit, Deploy, Event, shown
from bot.sandbox.render.times import stamp


def service_json(service: Service, owner_id: str) -> dict[str, object]:
    settings = service.settings
    trigger = settings.auto_deploy_trigger
    return {
        "id": service.id,
        "name": settings.name,
        "type": service.spec.kind,
        "ownerId": owner_id,
        "slug": settings.name,
        "repo": service.repository,
        "branch": settings.branch,
        "rootDir": "",
        "autoDeploy": "no" if trigger == "off" else "yes",
        "autoDeployTrigger": trigger,
        "notifyOnFail": "default",
        "suspended": "suspended" if service.suspended else "not_suspended",
        "suspenders": list(service.suspenders),
        "dashboardUrl": f"https://dashboard.render.com/{_page(service)}/{service.id}",
        "createdAt": stamp(service.created_at),
        "updatedAt": stamp(service.updated_at),
        "serviceDetails": {**_details(service), **_web_details(service)},
    }


def _page(service: Service) -> str:
    return "worker" if service.spec.kind == WORKER else "web"


def _details(service: Service) -> dict[str, object]:
    spec = service.spec
    native = {
        "buildCommand": "" if service.source is None else " ".join(BUILD_COMMAND),
        "startCommand": service.command_line(),
        "preDeployCommand": shown(spec.pre_deploy),
    }
    return {
        "env": "python",
        "runtime": "python",
        "envSpecificDetails": native,
        "plan": spec.plan,
        "region": spec.region,
        "numInstances": service.settings.instance_count,
        "buildPlan": "starter",
        "maxShutdownDelaySeconds": service.settings.shutdown_seconds,
        **({"disk": _disk(service)} if spec.disk else {}),
    }


def _web_details(service: Service) -> dict[str, object]:
    if service.spec.kind == WORKER:
        return {}
    return {
        "healthCheckPath": service.spec.health_path or "",
        "openPorts": [{"port": 10000, "protocol": "TCP"}],
        "url": service.settings.url,
    }


def _disk(service: Service) -> dict[str, object]:
    id = service.id.replace("srv-", "dsk-")
    return {"id": id, "name": f"{service.name}-data", "sizeGB": 1, "mountPath": "/var/data"}


def deploy_json(deploy: Deploy) -> dict[str, object]:
    """`finishedAt` is null until the end, `startedAt` is missing until the start."""
    started = {} if deploy.started_at is None else {"startedAt": stamp(deploy.started_at)}
    return {
        "id": deploy.id,
        "commit": _commit_json(deploy.commit),
        "status": deploy.status,
        "trigger": deploy.trigger,
        "createdAt": stamp(deploy.created_at),
        "updatedAt": stamp(deploy.updated_at),
        **started,
        "finishedAt": None if deploy.finished_at is None else stamp(deploy.finished_at),
    }


def _commit_json(commit: Commit | None) -> dict[str, object] | None:
    if commit is None:
        return None
    return {"id": commit.id, "message": commit.message, "createdAt": stamp(commit.created_at)}


def event_json(event: Event) -> dict[str, object]:
    return {
        "id": event.id,
        "timestamp": stamp(event.at),
        "serviceId": event.service_id,
        "type": event.type,
        "details": dict(event.details),
    }
