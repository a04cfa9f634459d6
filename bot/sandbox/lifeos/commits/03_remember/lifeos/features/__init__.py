"""What Life OS can do: a new feature is a module and a line or two here."""

from __future__ import annotations

from lifeos.features import (
    goals,
    notes,
    remember,
    start,
)
from lifeos.life import Command

COMMANDS: tuple[Command, ...] = (
    goals.addgoal,
    goals.goals,
    notes.note,
    notes.notes,
    remember.remember,
    start.start,
)
PLAIN: Command = notes.note  # what answers a message that is no command
