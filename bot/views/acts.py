"""What each act is called: on a button, in a question, in a sentence."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Act:
    """`verb` begins a button, `noun` stands in a sentence, `question` takes the service's name."""

    icon: str
    verb: str
    noun: str
    question: str


ACTS = {
    "restart": Act("🔁", "Restart", "restart", "Restart {}?"),
    "rollback": Act("⏪", "Roll back", "rollback", "Roll back {}?"),
    "restart-database": Act(
        "🗄", "Restart database", "database restart", "Restart the database of {}?"
    ),
}


def act_of(name: str) -> Act:
    """Also an act that the settings do not have any more has a name in old incidents."""
    said = name.replace("-", " ").replace("_", " ")
    return ACTS.get(name) or Act("▶️", said.capitalize(), said, f"{said.capitalize()} {{}}?")


def act_in(offer: str) -> Act:
    """The act of an offer's id, such as 4.restart or, among several, 4.restart@life-os."""
    return act_of(offer.partition(".")[2].partition("@")[0])
