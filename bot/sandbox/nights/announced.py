"""What the platform was asked for is what the tapped question said: the same act, to the same."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.sandbox import cast
from bot.sandbox.nights.story import Story
from bot.sandbox.render import Call
from bot.sandbox.render.state import SUCCEEDED

SHORT = 7  # characters of a commit, as it is shown
ASKED = re.compile(r"/approve (\d+-\d+)")
SERVICE, DATABASE = r"POST /services/(?P<service>[^/]+)", r"POST /postgres/(?P<database>[^/]+)"
# Settings that go with another act are announced in its question.
ALSO = {
    "will be switched off": (
        r"PATCH /services/(?P<service>[^/]+)",
        {"autoDeployTrigger": "off"},
    ),
}


@dataclass(frozen=True)
class Form:
    """A question and the one call that it stands for.

    `asks` begins it. What the pattern of the call names beside service and database must stand in
    the question, as must the values of `tells`, keys of the body; `sets` are fixed ones. `from_`:
    it says what runs, too.
    """

    asks: str
    call: str
    tells: tuple[str, ...] = ()
    sets: Mapping[str, object] | None = None
    from_: bool = False


KEPT, CLEARED = {"clearCache": "do_not_clear"}, {"clearCache": "clear"}
FORMS = {
    "restart": Form("Restart {}?", rf"{SERVICE}/restart", from_=True),
    "rollback": Form("Roll back {}?", rf"{SERVICE}/rollback", ("deployId",), from_=True),
    "deploy": Form(
        "Deploy another commit of {}?", rf"{SERVICE}/deploys", ("commitId",), KEPT, from_=True
    ),
    "redeploy": Form("Redeploy {}?", rf"{SERVICE}/deploys", ("commitId",), KEPT),
    "clear-cache": Form(
        "Rebuild {} without its cache?", rf"{SERVICE}/deploys", ("commitId",), CLEARED
    ),
    "cancel-deploy": Form(
        "Cancel the deploy of {}?", rf"{SERVICE}/deploys/(?P<deploy>[^/]+)/cancel"
    ),
    "suspend": Form("Suspend {}?", rf"{SERVICE}/suspend"),
    "resume": Form("Resume {}?", rf"{SERVICE}/resume"),
    "scale": Form("Scale {}?", rf"{SERVICE}/scale", ("numInstances",)),
    "restart-database": Form("Restart the database of {}?", rf"{DATABASE}/restart"),
}


def as_announced(story: Story) -> None:
    """Each call has its question that was tapped, and each question has at most one call."""
    asked = questions(story)
    left = dict(asked)
    for call in story.calls():
        said = f"{call.method} {call.path}"
        if any(goes_with(text, call) for text in asked.values()):
            continue
        number = next((n for n, text in left.items() if stands_for(story, text, call)), None)
        story.must(f"{said} is what was asked, and no more", number)
        left.pop(number or "")


def questions(story: Story) -> dict[str, str]:
    """What stood there when somebody said yes, by the number of the question."""
    yes = (text for label, text in story.seen if label.startswith("Yes"))
    return {found[1]: text for text in yes if (found := ASKED.search(text))}


def stands_for(story: Story, text: str, call: Call) -> bool:
    return any(means(story, form, text, call) for form in FORMS.values())


def means(story: Story, form: Form, text: str, call: Call) -> bool:
    found = re.fullmatch(form.call, f"{call.method} {call.path}")
    if found is None or form.asks.format(cast.SERVICE) not in text:
        return False
    named, body = found.groupdict(), body_of(call)
    ours = {"service": story.world.service.id, "database": cast.DATABASE}
    fixed = form.sets or {}
    told = [*(named[key] for key in named if key not in ours), *(body.get(k) for k in form.tells)]
    return (
        all(ours[key] == value for key, value in named.items() if key in ours)
        and body.keys() == {*form.tells, *fixed}
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


def goes_with(text: str, call: Call) -> bool:
    return any(
        words in text and re.fullmatch(to, f"{call.method} {call.path}") and body_of(call) == body
        for words, (to, body) in ALSO.items()
    )


def is_in(text: str, value: object) -> bool:
    """As a word of its own: not the begin of another id, nor a digit of another number."""
    return re.search(rf"(?<![\w-]){re.escape(str(value))}(?![\w-])", text) is not None


def body_of(call: Call) -> dict[str, Any]:
    found = json.loads(call.body or "{}")
    return dict(found) if isinstance(found, dict) else {}
