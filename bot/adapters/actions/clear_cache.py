"""Build and start once more without the build cache: for a build that fails for its leftovers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from bot.adapters.render_deploys import NewDeploy, barred, no_commit
from bot.adapters.render_live import SWITCHED_ON, rests_on
from bot.domain.evidence import Evidence, found_by
from bot.domain.remedy import Barred, Reason, Risk

BUILT_BEFORE = "its newest deploy failed to build, and the same commit was built before"
NEW_COMMIT = "its newest deploy failed to build; an old build cache may be why, or the commit is"


@dataclass(frozen=True)
class ClearCache(NewDeploy):
    """The commit that failed to build; where none did, the live one."""

    without_cache: ClassVar[bool] = True

    name: str = "clear-cache"
    risk: Risk = Risk.HIGH
    effect: str = (
        "Clears the build cache, builds the same commit from nothing and puts it live; "
        "takes longer than a usual deploy."
    )
    radius: str = "Everybody who uses it, while the new instances take over."
    undo: str = "Nothing to undo: the next build makes its cache anew."
    takes: str = ""

    def suits(
        self, evidence: Sequence[Evidence], wish: str | None = None
    ) -> Reason | Barred | None:
        """Offered when the newest deploy failed to build."""
        known, history = found_by("service", evidence), found_by("deploys", evidence)
        failed = history is not None and history.fact("latest_status") == "build_failed"
        if wish is None and not failed:
            return None
        why = barred(evidence)
        if why or known is None or history is None:
            return Barred(why)
        commit = _commit(history, failed=failed)
        if why := no_commit(commit):
            return Barred(why)
        built = history.fact("built_before") == "yes"
        because = (BUILT_BEFORE if built else NEW_COMMIT) if failed else "you asked for it"
        return Reason(
            because,
            commit,
            (known.id, history.id),
            rests_on(known, SWITCHED_ON),
            likely=failed and built,
            brief=(("Commit", commit), ("Auto-deploy", "stays as it is")),
            effect=(
                f"Clears the build cache of {self.service}, builds commit {commit[:7]} from "
                "nothing and puts it live; takes longer than a usual deploy."
            ),
        )


def _commit(history: Evidence, *, failed: bool) -> str:
    newest, live = history.fact("latest_commit") or "", history.fact("live_commit") or ""
    return newest if failed or not live else live
