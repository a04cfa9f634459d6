"""The records of the emulated platform: what it remembers and shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

STARTER_MEMORY = 512 * 1024 * 1024
STARTER_CORES = 0.5

WAITING = frozenset({"created", "queued"})
IN_PROGRESS = frozenset({"build_in_progress", "pre_deploy_in_progress", "update_in_progress"})
FINISHED = frozenset(
    {"live", "deactivated", "build_failed", "pre_deploy_failed", "update_failed", "canceled"}
)

Details = Mapping[str, object]


@dataclass(frozen=True)
class Commit:
    id: str
    message: str
    created_at: datetime


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
    env: Mapping[str, str]
    health_path: str | None
    folder: Path
    cwd: Path | None = None
    memory_limit: int = STARTER_MEMORY  # bytes
    cpu_limit: float = STARTER_CORES
    plan: str = "starter"
    region: str = "frankfurt"


@dataclass
class Settings:
    """What can be changed while the service exists."""

    name: str
    url: str
    branch: str = "main"
    auto_deploy_trigger: str = "commit"
    instance_count: int = 1
    shutdown_seconds: int = 30
    drain_seconds: float = 0.0


@dataclass(frozen=True)
class Call:
    """One API request as it arrived; `fault` names the fault it ran into."""

    at: datetime
    method: str
    path: str
    query: str
    status: int | None
    fault: str | None = None


@dataclass(frozen=True)
class Failure:
    """Why a server failed: it ran out of memory, or out of time, or it ended by itself."""

    exit_code: int | None = None
    oom_limit: str | None = None
    timed_out: tuple[int, str] | None = None  # world seconds and what was waited for

    def details(self) -> dict[str, object]:
        if self.oom_limit is not None:
            return {"evicted": False, "oomKilled": {"memoryLimit": self.oom_limit}}
        if self.timed_out is not None:
            seconds, reason = self.timed_out
            return {"evicted": False, "timedOutSeconds": seconds, "timedOutReason": reason}
        if self.exit_code == 0:
            return {"evicted": False, "earlyExit": True}
        return {"evicted": False, "nonZeroExit": self.exit_code}
