"""What the time alone says of a change: it never ran, came too late, was gone, is long ago."""

from __future__ import annotations

from bot.domain.platform import (
    CLOCKS_APART,
    DEPLOY_FAILED,
    IN_PROGRESS,
    LONG_AGO,
    RELEASED,
    SOON,
    came_with,
)

from .change import Change
from .kinds import Kind, is_idle, kinds
from .places import hits
from .ruling import Case, Held, Ruling, Strength, length, minutes
from .symptoms import SLOW, TRACED

TRIED = frozenset({"update_failed", "update_in_progress"})  # the new version was started
DAY, LONG = 24 * 60.0, 120.0  # minutes
HEAD = 5.0  # minutes: a log that begins so soon after a deploy shows nothing before it


def never_ran(case: Case) -> Ruling | None:
    status = case.change.deploy.status
    if status in RELEASED or status not in {*DEPLOY_FAILED, *IN_PROGRESS, "canceled"}:
        return None
    if case.symptoms.deploy_failed and status != "canceled" and _newest(case):
        said = DEPLOY_FAILED.get(status, "it does not come to its end")
        why = f"is the trouble itself: {said}; the version before it keeps running"
        return case.is_held(Held.SUSPECT, why, Strength.STRONG)
    if status in TRIED and was_tried_then(case):
        return None
    why = DEPLOY_FAILED.get(status) or ("it was canceled" if status == "canceled" else "")
    why = f"never went live: {why}" if why else "has not gone live yet"
    if status.startswith("pre_deploy") and _may_migrate(case):
        why = f"{why}; but that command may have changed the database"
        return case.is_held(Held.UNDECIDED, why)
    return case.is_held(Held.CLEARED, why)


def was_tried_then(case: Case) -> bool:
    """Whether its new version was being started when the errors began."""
    begun = case.begun_before
    ended = minutes(case.change.deploy.finished_at, case.symptoms.first_error)
    return begun is not None and begun >= 0 and (ended is None or ended < CLOCKS_APART)


def without_time(case: Case) -> Ruling | None:
    """What has no time; a deploy that was begun after the first error came too late anyway."""
    begun = case.begun_before
    if begun is not None and begun < 0:
        return _too_late(case, f"was begun {length(begun)} after the first error")
    if case.symptoms.first_error is None:
        return case.is_held(Held.UNDECIDED, "went live, but when the errors began is not known")
    if case.change.deploy.status not in RELEASED | TRIED:
        return case.is_held(Held.UNDECIDED, "has a state that is not known here")
    if case.before is None and case.change.deploy.status in RELEASED:
        return case.is_held(Held.UNDECIDED, "went live at a time that is not known")
    return None


def came_after(case: Case) -> Ruling | None:
    before = case.before
    if before is None or before > -CLOCKS_APART:
        return None
    return _too_late(case, case.went_live)


def was_gone(case: Case) -> Ruling | None:
    """It was taken back before the errors began, and did not come again."""
    later = [c for c in case.others if _between(case, c)]
    newest = max(later, key=lambda c: c.live_at or LONG_AGO, default=None)
    if newest is None or newest.deploy.commit == case.change.deploy.commit:
        return None
    earlier = {c.deploy.commit for c in case.others if _older(c, case.change)} | {case.change.base}
    if newest.deploy.commit not in earlier - {""}:
        return None
    return case.is_held(Held.CLEARED, "had been taken back when the errors began")


def long_before(case: Case) -> Ruling | None:
    """Hours before: what fills up slowly may take that long, and code may wait to be used."""
    before, category = case.before, case.symptoms.category
    if before is None or came_with(before) or before < 0:
        return None
    if before <= DAY and _runs(case.change):
        if category in SLOW:
            why = f"{case.went_live}; what fills up slowly may take that long"
            return case.is_held(Held.UNDECIDED, why)
        hit = hits(case.change.touched or (), case.symptoms.frames)
        if hit and category in TRACED and not fine_since(case):
            why = f"{case.went_live}, and touches {hit[0]}, which is in the traceback"
            return case.is_held(Held.SUSPECT, why, Strength.WEAK)
    fine = " and worked in between" if fine_since(case) else ""
    return case.is_held(Held.UNLIKELY, f"{case.went_live}{fine}")


def log_reaches(case: Case) -> bool:
    """Whether the log shows that there were no such errors before it."""
    begins, live = case.symptoms.log_begins, case.change.live_at or case.change.deploy.created_at
    if begins is None or live is None:
        return True
    quiet = minutes(begins, case.symptoms.first_error)
    return (minutes(live, begins) or 0.0) <= HEAD or (quiet is not None and quiet >= HEAD)


def fine_since(case: Case) -> bool:
    """Whether it was seen to work between going live and the first error."""
    live, fine, first = case.change.live_at, case.symptoms.fine_at, case.symptoms.first_error
    return live is not None and fine is not None and first is not None and live < fine < first


def _too_late(case: Case, why: str) -> Ruling:
    """Cleared; but errors of hours before need not be those that were noticed."""
    symptoms = case.symptoms
    waited = minutes(symptoms.first_error, symptoms.noticed_at)
    noticed = minutes(case.change.live_at, symptoms.noticed_at)
    if waited is not None and waited >= LONG and noticed is not None and 0 <= noticed <= SOON:
        why = f"{why}, but {length(noticed)} before the trouble was noticed"
        return case.is_held(Held.UNDECIDED, why)
    return case.is_held(Held.CLEARED, why)


def _runs(change: Change) -> bool:
    """Whether it brought anything that runs, or may have."""
    files = change.touched
    return files is None or change.cut or not all(map(is_idle, files))


def _newest(case: Case) -> bool:
    """Whether no deploy is newer but canceled ones."""
    mine = case.change.deploy.created_at
    others = (c.deploy for c in case.others if c.deploy.status != "canceled")
    return not any(mine and d.created_at and d.created_at > mine for d in others)


def _may_migrate(case: Case) -> bool:
    begun = case.begun_before
    if begun is not None and begun < 0:
        return False
    files = case.change.touched
    return files is None or case.change.cut or Kind.MIGRATION in kinds(files)


def _between(case: Case, other: Change) -> bool:
    """Whether the other went live after this one and before the errors."""
    mine, its, first = case.change.live_at, other.live_at, case.symptoms.first_error
    return mine is not None and its is not None and first is not None and mine < its <= first


def _older(one: Change, than: Change) -> bool:
    return one.live_at is not None and than.live_at is not None and one.live_at < than.live_at
