"""Deploy the commit once more, with the variables of now: a restart keeps the old ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.adapters.render_deploys import NewDeploy, barred, no_commit
from bot.adapters.render_live import SWITCHED_ON, rests_on
from bot.domain.evidence import Evidence, Found, found_by
from bot.domain.remedy import Barred, Reason, Risk
from bot.domain.required import named_in
from bot.domain.variables import read

MISSING = "missing_env_var"
DID_NOT_START = frozenset({"update_failed", "pre_deploy_failed"})
MOST_NAMED = 3


@dataclass(frozen=True)
class Redeploy(NewDeploy):
    """A restart takes the same configuration as before (Render's docs, deploys); a deploy does not.

    What the platform does not tell is when a variable was set: one that the log calls missing and
    that is set was set too late for what runs.
    """

    name: str = "redeploy"
    risk: Risk = Risk.HIGH
    effect: str = (
        "Builds the same commit once more and starts it with the variables of now; "
        "takes some minutes."
    )
    radius: str = "Everybody who uses it, while the new instances take over."
    undo: str = "Set the variables as they were and redeploy."
    takes: str = ""

    def suits(
        self, evidence: Sequence[Evidence], wish: str | None = None
    ) -> Reason | Barred | None:
        """Offered when a variable that it needs is missing, or was set too late for what runs."""
        found = _wanted(evidence)
        if found is None and wish is None:
            return None
        known, history = found_by("service", evidence), found_by("deploys", evidence)
        why = barred(evidence)
        if why or known is None or history is None:
            return Barred(why)
        commit = _commit(history, lacking=found is not None)
        if why := no_commit(commit):
            return Barred(why)
        reason, likely, seen_in = found or ("you asked for it", False, ())
        return Reason(
            reason,
            commit,
            (known.id, *seen_in),
            rests_on(known, SWITCHED_ON),
            likely=likely,
            brief=(("Commit", commit), ("Auto-deploy", "stays as it is")),
            effect=(
                f"Builds commit {commit[:7]} of {self.service} once more and starts it with the "
                "variables of now; takes some minutes."
            ),
        )


def _wanted(evidence: Sequence[Evidence]) -> tuple[str, bool, tuple[str, ...]] | None:
    """Why a deploy is wanted, whether that is likely to help, and on which evidence."""
    variables = read(evidence)
    if variables and variables[1].waiting:
        why = f"{_listed(sorted(variables[1].waiting))} set, and what runs was started before that"
        return f"{why}: a deploy takes it up", True, (variables[0],)
    settings = next((e for e in evidence if e.source == "environment" and _was_read(e)), None)
    if settings is None:
        return _by_the_log(evidence)
    late, named = _names(settings, "late"), _names(settings, "named")
    if late:
        why = f"{_listed(late)} set, and what runs was started without: a deploy takes it up"
        return why, True, (settings.id,)
    if lacking := named or [*_names(settings, "missing"), *_names(settings, "empty")]:
        why = f"{_listed(lacking)} not set: set it first, then this takes it up"
        return why, bool(named), (settings.id,)
    return None


def _by_the_log(evidence: Sequence[Evidence]) -> tuple[str, bool, tuple[str, ...]] | None:
    """Before anybody has looked at the variables, the log may name one."""
    log = found_by("logs", evidence)
    if log is None or log.fact("category") != MISSING:
        return None
    names = named_in(log.fact("cause_error") or log.fact("top_error") or "")
    said = f"the log calls {', '.join(names[:MOST_NAMED]) or 'a variable'} missing"
    return f"{said}: once it is set, a deploy takes it up", True, (log.id,)


def _commit(history: Evidence, *, lacking: bool) -> str:
    """What is live; the newest where it is that one which did not start for want of a variable."""
    newest, live = history.fact("latest_commit") or "", history.fact("live_commit") or ""
    wanting = lacking and history.fact("latest_status") in DID_NOT_START
    return newest if wanting or not live else live


def _was_read(evidence: Evidence) -> bool:
    return evidence.found is not Found.UNREADABLE


def _names(settings: Evidence, fact: str) -> list[str]:
    return [name for name in (settings.fact(fact) or "").split(",") if name]


def _listed(names: Sequence[str]) -> str:
    more = len(names) - MOST_NAMED
    said = ", ".join(names[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
    return f"{said} {'is' if len(names) == 1 else 'are'}"
