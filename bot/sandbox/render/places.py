"""Folders as they are named on the platform: tracebacks are full of those of this machine."""

from __future__ import annotations

import sys
from pathlib import Path

SOURCE = "/opt/render/project/src"  # what Render calls a checkout (its docs, native runtimes)


def as_on_the_platform(text: str, build: Path | None) -> str:
    """A line as it would stand in the platform's log."""
    if build is not None:
        text = text.replace(str(build), SOURCE)
    text = text.replace(f"{sys.prefix}/lib/", f"{SOURCE}/.venv/lib/")
    return text.replace(f"{sys.base_prefix}/lib/python", "/usr/local/lib/python")
