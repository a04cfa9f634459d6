"""What each act is called: on a button, in a question, in a sentence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot.domain.remedy import Reach

from .message import Message
from .words import bold, code, esc, flat, small


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
    "deploy": Act("🚀", "Deploy", "deploy", "Deploy another commit of {}?"),
    "redeploy": Act("🚀", "Redeploy", "redeploy", "Redeploy {}?"),
    "clear-cache": Act("🧹", "Rebuild", "rebuild without cache", "Rebuild {} without its cache?"),
    "cancel-deploy": Act(
        "🛑", "Cancel deploy", "cancellation of the deploy", "Cancel the deploy of {}?"
    ),
    "suspend": Act("⏸", "Suspend", "suspension", "Suspend {}?"),
    "resume": Act("▶️", "Resume", "resumption", "Resume {}?"),
    "scale": Act("📈", "Scale", "scaling", "Scale {}?"),
    "set-variable": Act("⚙️", "Set variable", "change of a variable", "Set a variable of {}?"),
    "feature": Act("🎚", "Switch feature", "switching of a feature", "Switch a feature of {}?"),
    "end-session": Act("✂️", "End session", "session end", "End a session in the database of {}?"),
    "database-check": Act(
        "🔬", "Check from inside", "check from inside", "Check the database from inside {}?"
    ),
}


def act_of(name: str) -> Act:
    """Also an act that the settings do not have any more has a name in old incidents."""
    said = name.replace("-", " ").replace("_", " ")
    return ACTS.get(name) or Act("▶️", said.capitalize(), said, f"{said.capitalize()} {{}}?")


def act_in(offer: str) -> Act:
    """The act of an offer's id, such as 4.restart or, among several, 4.restart@life-os."""
    return act_of(offer.partition(".")[2].partition("@")[0])


def choices(reached: Iterable[Reach]) -> Message:
    """What can be asked for by typing it; below that, why the rest cannot now."""
    known = sorted(reached, key=lambda one: [*ACTS, one.action].index(one.action))
    services = list(dict.fromkeys(one.service for one in known))
    alone = len(services) == 1
    can = [typed(one, alone=alone) for one in known if not one.barred]
    cannot = [barred(one, alone=alone) for one in known if one.barred]
    head = bold(f"What can be done for {flat(services[0], 40)}" if alone else "What can be done")
    lines = [head, *(can or [small("Nothing now." if cannot else "Nothing: no act is set up.")])]
    lines += ["", bold("Not now"), *cannot] if cannot else []
    return Message(html="\n".join(lines), minimal="/act NAME asks for an act")


def typed(one: Reach, *, alone: bool) -> str:
    named = code(f"/act {one.action} {one.takes}".rstrip())
    return f"{act_of(one.action).icon} {named}{'' if alone else f' for {esc(one.service, 40)}'}"


def barred(one: Reach, *, alone: bool) -> str:
    whose = "" if alone else f", {flat(one.service, 40)}"
    return f"• {esc(f'{act_of(one.action).noun}{whose}: {one.barred}')}"
