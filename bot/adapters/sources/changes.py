"""What was changed lately: how risky it is, what is suspected, and what cannot be it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.adapters.github import GitHub, NotThere
from bot.adapters.github_answers import Comparison
from bot.adapters.render import Render
from bot.domain.cause import Sure
from bot.domain.changes import (
    DEPLOY_CODES,
    Change,
    Held,
    Judgement,
    Strength,
    Symptoms,
    brought,
    category_of,
    changes_of,
    files_of,
    is_commit,
    line,
    risk,
    summary,
    suspects,
    undone,
)
from bot.domain.evidence import Evidence, Found, found_by
from bot.domain.incident import Incident
from bot.domain.iso import moment
from bot.domain.logs.consequences import BRINGS
from bot.domain.logs.families import family_of
from bot.domain.why.blame import Whose, blame
from bot.domain.why.trouble import ends_by_itself
from bot.ports import Unavailable

READ = 20  # deploys: the oldest that are shown need one before them that ran
KEPT = 30  # comparisons: they never change
MOST_FILES = 50  # of tracebacks
LONGEST = 240  # characters of a line
UNREACHABLE = "database_unreachable"
GONE = frozenset({"refused", "timeout", "name", "starting"})  # states of B1
OURS_TOO = {"database_auth": frozenset({"auth", "name"})}  # states of B1: our own login fails
OUTAGE = "upstream_outage"
NOT_SET = "no repository is set"


@dataclass(frozen=True)
class Changes:
    """Evidence C1. Raises Unavailable when the deploys cannot be read; the files may lack.

    `repository` is "owner/name" on GitHub.
    """

    service: str
    id: str
    render: Render
    now: Callable[[], datetime]
    github: GitHub | None = None
    repository: str = ""
    name: str = "changes"
    _known: dict[tuple[str, str], Comparison] = field(default_factory=dict, repr=False)

    async def gather(self, incident: Incident) -> Evidence:
        deploys = await self.render.deploys(self.id, READ)
        changes = changes_of(deploys)
        if not changes:
            return Evidence("C1", self.name, Found.NOTHING, "nothing was ever deployed")
        changes, gap = await self._with_files(changes)
        # Some hundred files against some dozen of tracebacks, for each change.
        judged = await asyncio.to_thread(self._judged, changes, symptoms_of(incident), gap)
        return replace(judged, facts=(*judged.facts, *undone(changes, deploys).items()))

    async def diff(self, deploy: str) -> tuple[str, ...]:
        """Lines on what it brought; none where it is not among the newest. Raises Unavailable."""
        known = changes_of(await self.render.deploys(self.id, READ), READ)
        wanted = [change for change in known if _is_named(change, deploy)]
        changes, gap = await self._with_files(wanted[:1])
        return tuple(line for change in changes for line in brought(change, gap))

    def _judged(self, changes: Sequence[Change], symptoms: Symptoms, gap: str) -> Evidence:
        found = suspects(changes, symptoms)
        said = summary(found)
        said = f"{said} ({gap})" if gap not in {"", NOT_SET} else said
        lines = tuple(line(r, risk(r.change, symptoms.frames))[:LONGEST] for r in found.rulings)
        facts = tuple(_facts(found, gap).items())
        return Evidence("C1", self.name, Found.SOMETHING, said, facts, lines)

    async def _with_files(self, changes: Sequence[Change]) -> tuple[list[Change], str]:
        """Look up what each one brought, and say why where that is not known.

        The newest first, alone: what refuses it refuses the others, too.
        """
        wanted = [change for change in changes if _is_comparable(change)]
        if not wanted or self.github is None or not self.repository:
            return list(changes), "" if not wanted else NOT_SET
        try:
            known = {wanted[0]: await self._one(self.github, wanted[0])}
        except Unavailable as gone:
            return list(changes), str(gone)
        rest = (self._one(self.github, change) for change in wanted[1:])
        answers = await asyncio.gather(*rest, return_exceptions=True)
        gap = ""
        for change, answer in zip(wanted[1:], answers, strict=True):
            if isinstance(answer, Change):
                known[change] = answer
            elif isinstance(answer, Unavailable):
                gap = gap or str(answer)
            else:
                raise answer
        return [known.get(change, change) for change in changes], gap

    async def _one(self, github: GitHub, change: Change) -> Change:
        """A history that was rewritten has no way between the two: then the newest commit alone."""
        base, head = change.base, change.deploy.commit
        base, head = (head, base) if change.undoes else (base, head)
        try:
            found = await self._compared(github, base, head)
            if found.status == "behind" and not change.undoes:
                found = await self._compared(github, head, base)
                change = replace(change, undoes=True)
        except NotThere:
            one = await github.commit(self.repository, change.deploy.commit)
            return replace(change, commits=(one,), files=one.files, cut=True, undoes=False)
        return replace(change, commits=found.commits, files=found.files, cut=found.cut)

    async def _compared(self, github: GitHub, base: str, head: str) -> Comparison:
        found = self._known.get((base, head))
        if found is None:
            found = await github.compare(self.repository, base, head)
            if len(self._known) >= KEPT:
                self._known.pop(next(iter(self._known)), None)
            self._known[base, head] = found
        return found


def symptoms_of(incident: Incident) -> Symptoms:
    """What the changes are judged by: from the logs, else from what was found failing."""
    told = _logs(incident.evidence)
    failing = [(event.check, event.code) for event in incident.failing]
    category, confirmed = _category(incident, told, failing)
    frames = tuple(f for f in told.get("files", "").split(",")[:MOST_FILES] if f.strip())
    # Of the error that it is about, where that is told: another may have stood there for hours.
    first = moment(told.get("cause_first")) or moment(told.get("first_error"))
    return Symptoms(
        # No later than we noticed: of a flood only the newest lines were read.
        first_error=min(first, incident.began_at) if first else incident.began_at,
        category=category,
        frames=frames or files_of(told.get("top_where", "")),
        whole=bool(frames),
        log_begins=moment(told.get("log_begins")),
        fine_at=moment(told.get("last_success_at")),
        noticed_at=incident.began_at,
        deploy_failed=bool(failing) and all(code in DEPLOY_CODES for _, code in failing),
        confirmed=confirmed,
    )


def _logs(evidence: Iterable[Evidence]) -> dict[str, str]:
    """What the log says; of several services' logs, the one that names a category."""
    found = [dict(e.facts) for e in evidence if e.source == "logs" and e.found is Found.SOMETHING]
    telling = (facts for facts in found if facts.get("category", "none") != "none")
    return next(telling, found[0] if found else {})


def _category(
    incident: Incident, told: Mapping[str, str], failing: Iterable[tuple[str, str]]
) -> tuple[str, bool]:
    """The category, and whether it was seen from here as well."""
    if ends_by_itself(incident):
        return category_of(failing), False
    category = told.get("category", "")
    if not category and (family := family_of(told.get("top_error", ""))):
        category = family.category
    if category in {"", "none"}:
        category = category_of(failing)
    database = found_by("database", incident.evidence)
    state = (database.fact("state") if database else None) or ""
    if state in GONE and category in {"", UNREACHABLE} | BRINGS[UNREACHABLE]:
        return UNREACHABLE, True
    if category == OUTAGE:
        return category, _theirs(incident)
    return category, state in OURS_TOO.get(category, ())


def _theirs(incident: Incident) -> bool:
    """Whether their own word has settled that it is them."""
    blamed = blame(incident, incident.evidence)
    return blamed.whose is Whose.THEIRS and blamed.sure is Sure.CONFIRMED


def _is_named(change: Change, name: str) -> bool:
    """By the id of the deploy, or by its commit, which may be cut short."""
    commit = change.deploy.commit.lower()
    return name == change.deploy.id or (is_commit(name) and commit.startswith(name.lower()))


def _is_comparable(change: Change) -> bool:
    both = is_commit(change.base) and is_commit(change.deploy.commit)
    return both and not change.same_code


def _facts(found: Judgement, gap: str) -> dict[str, str]:
    first, frames = found.suspect, found.symptoms.frames
    about = first.change if first else found.rulings[0].change
    rated = risk(about, frames)
    return {
        "suspect": first.change.deploy.id if first else "",
        "suspect_commit": first.change.deploy.commit if first else "",
        "suspect_status": first.change.deploy.status if first else "",
        "suspect_why": first.why if first else "",
        "strength": str(first.strength if first else Strength.NONE),
        "suspects": ",".join(r.change.deploy.id for r in found.suspects),
        "cleared": ",".join(r.change.deploy.id for r in found.held(Held.CLEARED)),
        "no_code_cause": str(found.no_code_cause),
        "newest": found.rulings[0].change.deploy.id,
        "risk": str(rated.level),
        "risk_why": ", ".join(rated.reasons),
        "category": found.symptoms.category,
        "files_known": _files_known(found),
        "not_read": gap,
    }


def _files_known(found: Judgement) -> str:
    known = {ruling.change.known for ruling in found.rulings if ruling.change.base}
    return {frozenset({True}): "yes", frozenset({True, False}): "partly"}.get(
        frozenset(known), "no"
    )
