"""What a build installs beside its own code, and the cache of it that outlives the build.

That there is a cache and that a deploy may clear it is documented (OpenAPI, create-deploy); what
it holds is not: here it is the packages.
"""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

PLACE = Path(".venv") / "packages.py"
WHOLE, HALF = "INSTALLED = True\n", "INSTALLED = (\n"


class Packages:
    """They come from a registry, and from `cache` once a build has put them there."""

    def __init__(self, cache: Path) -> None:
        self._cache = cache
        self._registry = asyncio.Event()
        self._registry.set()

    @property
    def cached(self) -> bool:
        return self._cache.is_dir()

    @property
    def spoiled(self) -> bool:
        return self.cached and (self._cache / PLACE).read_text() == HALF

    def spoil(self) -> None:
        """As after a download that broke off: no build with this cache succeeds."""
        self._write(self._cache, HALF)

    def clear(self) -> None:
        shutil.rmtree(self._cache, ignore_errors=True)

    @property
    def hang(self) -> bool:
        return not self._registry.is_set()

    def switch(self, *, hang: bool) -> None:
        """While the registry gives no answer, who builds waits for it."""
        (self._registry.clear if hang else self._registry.set)()

    async def install(self, into: Path) -> None:
        await self._registry.wait()
        if not self.cached:
            self._write(self._cache, WHOLE)
        await asyncio.to_thread(shutil.copytree, self._cache, into, dirs_exist_ok=True)

    def _write(self, folder: Path, text: str) -> None:
        (folder / PLACE).parent.mkdir(parents=True, exist_ok=True)
        (folder / PLACE).write_text(text)
