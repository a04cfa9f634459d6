"""The build of a deploy: its commit is checked out, every module compiled; then its pre-deploy.

The lines are worded after the platform's own (docs/deploys, docs/troubleshooting-deploys); that
build lines hold ANSI codes is inferred, which ones is unknown.
"""

from __future__ import annotations

import asyncio
import platform
import shlex
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bot.sandbox.process import start_process
from bot.sandbox.render.instance import NO_SUCH_COMMAND
from bot.sandbox.render.state import Commit, Failure, Release, shown

if TYPE_CHECKING:
    from bot.sandbox.render.service import Service

BUILD_COMMAND = ("python", "-m", "compileall", "-q", ".")
GREEN, RED, PLAIN = "\x1b[32m", "\x1b[31m", "\x1b[0m"


async def build(service: Service, release: Release) -> Failure | None:
    """Fill the folder of the release; why that failed, if it did."""
    if release.folder is None or release.commit is None or service.source is None:
        return None
    await service.artifacts.sweep()
    say(service, f"Cloning from {service.repository}")
    say(service, f"Checking out commit {release.commit.id} in branch {release.branch}")
    try:
        await _check_out(service, release.commit, release.folder)
    except (LookupError, OSError) as error:
        service.printed(f"error: cannot check out {release.commit.id}: {error}")
        return Failure(exit_code=1)
    await _install(service, release, release.folder)
    code = await _compile(service, release, release.folder)
    return None if code == 0 else Failure(exit_code=code)


def succeeded(service: Service) -> None:
    if service.source is not None:
        say(service, "Uploading build...")
    say(service, _coloured(service, GREEN, "Build successful"))


def failed(service: Service, failure: Failure) -> None:
    say(service, f"Exited with status {failure.exit_code} while building your code.")
    say(service, _coloured(service, RED, "Build failed"))


def say(service: Service, text: str) -> None:
    service.say(text, kind="build")


async def _check_out(service: Service, commit: Commit, into: Path) -> None:
    await asyncio.to_thread(into.mkdir, parents=True, exist_ok=True)
    if service.source is not None:
        await asyncio.to_thread(service.source.checkout, commit.id, into)


async def _install(service: Service, release: Release, folder: Path) -> None:
    if service.history.deploys[release.deploy_id].wish.clear_cache:
        service.packages.clear()
    await service.packages.install(folder)


async def pre_deploy(service: Service, release: Release) -> Failure | None:
    """Run the command that prepares the start, such as migrations; why that failed, if it did."""
    command = release.spec.pre_deploy
    say(service, "Starting pre-deploy: " + shown(command))
    folder = release.folder or release.spec.cwd or release.spec.folder
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    code = await _run(service, release, command, folder)
    if code == 0:
        say(service, "Pre-deploy complete!")
        return None
    return Failure(exit_code=code)


async def _compile(service: Service, release: Release, folder: Path) -> int:
    say(service, f"Using Python version {platform.python_version()} (default)")
    say(service, f"Running build command '{shlex.join(BUILD_COMMAND)}'...")
    return await _run(service, release, (sys.executable, *BUILD_COMMAND[1:]), folder)


async def _run(service: Service, release: Release, command: Sequence[str], folder: Path) -> int:
    async def heard(at: datetime, text: str) -> None:
        service.printed(text, at)

    env = service.environment(release)
    try:
        process = await start_process(command, env=env, cwd=folder, on_line=heard)
    except OSError as error:
        service.printed(f"{error.filename}: {error.strerror}")
        return NO_SUCH_COMMAND
    try:
        return await process.wait()
    finally:
        process.kill()
        await process.wait()


def _coloured(service: Service, colour: str, text: str) -> str:
    return text if service.source is None else f"{colour}{text}{PLAIN}"
