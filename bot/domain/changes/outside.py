"""Of trouble that code does not bring, only a change that touches what fails is suspected."""

from __future__ import annotations

from .kinds import is_infrastructure
from .places import hits
from .ruling import Case, Held, Ruling, Strength
from .symptoms import BY_ITSELF, OUTSIDE, SEEN_TOO
from .timing import fine_since
from .touch import may_touch, touching
from .verdicts import in_its_traceback, overlapped, suspected


def ends_by_itself(case: Case) -> Ruling | None:
    if case.symptoms.category != BY_ITSELF:
        return None
    return case.is_held(Held.CLEARED, "has nothing to do with it")


def fails_for_others(case: Case) -> Ruling | None:
    """What fails was seen to fail from elsewhere, too: no version of the service brings that."""
    change, symptoms = case.change, case.symptoms
    if not symptoms.confirmed or symptoms.category not in SEEN_TOO:
        return None
    if change.deploy.trigger == "blueprint_sync" or any(
        map(is_infrastructure, change.touched or ())
    ):
        return None
    return case.is_held(Held.CLEARED, f"cannot be it: {SEEN_TOO[symptoms.category]} from here, too")


def without_files(case: Case) -> Ruling | None:
    """Its files are not known: it is not accused, but not cleared either."""
    if case.symptoms.category not in OUTSIDE or case.change.touched is not None:
        return None
    if fine_since(case):
        return case.is_held(Held.UNLIKELY, f"{case.went_live} and worked after that")
    why = f"{case.went_live}, and its files are not known; a change of code rarely does that"
    return case.is_held(Held.UNDECIDED, why)


def touches_it(case: Case) -> Ruling | None:
    files, category, frames = case.change.touched, case.symptoms.category, case.symptoms.frames
    if category not in OUTSIDE or files is None:
        return None
    if category == "upstream_rate_limit" and (hit := hits(files, frames)):
        return suspected(case, in_its_traceback(hit), Strength.STRONG)
    if spoken := touching(files, category, frames):
        return suspected(case, f"changes {spoken[0]}, which has to do with it", Strength.STRONG)
    if unread := may_touch(files, category, frames):
        return suspected(case, f"touches {unread[0]}, which may have to do with it", Strength.WEAK)
    return None


def touches_nothing_of_it(case: Case) -> Ruling | None:
    if case.symptoms.category not in OUTSIDE:
        return None
    if case.symptoms.category == "telegram_conflict":
        return overlapped(case, "touches nothing of it")
    if case.change.cut:
        return case.is_held(Held.UNDECIDED, f"{case.went_live}, and not all its files are known")
    return case.is_held(Held.UNLIKELY, f"{case.went_live}, but touches nothing of it")
