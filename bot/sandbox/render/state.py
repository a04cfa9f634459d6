"""The records of the emulated platform: what it remembers and shows."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Protocol

STARTER_MEMORY = 512 * 1024 * 1024
STARTER_CORES = 0.5

WEB_SERVICE, WORKER = "web_service", "background_worker"

WAITING = frozenset({"created", "queued"})
IN_PROGRESS = frozenset({"build_in_progress", "pre_deploy_in_progress", "update_in_progress"})
FINISHED = frozenset(
    {"live", "deactivated", "build_failed", "pre_deploy_failed", "update_failed", "canceled"}
)

SUCCEEDED = frozenset({"live", "deactivated"})

Details = Mapping[str, object]


@dataclass(frozen=True)
class Commit:
    id: str
    message: str
    created_at: datetime


class Source(Protocol):
    """Where deploys get their code."""

    def commits(self) -> Sequence[Commit]:
        """Those of the deployed branch, the newest last; read anew at each deploy."""

    def checkout(self, commit_id: str, into: Path) -> None:
        """Write the tree of a commit; `LookupError` when there is no such commit."""


@dataclass(frozen=True)
class Wish:
    """What a deploy was asked to be beyond its commit.

    `artifact_of` names the deploy whose build it starts instead of building.
    """

    clear_cache: bool = False
    artifact_of: str | None = None


@dataclass(frozen=True)
class Deploy:
    id: str
    commit: Commit | None
    trigger: str
    status: str
    created_at: datetime
    updated_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    wish: Wish = field(default_factory=Wish)
    replaced_by: str | None = None  # the newer deploy that it had to give way to


@dataclass(frozen=True)
class Event:
    id: str
    at: datetime
    service_id: str
    type: str
    details: Details


@dataclass(frozen=True)
class Line:
    """One log line; `labels` holds `resource`, `type` and, where known, `instance` and `level`."""

    id: str
    at: datetime
    text: str
    labels: Mapping[str, str]


@dataclass(frozen=True)
class Sample:
    at: datetime
    instance_id: str
    memory: int  # bytes
    cpu: float  # cores


@dataclass(frozen=True)
class Person:
    """Whom the API key belongs to."""

    id: str
    name: str
    email: str


@dataclass(frozen=True)
class Spec:
    """What a service is made of; `folder` is where its instances get a folder each."""

    command: tuple[str, ...]
    health_path: str | None
    folder: Path
    cwd: Path | None = None
    memory_limit: int = STARTER_MEMORY  # bytes
    cpu_limit: float = STARTER_CORES
    plan: str = "starter"
    region: str = "frankfurt"
    kind: str = WEB_SERVICE
    disk: bool = False
    pre_deploy: tuple[str, ...] = ()  # runs between the build and the start

    def on_plan_of(self, other: Spec) -> Spec:
        memory, cores = other.memory_limit, other.cpu_limit
        return replace(self, plan=other.plan, memory_limit=memory, cpu_limit=cores)

    def command_line(self) -> str:
        return shown(self.command)


def shown(command: Sequence[str]) -> str:
    """A command without the folders of this machine."""
    words = [Path(word).name for word in command[:1]] + list(command[1:])
    return " ".join(shlex.join(words).split())


@dataclass
class Settings:
    """What can be changed while the service exists.

    `crash_limit` (crashes in a row until the platform gives the service up) and `kept_builds`
    (builds that one can roll back to) are set by Render; their real values are unknown.
    """

    name: str
    url: str
    env: dict[str, str] = field(default_factory=dict)
    branch: str = "main"
    auto_deploy_trigger: str = "commit"
    overlap_policy: str = "wait"  # or "override"
    instance_count: int = 1
    shutdown_seconds: int = 30  # world seconds from SIGTERM to SIGKILL
    drain_seconds: float = 60.0  # world seconds from the switch-over to SIGTERM
    crash_limit: int = 1000
    kept_builds: int = 20


@dataclass(frozen=True)
class Release:
    """What a deploy runs: its build (`folder`, none without a source) and its configuration."""

    deploy_id: str
    folder: Path | None
    env: Mapping[str, str]
    spec: Spec
    commit: Commit | None = None
    branch: str = "main"
    instance_count: int = 1


@dataclass(frozen=True)
class Call:
    """One API request as it arrived; `fault` names the fault it ran into.

    `body` is what of it was read: nothing where the fault or a refusal came before that.
    """

    at: datetime
    method: str
    path: str
    query: str
    status: int | None
    fault: str | None = None
    body: str = ""


@dataclass(frozen=True)
class Failure:
    """Why a server failed: the platform ended it for a reason, or it ended by itself."""

    exit_code: int | None = None
    oom_limit: str | None = None
    timed_out: tuple[int, str] | None = None  # world seconds and what was waited for
    unhealthy: str | None = None
    evicted: str | None = None  # the platform's reason

    @property
    def hung(self) -> bool:
        """The process may still be there."""
        return self.timed_out is not None or self.unhealthy is not None

    def details(self) -> dict[str, object]:
        return {"evicted": self.evicted is not None, **self._reason()}

    def _reason(self) -> dict[str, object]:
        if self.evicted is not None:
            return {"evictionReason": self.evicted}
        if self.oom_limit is not None:
            return {"oomKilled": {"memoryLimit": self.oom_limit}}
        if self.timed_out is not None:
            seconds, reason = self.timed_out
            return {"timedOutSeconds": seconds, "timedOutReason": reason}
        if self.unhealthy is not None:
            return {"unhealthy": self.unhealthy}
        return {"earlyExit": True} if self.exit_code == 0 else {"nonZeroExit": self.exit_code}
