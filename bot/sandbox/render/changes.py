"""The call that changes the settings of a service; most of them count from the next deploy on."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.sandbox.render import query
from bot.sandbox.render.account import Account
from bot.sandbox.render.reading import service_of
from bot.sandbox.render.service import Service
from bot.sandbox.render.shapes import service_json
from bot.sandbox.render.state import WEB_SERVICE, Settings, Spec
from bot.sandbox.render.times import now

AUTO_DEPLOY = ("yes", "no")
TRIGGERS = ("commit", "checksPass", "off")
LONGEST_SHUTDOWN = 300  # world seconds, from the platform's description

GIBIBYTE = 1024**3
PLANS: Mapping[str, tuple[int, float]] = {  # bytes and cores (facts: Plans)
    "free": (GIBIBYTE // 2, 0.1),
    "starter": (GIBIBYTE // 2, 0.5),
    "standard": (2 * GIBIBYTE, 1.0),
    "pro": (4 * GIBIBYTE, 2.0),
}


async def change_service(account: Account, request: Request) -> Response:
    """Nothing is changed when one thing is refused."""
    service = service_of(account, request)
    wish = await query.body(request)
    details = _part(wish, "serviceDetails")
    settings = {**_settings(service.settings, wish), **_shutdown(details)}
    spec = {**_spec(service.spec, details)}
    _apply(service, settings, spec)
    return JSONResponse(service_json(service, account.owner_id))


def _apply(service: Service, settings: dict[str, Any], spec: dict[str, Any]) -> None:
    _tell_auto_deploy(service, settings.get("auto_deploy_trigger"))
    if spec.get("plan", service.spec.plan) != service.spec.plan:
        service.history.add("plan_changed", {"from": service.spec.plan, "to": spec["plan"]})
    for name, value in settings.items():
        setattr(service.settings, name, value)
    service.spec = replace(service.spec, **spec)
    service.updated_at = now()


def _tell_auto_deploy(service: Service, after: str | None) -> None:
    """The event is in Render's SDK, not yet in its description."""
    before = service.settings.auto_deploy_trigger
    if after == "off" != before:
        details = {"reason": "setting_change", "fromTrigger": before}
        service.history.add("auto_deploy_disabled", details)


def _settings(settings: Settings, wish: dict[str, Any]) -> dict[str, Any]:
    texts: dict[str, Any] = {name: _text(wish, name) for name in ("name", "branch") if name in wish}
    return {**texts, "auto_deploy_trigger": _trigger(settings, wish)}


def _trigger(settings: Settings, wish: dict[str, Any]) -> str:
    """`autoDeploy` and `autoDeployTrigger` are two views of one setting; the second says more."""
    auto, trigger = wish.get("autoDeploy"), wish.get("autoDeployTrigger")
    if auto is not None and auto not in AUTO_DEPLOY:
        raise query.Refused(400, f"invalid autoDeploy: {auto}")
    if trigger is not None:
        if trigger not in TRIGGERS:
            raise query.Refused(400, f"invalid autoDeployTrigger: {trigger}")
        return str(trigger)
    before = settings.auto_deploy_trigger
    if auto is None:
        return before
    return "off" if auto == "no" else before.replace("off", "commit")


def _shutdown(details: dict[str, Any]) -> dict[str, Any]:
    seconds = details.get("maxShutdownDelaySeconds")
    if seconds is None:
        return {}
    if type(seconds) is not int or not 1 <= seconds <= LONGEST_SHUTDOWN:
        raise query.Refused(400, f"maxShutdownDelaySeconds must be 1 to {LONGEST_SHUTDOWN}")
    return {"shutdown_seconds": seconds}


def _spec(spec: Spec, details: dict[str, Any]) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    if "plan" in details:
        changes |= _plan(details["plan"])
    if "healthCheckPath" in details and spec.kind == WEB_SERVICE:
        changes["health_path"] = _path(details["healthCheckPath"])
    native = _part(details, "envSpecificDetails")
    if "startCommand" in native:
        changes["command"] = _command(spec, _text(native, "startCommand"))
    return changes


def _plan(plan: object) -> dict[str, Any]:
    if plan not in PLANS:
        raise query.Refused(400, f"invalid plan: {plan}")
    memory, cores = PLANS[str(plan)]
    return {"plan": plan, "memory_limit": memory, "cpu_limit": cores}


def _path(path: object) -> str | None:
    if not isinstance(path, str) or (path and not path.startswith("/")):
        raise query.Refused(400, f"invalid healthCheckPath: {path}")
    return path or None


def _command(spec: Spec, line: str) -> tuple[str, ...]:
    """The program that is shown without its folder is still meant with it."""
    try:
        words = shlex.split(line)
    except ValueError:
        raise query.Refused(400, f"invalid startCommand: {line}") from None
    ours = spec.command[0]
    return tuple(ours if word == Path(ours).name else word for word in words)


def _part(wish: dict[str, Any], name: str) -> dict[str, Any]:
    part = wish.get(name) or {}
    if not isinstance(part, dict):
        raise query.Refused(400, f"invalid {name}")
    return part


def _text(wish: dict[str, Any], name: str) -> str:
    value = wish[name]
    if not isinstance(value, str) or not value.strip():
        raise query.Refused(400, f"invalid {name}: {value}")
    return value
