"""The events of deploys and builds in the form of the platform's schema."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.render.state import Person

if TYPE_CHECKING:
    from bot.sandbox.render.service import Service

LEGACY_STATUS = {"succeeded": 2, "failed": 3, "canceled": 4}  # a deprecated number beside the word

Reason = dict[str, object]


def deploy_started(service: Service, deploy_id: str) -> None:
    trigger = _trigger(service, deploy_id)
    service.history.add("deploy_started", {"deployId": deploy_id, "trigger": trigger})


def build_started(service: Service, deploy_id: str, build_id: str) -> None:
    trigger = _trigger(service, deploy_id)
    service.history.add("build_started", {"buildId": build_id, "trigger": trigger})


def build_ended(
    service: Service, build_id: str, outcome: str, reason: Reason | None = None
) -> None:
    details = {"buildId": build_id, **_outcome("buildStatus", outcome), "reason": reason or {}}
    service.history.add("build_ended", details)


def pre_deploy_started(service: Service, deploy_id: str, run_id: str) -> None:
    details = {"deployCommandExecutionId": run_id, "deployId": deploy_id}
    service.history.add("pre_deploy_started", details)


def pre_deploy_ended(
    service: Service, deploy_id: str, run_id: str, outcome: str, reason: Reason | None = None
) -> None:
    ids = {"deployCommandExecutionId": run_id, "deployId": deploy_id}
    details = {**ids, **_outcome("preDeployStatus", outcome), "reason": reason or {}}
    service.history.add("pre_deploy_ended", details)


def deploy_ended(
    service: Service, deploy_id: str, outcome: str, reason: Reason | None = None
) -> None:
    details = {"deployId": deploy_id, **_outcome("deployStatus", outcome), "reason": reason or {}}
    service.history.add("deploy_ended", details)


def by(name: str, person: Person | None) -> dict[str, object]:
    return {} if person is None else {name: {"id": person.id, "email": person.email}}


def _outcome(name: str, outcome: str) -> dict[str, object]:
    return {name: outcome, "status": LEGACY_STATUS[outcome]}


def _trigger(service: Service, deploy_id: str) -> dict[str, object]:
    one = service.history.deploys[deploy_id]
    trigger: dict[str, object] = {
        "firstBuild": len(service.history.deploys) == 1,
        "envUpdated": False,
        "manual": one.trigger in ("api", "manual"),
        "deployedByRender": one.trigger == "deployed_by_render",
        "clearCache": one.wish.clear_cache,
        "rollback": one.trigger == "rollback",
    }
    if one.trigger == "new_commit" and one.commit is not None:
        trigger["newCommit"] = one.commit.id
    if one.trigger == "rollback" and one.wish.artifact_of is not None:
        trigger["rollbackTargetDeployId"] = one.wish.artifact_of
    return trigger
