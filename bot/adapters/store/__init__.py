"""Where everything that must survive is kept: one schema, two engines."""

from __future__ import annotations

from .store import SqlStore, open_store

__all__ = ["SqlStore", "open_store"]
