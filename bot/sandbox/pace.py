"""How fast the practice world runs: durations shrink, clocks stay real UTC."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Pace:
    """`speed` world seconds pass in one real second."""

    speed: float

    def __post_init__(self) -> None:
        if self.speed <= 0:
            raise ValueError("The speed of the practice world must be above zero.")

    def real(self, seconds: float) -> float:
        """Real seconds to wait for this many world seconds."""
        return seconds / self.speed

    def rate(self, n: float) -> float:
        """What an allowance of `n` per world time unit is per real one."""
        return n * self.speed
