"""GitHub for the practice world: the REST API over the git history that the deploys come from."""

from __future__ import annotations

from bot.sandbox.github.emulator import GitHub
from bot.sandbox.github.tracker import Issue

__all__ = ["GitHub", "Issue"]
