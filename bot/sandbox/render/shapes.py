"""Services, deploys and events in the JSON form of the API."""

from __future__ import annotations

from bot.sandbox.render.service import Service
from bot.sandbox.render.state import Commit, Deploy, Event
from bot.sandbox.render.times import stamp


def service_json(service: Service, owner_id: str) -> dict[str, object]:
    settings = service.settings
    trigger = settings.auto_deploy_trigger
    return {
        "id": service.id,
        "name": settings.name,
        "type": "web_service",
        "ownerId": owner_id,
        "slug": settings.name,
        "repo": f"https://github.com/practice/{settings.name}",
        "branch": settings.branch,
        "rootDir": "",
        "autoDeploy": "no" if trigger == "off" else "yes",
        "autoDeployTrigger": trigger,
        "notifyOnFail": "default",
        "suspended": "suspended" if service.suspended else "not_suspended",
        "suspenders": ["user"] if service.suspended else [],
        "dashboardUrl": f"https://dashboard.render.com/web/{service.id}",
        "createdAt": stamp(service.created_at),
        "updatedAt": stamp(service.updated_at),
        "serviceDetails": _web_details(service),
    }


def _web_details(service: Service) -> dict[str, object]:
    spec = service.spec
    return {
        "env": "python",
        "runtime": "python",
        "envSpecificDetails": {"buildCommand": "", "startCommand": service.command_line()},
        "plan": spec.plan,
        "region": spec.region,
        "numInstances": service.settings.instance_count,
        "buildPlan": "starter",
        "healthCheckPath": spec.health_path or "",
        "maxShutdownDelaySeconds": service.settings.shutdown_seconds,
        "openPorts": [{"port": 10000, "protocol": "TCP"}],
        "url": service.settings.url,
    }


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
