"""Was there a recent deployment? What the data says, and what people know better."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from .cause import Cause
from .evidence import Evidence, found_by
from .length import about
from .platform import SOON

SHORT = 7  # characters of a commit id
MOST = 3  # deploys that are asked about


@dataclass(frozen=True)
class Recent:
    """`deploy` and `commit` name the newest; `others` are the commits that it may have been."""

    deploy: str
    commit: str
    minutes_before: float
    others: tuple[str, ...] = ()

    @property
    def yes(self) -> bool:
        """Whether it came so shortly before that people would call it recent."""
        return 0 <= self.minutes_before <= SOON

    @property
    def name(self) -> str:
        return self.commit[:SHORT] or self.deploy

    @property
    def said(self) -> str:
        when = "before" if self.minutes_before >= 0 else "after"
        return f"{self.name}, {about(timedelta(minutes=abs(self.minutes_before)))} {when}"


@dataclass(frozen=True)
class Correction:
    """What somebody says of a deploy: that it is not behind it, or that it is."""

    by: str
    deploy: str
    name: str
    guilty: bool


def recent(evidence: Iterable[Evidence]) -> Recent | None:
    """None where no deploy is known, or not when it was."""
    seen = found_by("deploys", evidence)
    if seen is None or not seen.fact("latest") or seen.fact("minutes_before") is None:
        return None
    commits = [c[:SHORT] for c in (seen.fact("commits") or "").split(",") if c]
    return Recent(
        deploy=seen.fact("latest") or "",
        commit=seen.fact("latest_commit") or "",
        minutes_before=float(seen.fact("minutes_before") or 0),
        others=tuple(commits[:MOST]),
    )


def corrected(cause: Cause, corrections: Sequence[Correction]) -> Cause:
    """The note as people put it right; what they say is said to be theirs."""
    for one in corrections:
        if one.guilty:
            said = f"deploy {one.name}: {one.by} says that it came with it"
            cause = replace(cause, contributing=(said, *cause.contributing))
        else:
            rest = (c for c in cause.contributing if one.deploy not in c and one.name not in c)
            said = f"deploy {one.name}: {one.by} says that it is not it"
            discarded = (*cause.discarded, said)
            cause = replace(cause, contributing=tuple(rest), discarded=discarded)
    return cause
