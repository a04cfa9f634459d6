"""The acts that the settings may name; what is not named for a service is never offered for it."""

from __future__ import annotations

from bot.domain.autopilot import SAFE

ACTS = (
    "restart",
    "rollback",
    "deploy",
    "redeploy",
    "clear-cache",
    "cancel-deploy",
    "suspend",
    "resume",
    "scale",
    "set-variable",
    "feature",
    "restart-database",
    "end-session",
    "database-check",
)
OPT_IN = frozenset({"end-session", "suspend", "set-variable"})
USUAL_ACTS = tuple(act for act in ACTS if act not in OPT_IN)


def names_of_acts(names: tuple[str, ...]) -> tuple[str, ...]:
    if unknown := sorted(set(names) - set(ACTS)):
        raise ValueError(f"names what is no act: {', '.join(unknown)}; there are {', '.join(ACTS)}")
    return names


def safe_alone(names: tuple[str, ...]) -> tuple[str, ...]:
    """What may be done without a person: see domain/autopilot.py."""
    if unsafe := sorted(set(names_of_acts(names)) - SAFE):
        raise ValueError(
            f"names what is never done without a person: {', '.join(unsafe)};"
            f" there are {', '.join(sorted(SAFE))}"
        )
    return names
