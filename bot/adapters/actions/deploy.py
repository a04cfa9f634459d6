"""Deploy a commit that a person names: an earlier one that was good, or the fix."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.adapters.render_deploys import UNSEEN, NewDeploy, barred
from bot.adapters.render_live import SWITCHED_ON, rests_on
from bot.domain.evidence import Evidence, found_by
from bot.domain.remedy import Barred, Reason, Risk

FULL = frozenset({40, 64})  # characters of a whole commit id
BEGIN = re.compile(r"[0-9a-f]{7,64}")
AUTO = {"off": "is off: no push replaces it", "": "not known: a push may replace it"}
UNCHECKED = "whether it builds; migrations between the two"


@dataclass(frozen=True)
class Deploy(NewDeploy):
    name: str = "deploy"
    risk: Risk = Risk.HIGH
    effect: str = "Builds the commit that you name and puts it live; takes some minutes."
    radius: str = "Everybody who uses it: they get that version."
    undo: str = "Roll back, or deploy the commit that was live."
    takes: str = "COMMIT"

    def suits(
        self, evidence: Sequence[Evidence], wish: str | None = None
    ) -> Reason | Barred | None:
        """Never offered: which commit is the fix only a person knows."""
        if wish is None:
            return None
        known, history = found_by("service", evidence), found_by("deploys", evidence)
        if known is None or history is None:
            return Barred(UNSEEN)
        live = history.fact("live_commit") or ""
        commit = named(wish, (history.fact("commits") or "").split(","), live)
        if isinstance(commit, Barred):
            return commit
        if why := barred(evidence):
            return Barred(why)
        return Reason(
            "you asked for it",
            commit,
            (known.id, history.id),
            rests_on(known, SWITCHED_ON),
            likely=False,
            brief=_brief(commit, live, known),
            effect=(
                f"Builds commit {commit[:7]} of {self.service} and puts it live in place of "
                f"{live[:7] or 'what runs'}; takes some minutes."
            ),
        )


def named(wish: str, known: Sequence[str], live: str) -> str | Barred:
    """The whole id of the commit that begins so. One that was never deployed is typed whole."""
    begin = wish.strip().lower()
    if not BEGIN.fullmatch(begin):
        return Barred("it needs a commit: at least the first 7 characters of its id")
    found = {one for one in known if one.lower().startswith(begin)}
    if len(found) > 1:
        return Barred("several commits begin so: type more of it")
    if not found and len(begin) not in FULL:
        return Barred("no deploy of such a commit is known: type the whole id, 40 characters")
    commit = found.pop() if found else begin
    if commit.lower() == live.lower():
        return Barred("that commit is live already: redeploy builds it once more")
    return commit


def _brief(commit: str, live: str, known: Evidence) -> tuple[tuple[str, str], ...]:
    trigger = known.fact("auto_deploy") or ""
    return (
        ("From", live or "nothing that is live"),
        ("To", commit),
        ("Auto-deploy", AUTO.get(trigger, f"stays “{trigger}”: the next push replaces it")),
        ("Not checked", UNCHECKED),
    )
