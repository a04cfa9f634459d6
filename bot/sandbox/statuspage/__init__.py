"""Status pages of vendors for the practice world: Statuspage's public feeds, version 2."""

from __future__ import annotations

from bot.sandbox.statuspage.emulator import StatusPages
from bot.sandbox.statuspage.page import Page

__all__ = ["Page", "StatusPages"]
