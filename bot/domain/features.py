"""Features that a variable switches: which one to switch off while what it leans on is down."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .evidence import Evidence
from .variables import Known
from .why.dependencies import State, read

ON, OFF, UNKNOWN = "on", "off", "unknown"


@dataclass(frozen=True)
class Feature:
    """`on` and `off` are values of the variable; one that is not set leaves the feature on.

    `purpose` is what people lose without it, `upstream` the dependency that it leans on, or "".
    """

    name: str
    variable: str
    on: str
    off: str
    purpose: str
    upstream: str = ""

    def value(self, way: str) -> str:
        return self.on if way == ON else self.off

    def stands(self, known: Known) -> str:
        """ON, OFF or, where its variable has some other value, UNKNOWN."""
        if self.variable in known.unset:
            return ON
        value = known.values.get(self.variable)
        return {self.on: ON, self.off: OFF}.get(value or "", UNKNOWN)


@dataclass(frozen=True)
class Turn:
    """A feature, the way it should be switched, and why."""

    feature: Feature
    way: str
    why: str
    likely: bool = False


def turn_for(
    features: Iterable[Feature], known: Known, evidence: Sequence[Evidence]
) -> Turn | None:
    """What the evidence asks for: off while its upstream is down, on when that is back."""
    turns = [turn for f in features if (turn := _turn(f, known, evidence))]
    return min(turns, key=lambda turn: not turn.likely, default=None)


def _turn(feature: Feature, known: Known, evidence: Sequence[Evidence]) -> Turn | None:
    stands = feature.stands(known)
    one = next((one for one in read(evidence) if one.name == feature.upstream), None)
    if one is None or stands == UNKNOWN:
        return None
    late = feature.variable in known.waiting
    if one.state is State.DOWN and one.ours is not False and (stands == ON or late):
        why = f"{one.spelt} is down: without {feature.name} its errors end, and the rest goes on"
        return Turn(feature, OFF, why, likely=True)
    if one.state is State.UP and (stands == OFF or late):
        back = "is back" if one.back else "is up"
        return Turn(
            feature, ON, f"{one.spelt} {back}, and {feature.name} is switched off", one.back
        )
    return None
