"""What deploys have left to run: a build and a configuration each, kept for rollbacks."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Collection
from pathlib import Path

from bot.sandbox.render.state import Release


class Artifacts:
    """The releases of the deploys that succeeded, the newest last; `folder` holds their builds."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._kept: dict[str, Release] = {}

    def folder_of(self, deploy_id: str) -> Path:
        return self._folder / deploy_id

    def get(self, deploy_id: str | None) -> Release | None:
        return self._kept.get(deploy_id) if deploy_id is not None else None

    def keep(self, release: Release, most: int, *, needed: Collection[str | None] = ()) -> None:
        """Keep this one; of the others the newest, and those that are still `needed`."""
        self._kept[release.deploy_id] = release
        for deploy_id in list(self._kept)[: max(len(self._kept) - most, 0)]:
            if deploy_id not in needed:
                del self._kept[deploy_id]

    async def sweep(self) -> None:
        """Remove the builds that no release is kept for."""
        used = {release.folder for release in self._kept.values()}
        builds = list(self._folder.iterdir()) if self._folder.is_dir() else []
        for build in set(builds) - used:
            await asyncio.to_thread(shutil.rmtree, build, ignore_errors=True)

    async def close(self) -> None:
        await asyncio.to_thread(shutil.rmtree, self._folder, ignore_errors=True)
