"""The forms as a model fills them in: nothing of it is true yet."""

from __future__ import annotations

from dataclasses import dataclass

CAUSE_FOUND, NO_CODE_CAUSE, NOT_ENOUGH = "cause_found", "no_code_cause", "insufficient_evidence"
ANSWERS = (CAUSE_FOUND, NO_CODE_CAUSE, NOT_ENOUGH)  # what claims least stands last


@dataclass(frozen=True)
class SaidClaim:
    evidence_id: str
    quote: str
    text: str


@dataclass(frozen=True)
class SaidOption:
    name: str
    time: str
    pros: str
    cons: str
    risk: str
    action_ids: tuple[str, ...]
    steps: tuple[str, ...]


@dataclass(frozen=True)
class Said:
    """The note as the model fills it in: nothing of it is true yet."""

    claims: tuple[SaidClaim, ...]
    problem: str
    contributing: tuple[str, ...]
    discarded: tuple[str, ...]
    not_checked: tuple[str, ...]
    category: str
    cause: str
    cause_at: str
    answer: str
    options: tuple[SaidOption, ...]
    recommended: str


@dataclass(frozen=True)
class SaidReply:
    """The answer to a question as the model fills it in."""

    claims: tuple[SaidClaim, ...]
    reply: str
    not_checked: tuple[str, ...]
