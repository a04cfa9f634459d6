"""The imitated model: reads the numbered evidence and fills in the form that it was given.

No language model is here. It looks for words that tell a trouble, quotes where they stand, and says
that it does not know where two kinds of evidence do not agree: the same evidence gives the same
note.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.sandbox.claude import steps
from bot.sandbox.claude.evidence import Item, acts_of, has_asked, items_of
from bot.sandbox.claude.steps import Ask, Reply
from bot.sandbox.claude.theories import THEORIES, Theory

NOTE = {"claims", "category", "cause", "answer", "options"}
REPLY = {"claims", "reply"}
NO_PROOF = {"W", "H", "R"}  # the symptom, memory, runbooks
ENOUGH = 2  # kinds of evidence
READ, SEARCH = "read_evidence", "search_logs"

Note = dict[str, Any]


@dataclass(frozen=True)
class Reading:
    """A theory and where it stands: id of the item, and the quote."""

    theory: Theory
    quotes: tuple[tuple[Item, str], ...]

    @property
    def kinds(self) -> int:
        return len({item.kind for item, _ in self.quotes})

    @property
    def claims(self) -> list[Note]:
        said = self.theory.said
        return [{"evidence_id": i.id, "quote": q, "text": said} for i, q in self.quotes]


def filled(ask: Ask, schema: Mapping[str, Any]) -> Reply | None:
    """The form filled in, or a look first; None for a form that it does not know."""
    fields = set(schema.get("properties", ()))
    if not (fields >= NOTE or fields >= REPLY):
        return None
    items = items_of(ask)
    if not items:
        return steps.tool_use(READ, {}) if may_call(ask, READ) else None
    best = best_of(items)
    if fields >= NOTE:
        return steps.data(note(items, best, acts_of(ask)))
    if best is None and may_call(ask, SEARCH) and not has_asked(ask, SEARCH):
        return steps.tool_use(SEARCH, {"text": "error", "minutes": 60})
    return steps.data(reply(items, best))


def may_call(ask: Ask, name: str) -> bool:
    forbidden = (ask.get("tool_choice") or {}).get("type") == "none"
    return not forbidden and any(tool["name"] == name for tool in ask.get("tools") or ())


def best_of(items: Sequence[Item]) -> Reading | None:
    """The theory that most kinds of evidence bear out; of equals the one that tells more."""
    proving = [i for i in items if i.kind not in NO_PROOF and i.found != "unreadable"]
    known = [found for theory in THEORIES if (found := read(theory, proving))]
    return max(known, key=lambda one: min(one.kinds, ENOUGH), default=None)


def read(theory: Theory, items: Sequence[Item]) -> Reading | None:
    shown = [(item, quote) for item in items if (quote := item.quote(theory.shows))]
    if not shown:
        return None
    supports, told = theory.supports, {item.id for item, _ in shown}
    others = [i for i in items if supports and i.id not in told]
    fitting = [(i, quote) for i in others if supports and (quote := i.quote(supports))]
    return Reading(theory, (*shown, *fitting))


def note(items: Sequence[Item], best: Reading | None, acts: Sequence[str]) -> Note:
    changes = next((i for i in items if i.source == "changes"), None)
    sure = best is not None and best.kinds >= ENOUGH
    return {
        "claims": best.claims if best else [],
        "problem": "",
        "contributing": [],
        "discarded": [changes.summary] if changes and clears(changes) else [],
        "not_checked": [i.source for i in items if i.found == "unreadable"],
        "category": best.theory.category if best else "none",
        "cause": cause(best, changes) if best else "",
        "cause_at": "",
        "answer": answer(best) if best and sure else "insufficient_evidence",
        "options": list(options(best.theory, acts)) if best else [],
        "recommended": next(options(best.theory, acts))["name"] if best else "",
    }


def answer(best: Reading) -> str:
    return "cause_found" if best.theory.in_code else "no_code_cause"


def clears(changes: Item) -> bool:
    return changes.facts.get("no_code_cause") == "yes"


def cause(best: Reading, changes: Item | None) -> str:
    suspect = changes.facts.get("suspect_commit", "") if changes else ""
    came = f" It came with {suspect[:7]}." if suspect and best.theory.in_code else ""
    return f"{best.theory.said}{came}"


def options(theory: Theory, acts: Sequence[str]) -> Iterator[Note]:
    """The act that may help, if it is on offer; then what a person can do."""
    line = {"pros": "", "cons": "", "risk": "low"}
    helping = [one for one in acts if theory.act and one.partition("@")[0] == theory.act]
    for act in helping[:1]:
        yield {"name": act, "time": "2 min", **line, "action_ids": [act], "steps": []}
    steps = [theory.step, "Wait for the checks."]
    yield {"name": "By hand", "time": "10 min", **line, "action_ids": [], "steps": steps}


def reply(items: Sequence[Item], best: Reading | None) -> Note:
    unread = [i.source for i in items if i.found == "unreadable"]
    if best is None:
        return {"claims": [], "reply": "The evidence does not tell.", "not_checked": unread}
    said = best.theory.said
    hedged = said if best.kinds >= ENOUGH else f"Perhaps, as only one look says so: {said}"
    return {"claims": best.claims, "reply": hedged, "not_checked": unread}
