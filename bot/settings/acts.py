"""The acts that the settings may name; what is not named for a service is never offered for it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, field_validator, model_validator

from bot.domain.acts import ACTS
from bot.domain.autopilot import SAFE
from bot.domain.variables import may_be_secret
from bot.settings.checks import Strict
from bot.settings.values import Purpose, VariableName, one_word

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


def no_secrets(names: tuple[str, ...]) -> tuple[str, ...]:
    if secret := [name for name in names if may_be_secret(name)]:
        raise ValueError(f"names what may be a secret or hold one: {', '.join(secret)}")
    return names


Value = Annotated[str, Field(pattern=r"^[\x21-\x2b\x2d-\x7e]{1,40}$")]  # no blanks, no comma


class FeatureConfig(Strict):
    """Something that a variable switches, and the upstream without which it only fails."""

    name: str = Field(min_length=1, max_length=20)
    variable: VariableName
    on: Value = "on"
    off: Value = "off"
    purpose: Annotated[Purpose, Field(min_length=1)]
    upstream: str = ""

    _name = field_validator("name")(one_word)

    @field_validator("variable")
    @classmethod
    def is_no_secret(cls, variable: str) -> str:
        return no_secrets((variable,))[0]

    @model_validator(mode="after")
    def can_be_told_apart(self) -> FeatureConfig:
        if self.on == self.off:
            raise ValueError("takes two values, one for on and another for off")
        return self
