"""What can be broken from the chat page, each with a sentence on what it breaks."""

from __future__ import annotations

from bot.sandbox.switches import code, database, outside, service, watchdog
from bot.sandbox.switches.switch import Switch

__all__ = ["BY_NAME", "SWITCHES", "Switch"]

SWITCHES: tuple[Switch, ...] = (
    *service.SWITCHES,
    *code.SWITCHES,
    *database.SWITCHES,
    *outside.SWITCHES,
    *watchdog.SWITCHES,
)
BY_NAME = {switch.name: switch for switch in SWITCHES}
