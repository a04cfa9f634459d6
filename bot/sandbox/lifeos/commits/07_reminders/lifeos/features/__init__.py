"""What Life OS can do: a new feature is a module and a line or two here."""

from __future__ import annotations

from lifeos import pulse
from lifeos.features import (
    ask,
    goals,
    notes,
    remember,
    reminders,
    start,
    thought,
)
from lifeos.life import Command, Job

COMMANDS: tuple[Command, ...] = (
    ask.ask,
    goals.addgoal,
    goals.goals,
    notes.note,
    notes.notes,
    remember.remember,
    reminders.remind,
    start.start,
)
PLAIN: Command = notes.note  # what answers a message that is no command
JOBS: dict[Job, float] = {  # and how often, in seconds
    pulse.heartbeat: pulse.BEAT_SECONDS,
    reminders.reminders: reminders.TICK_SECONDS,
    thought.thought: thought.EVERY_SECONDS,
}
