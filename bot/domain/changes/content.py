"""What a change that came in time has in it: what fits the trouble, and what does not."""

from __future__ import annotations

from collections.abc import Sequence

from .change import Change, File
from .kinds import IDLE, Kind, is_idle, kinds, kinds_of
from .places import hits, near
from .ruling import Case, Held, Ruling, Strength
from .symptoms import AT_START, CREDENTIALS, OUTSIDE, SETTINGS, SETTINGS_TOO, SUFFERED, TRACED
from .timing import log_reaches
from .touch import speaks
from .verdicts import in_its_traceback, overlapped, suspected

FITS = {
    "import_error": {Kind.DEPENDENCIES, Kind.START},
    "port_binding": {Kind.START, Kind.CONFIG},
    "crash_loop": {Kind.START, Kind.DEPENDENCIES},
    "database_slow": {Kind.MIGRATION},
    "deadlock": {Kind.MIGRATION},
    "missing_env_var": {Kind.CONFIG},
    "bad_config": {Kind.CONFIG},
    "database_auth": {Kind.CONFIG},
    "upstream_auth": {Kind.CONFIG},
}
RISKY = frozenset({Kind.MIGRATION, Kind.DEPENDENCIES, Kind.START, Kind.CONFIG})
TAKES_UP = "a deploy takes up settings that were saved before it"
REBUILDS = "a new build may bring newer packages"


def same_code(case: Case) -> Ruling | None:
    change, category = case.change, case.symptoms.category
    if not change.same_code:
        return None
    if change.saved_settings:
        return _of_settings(case, "with the same code and saved settings")
    if category == "telegram_conflict":
        return overlapped(case, "had the same code as before")
    if category in SETTINGS:
        return suspected(case, f"with the same code, but {TAKES_UP}", Strength.WEAK)
    if category == "import_error":
        return suspected(case, f"with the same code, but {REBUILDS}", Strength.WEAK)
    return case.is_held(Held.UNLIKELY, f"{case.went_live}, with the same code as before")


def saved_settings(case: Case) -> Ruling | None:
    """Settings were saved and what else came with it, if anything, says nothing."""
    wanted = SETTINGS | SETTINGS_TOO
    if not case.change.saved_settings or case.symptoms.category not in wanted:
        return None
    return _of_settings(case, "with settings that had been saved")


def idle(case: Case) -> Ruling | None:
    """Nothing of it runs; but the deploy itself may have taken something up."""
    files, category = case.change.touched, case.symptoms.category
    if not files or case.change.cut or case.change.saved_settings:
        return None
    if not all(map(is_idle, files)) or hits(files, case.symptoms.frames):
        return None
    only = f"touches only {_named(files)}"
    if category in SETTINGS:
        return case.is_held(Held.UNDECIDED, f"{only}; but {TAKES_UP}")
    if category == "import_error":
        return case.is_held(Held.UNDECIDED, f"{only}; but {REBUILDS}")
    if category == "telegram_conflict":
        return overlapped(case, only)
    return case.is_held(Held.CLEARED, f"{only}: nothing that runs")


def without_base(case: Case) -> Ruling | None:
    """The oldest that is known: what it changed cannot be told."""
    if case.change.base or case.change.touched is not None:
        return None
    why = f"{case.went_live}; no deploy before it is known, so what it changed is not known"
    return case.is_held(Held.UNDECIDED, why)


def in_the_traceback(case: Case) -> Ruling | None:
    files, symptoms = case.change.touched or (), case.symptoms
    hit = hits(files, symptoms.frames)
    if not hit:
        return None
    sure = symptoms.category not in SUFFERED or any(
        speaks(file, symptoms.category) for file in files if file.path in hit
    )
    return suspected(case, in_its_traceback(hit), Strength.STRONG if sure else Strength.WEAK)


def fitting(case: Case) -> Ruling | None:
    """What it changes is of the kind that brings such trouble about."""
    category = case.symptoms.category
    wanted = FITS.get(category, set())
    fit = [file for file in case.change.touched or () if kinds_of(file) & wanted]
    said = [(file, speaks(file, category) if category in SETTINGS else True) for file in fit]
    open_ = [(file, sure) for file, sure in said if sure is not False]
    if not open_:
        return None
    file, sure = next((pair for pair in open_ if pair[1]), open_[0])
    what = " and ".join(sorted(kinds_of(file) & wanted))
    why = f"changes {file.path} ({what}), which fits"
    return suspected(case, why, Strength.STRONG if sure else Strength.WEAK)


def in_doubt(case: Case) -> Ruling | None:
    """Went live just after the first error: the time alone does not tell which came first."""
    before = case.before
    if before is None or before >= 0 or case.symptoms.category in AT_START:
        return None
    return case.is_held(Held.UNDECIDED, f"{case.went_live}: too close to tell")


def without_settings(case: Case) -> Ruling | None:
    """Settings are at fault, and it touches none; or its files are not known."""
    category = case.symptoms.category
    if category not in SETTINGS:
        return None
    if case.change.known and not kinds(case.change.touched or ()) & RISKY:
        if not case.symptoms.frames and category not in CREDENTIALS:
            return None
        why = f"{case.went_live} and touches no settings; but {TAKES_UP}"
        return case.is_held(Held.UNDECIDED, why)
    if category in CREDENTIALS:
        why = f"{case.went_live}; nothing known of it has to do with credentials"
        return case.is_held(Held.UNDECIDED, why)
    return None


def elsewhere(case: Case) -> Ruling | None:
    """The whole traceback and the whole diff are known, and they have no file in common."""
    change, symptoms = case.change, case.symptoms
    files = change.touched
    if not files or not change.known or change.saved_settings:
        return None
    if not symptoms.frames or not symptoms.whole:
        return None
    if symptoms.category not in TRACED or kinds(files) & RISKY or near(files, symptoms.frames):
        return None
    return case.is_held(Held.UNLIKELY, f"{case.went_live}, but touches no file of the traceback")


def by_time(case: Case) -> Ruling:
    """Nothing but the time speaks for it."""
    if not log_reaches(case):
        why = f"{case.went_live}, but the log that was read does not reach back before it"
        return case.is_held(Held.UNDECIDED, why)
    why = f"{case.went_live}; only its time points to it ({_brought(case.change)})"
    return case.is_held(Held.SUSPECT, why, Strength.WEAK)


def _of_settings(case: Case, how: str) -> Ruling:
    category = case.symptoms.category
    if category in OUTSIDE and category not in SETTINGS_TOO:
        return case.is_held(Held.UNLIKELY, f"{case.went_live}, {how}")
    strength = Strength.STRONG if category in SETTINGS else Strength.WEAK
    return suspected(case, how, strength)


def _brought(change: Change) -> str:
    files = change.touched
    if change.saved_settings:
        return "with settings that had been saved"
    if files is None:
        return "its files are not known"
    more = " and more" if change.cut else ""
    if risky := sorted(kinds(files) & RISKY):
        return f"it changes {', '.join(risky)}{more}"
    return f"it touches {_named(files)}{more}" if files else "its diff is empty"


def _named(files: Sequence[File]) -> str:
    """`README.md`, `docs`, `3 files`."""
    if len(files) == 1:
        return files[0].path
    found = kinds(files)
    return " and ".join(sorted(found)) if found <= IDLE else f"{len(files)} files"
