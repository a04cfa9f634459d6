"""The environment that the platform gives to a process of a service."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from bot.sandbox.render.state import WORKER, Release, Settings

SERVICE_TYPES = {WORKER: "worker"}  # every other one is "web"


def environment(service_id: str, settings: Settings, release: Release) -> dict[str, str]:
    """Nothing of ours but the path: a process on the platform sees only what it was given.

    The names are Render's (docs/environment-variables). What belongs to one instance
    (RENDER_INSTANCE_ID, PORT, HOME, TMPDIR) is added there.
    """
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "LANG": "C.UTF-8",
        "PYTHONUNBUFFERED": "1",
        "RENDER": "true",
        "RENDER_SERVICE_ID": service_id,
        "RENDER_SERVICE_NAME": settings.name,
        "RENDER_SERVICE_TYPE": SERVICE_TYPES.get(release.spec.kind, "web"),
        "IS_PULL_REQUEST": "false",
        **_address(settings, release),
        **_code(release),
        **release.env,
        **_imports(release.folder, release.env),
    }


def _address(settings: Settings, release: Release) -> dict[str, str]:
    if release.spec.kind == WORKER:
        return {}
    host = urlsplit(settings.url).hostname or ""
    return {"RENDER_EXTERNAL_URL": settings.url, "RENDER_EXTERNAL_HOSTNAME": host}


def _code(release: Release) -> dict[str, str]:
    if release.commit is None:
        return {}
    return {"RENDER_GIT_COMMIT": release.commit.id, "RENDER_GIT_BRANCH": release.branch}


def _imports(build: Path | None, env: Mapping[str, str]) -> dict[str, str]:
    """The modules of the build are found before all others."""
    if build is None:
        return {}
    return {"PYTHONPATH": os.pathsep.join(filter(None, [str(build), env.get("PYTHONPATH")]))}
