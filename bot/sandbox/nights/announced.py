"""What the platform was asked for is what the tapped question said: the same act, to the same."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from bot.sandbox import cast
from bot.sandbox.nights.story import Story, words
from bot.sandbox.render import Call
from bot.sandbox.render.state import SUCCEEDED

SHORT = 7  # characters of a commit, as it is shown
ASKED = re.compile(r"/approve (\d+-\d+)")
SERVICE, DATABASE = r"POST /services/(?P<service>[^/]+)", r"POST /postgres/(?P<database>[^/]+)"
COMMIT_ID = re.compile(r"[0-9a-f]{40}")
VARIABLE = r"PUT /services/(?P<service>[^/]+)/env-vars/(?P<name>[^/]+)"


@dataclass(frozen=True)
class Form:
    """A question and the one call that it stands for.

    `asks` stands in it; where one tap is enough, that is the begin of the button's label, and
    `did` is how it is told that it was done unasked. What the pattern of the call names beside
    service and database must stand in the question, as must the values of `tells`, keys of the
    body; `sets` are fixed ones, `keeps` those that nobody is told. `from_`: it says what runs, too.
    """

    asks: str
    call: str
    tells: tuple[str, ...] = ()
    sets: tuple[tuple[str, object], ...] = ()
    keeps: tuple[str, ...] = ()
    from_: bool = False
    did: str = ""


COMMIT = ("commitId",)
KEPT, CLEARED = (("clearCache", "do_not_clear"),), (("clearCache", "clear"),)
FORMS = {
    "restart": Form("Restart {}?", rf"{SERVICE}/restart", from_=True, did="restarted {}"),
    "rollback": Form("Roll back {}?", rf"{SERVICE}/rollback", ("deployId",), from_=True),
    "deploy": Form("Deploy another commit of {}?", rf"{SERVICE}/deploys", COMMIT, KEPT, from_=True),
    "redeploy": Form("Redeploy {}?", rf"{SERVICE}/deploys", COMMIT, KEPT),
    "clear-cache": Form("Rebuild {} without its cache?", rf"{SERVICE}/deploys", COMMIT, CLEARED),
    "cancel-deploy": Form(
        "Cancel the deploy of {}?", rf"{SERVICE}/deploys/(?P<deploy>[^/]+)/cancel"
    ),
    "suspend": Form("Suspend {}?", rf"{SERVICE}/suspend"),
    "scale": Form("Scale {}?", rf"{SERVICE}/scale", ("numInstances",)),
    "set-variable": Form("Set a variable of {}?", VARIABLE, ("value",)),
    "feature": Form("Switch a feature of {}?", VARIABLE, ("value",)),
    "restart-database": Form(
        "Restart the database of {}?", rf"{DATABASE}/restart", did="restarted the database of {}"
    ),
}
ONE_TAP = {
    "resume": Form("Resume", rf"{SERVICE}/resume"),
    "database-check": Form("Check from inside", rf"{SERVICE}/jobs", keeps=("startCommand",)),
}
# What goes with an act, and is announced in its question.
ALSO = (
    Form(
        "will be switched off",
        r"PATCH /services/(?P<service>[^/]+)",
        sets=(("autoDeployTrigger", "off"),),
    ),
    Form("and deploys commit", rf"{SERVICE}/deploys", COMMIT, KEPT),
)


def as_announced(story: Story) -> None:
    """Each call has its question that was tapped, and each question has at most one call."""
    due = list(announced(story))
    for call in story.calls():
        met = next((one for one in due if means(story, *one, call)), None)
        story.must(f"{call.method} {call.path} is what was asked, and no more", met)
        if met and call.method != "PATCH":  # that one is safe to repeat
            due.remove(met)


def announced(story: Story) -> Iterator[tuple[Form, str]]:
    """What people said yes to, by its text; and what was told to be done by itself."""
    for text in questions(story).values():
        yield from ((form, text) for form in FORMS.values() if of(form) in text)
        yield from ((form, text) for form in ALSO if form.asks in text)
    for label, text in story.seen:
        yield from ((form, text) for form in ONE_TAP.values() if label.startswith(form.asks))
    for text in map(words, story.messages()):
        for form in FORMS.values():
            if form.did and f"{form.did.format(cast.SERVICE)} by myself" in text:
                yield replace(form, from_=False), text


def of(form: Form) -> str:
    return form.asks.format(cast.SERVICE)


def questions(story: Story) -> dict[str, str]:
    """What stood there when somebody said yes, by the number of the question."""
    yes = (text for label, text in story.seen if label.startswith("Yes"))
    return {found[1]: text for text in yes if (found := ASKED.search(text))}


def means(story: Story, form: Form, text: str, call: Call) -> bool:
    """Whether the call is of that form, with what the text says."""
    found = re.fullmatch(form.call, f"{call.method} {call.path}")
    if found is None:
        return False
    named, body, fixed = found.groupdict(), body_of(call), dict(form.sets)
    ours = {"service": story.world.service.id, "database": cast.DATABASE}
    told = [*(named[key] for key in named if key not in ours), *(body.get(k) for k in form.tells)]
    return (
        all(ours[key] == value for key, value in named.items() if key in ours)
        and body.keys() == {*form.tells, *fixed, *form.keeps}
        and all(body[key] == value for key, value in fixed.items())
        and all(is_in(text, value) for value in told)
        and (not form.from_ or says_what_runs(story, text, call))
    )


def says_what_runs(story: Story, text: str, call: Call) -> bool:
    """The deploy that was live when the call came, by its id or its commit."""
    every = story.world.service.history.newest_first()
    ran = (d for d in every if d.status in SUCCEEDED and d.finished_at and d.finished_at < call.at)
    live = max(ran, key=lambda d: d.finished_at or d.created_at, default=None)
    commit = live.commit.id if live and live.commit else ""
    return live is not None and (live.id in text or (commit != "" and commit[:SHORT] in text))


def is_in(text: str, value: object) -> bool:
    """As a word of its own: no part of another id or number. A commit may be named in short."""
    said = str(value)
    forms = [said, said[:SHORT]] if COMMIT_ID.fullmatch(said) else [said]
    return any(re.search(rf"(?<![\w-]){re.escape(one)}(?![\w-])", text) for one in forms)


def body_of(call: Call) -> dict[str, Any]:
    found = json.loads(call.body or "{}")
    return dict(found) if isinstance(found, dict) else {}
