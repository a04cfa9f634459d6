"""What was changed: how risky each change is, which is suspected, and which cannot be it."""

from __future__ import annotations

from .change import CUT, MOST, Change, Commit, File, changes_of, is_commit
from .places import files_of
from .risk import Level, Rated, risk
from .ruling import Held, Ruling, Strength
from .said import brought, line, summary
from .suspects import Judgement, Known, suspects
from .symptoms import DEPLOY_CODES, Symptoms, category_of
from .undone import undone

__all__ = [
    "CUT",
    "DEPLOY_CODES",
    "MOST",
    "Change",
    "Commit",
    "File",
    "Held",
    "Judgement",
    "Known",
    "Level",
    "Rated",
    "Ruling",
    "Strength",
    "Symptoms",
    "brought",
    "category_of",
    "changes_of",
    "files_of",
    "is_commit",
    "line",
    "risk",
    "summary",
    "suspects",
    "undone",
]
