"""What a model may say: quotes and figures checked, acts only from the list, verdict by code."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from bot.domain.cause import Cause, Claim, Option, Sure
from bot.domain.evidence import Found
from bot.domain.logs.consequences import BRINGS

from .brief import MEMORY, RUNBOOK, WATCH, Brief, kind
from .plain import tidy
from .quotes import CATEGORIES, ID, has_figures, has_names, is_backed, quoted
from .said import CAUSE_FOUND, NO_CODE_CAUSE, Said, SaidClaim, SaidOption, SaidReply

CHANGES = "D"  # deploys and what they changed
NO_PROOF = {WATCH, MEMORY, RUNBOOK}  # the symptom, and what was once the case elsewhere

MOST_CLAIMS, MOST_POINTS, MOST_OPTIONS, MOST_STEPS = 20, 6, 3, 6
LONGEST, LONGEST_QUOTE, LONGEST_STEP, LONGEST_REPLY = 300, 300, 160, 1_200
NEEDED = 2  # kinds of evidence, each with a quote
UNSETTLED = "Not settled: "
IN_CODE = {"code_error", "import_error"}
CLOCKS_APART = timedelta(minutes=1)

T = TypeVar("T")

CHANGE_ID = re.compile(r"\b(?:dep-\w+|[0-9a-f]{7,40})\b", re.IGNORECASE)
CHANGE = re.compile(
    rf"{CHANGE_ID.pattern}|\b(?:(?:re)?deploy\w*|commit\w*|releases?|versions?)\b", re.IGNORECASE
)
CLOCK = re.compile(r"(?:^|[T ])([0-2]?[0-9]):([0-5][0-9])(?::([0-5][0-9]))?")
SENTENCE = re.compile(r"(?<=[.!?])\s+")


def settle(said: Said, brief: Brief) -> Cause:
    """Keep what stands; the verdict is ours."""
    claims = _standing(said.claims, brief)
    backed = [p for p in _points(said.contributing) if is_backed(p, brief)]
    discarded = [p for p in _points(said.discarded) if is_backed(p, brief)]
    doubt = next(filter(None, _doubts(said, claims, brief)), "")
    options = list(_options(said.options, brief))
    dropped = len(said.claims) - len(claims)
    dropped += len(_points(said.contributing)) - len(backed)
    dropped += len(_points(said.discarded)) - len(discarded)
    problem = tidy(said.problem, LONGEST)
    return Cause(
        problem=problem if problem and is_backed(problem, brief) else brief.rules.problem,
        cause=f"{UNSETTLED}{doubt}" if doubt else tidy(said.cause, LONGEST),
        sure=Sure.INCONCLUSIVE if doubt else _sure(_category(said), brief.rules),
        category="none" if doubt else _category(said),
        claims=claims,
        contributing=() if doubt else tuple(backed),
        not_checked=(*_points(said.not_checked), *brief.left_out),
        discarded=tuple(discarded),
        options=tuple(option for _, option in options),
        recommended=None if doubt else _recommended(said.recommended, options),
        dropped=dropped,
    )


def settle_reply(said: SaidReply, question: str, brief: Brief) -> Cause:
    """Keep what stands of an answer; never more than likely.

    `brief` is the one that was shown, with what the model has looked up since. What our own checks
    saw and what was done bear out an answer, though they prove no cause; memory and a runbook, too,
    but of another time.
    """
    claims = _standing(said.claims, brief)
    sentences = SENTENCE.split(tidy(said.reply, LONGEST_REPLY))
    kept = [s for s in sentences if s and is_backed(s, brief)]
    proven = any(kind(claim.evidence) not in {MEMORY, RUNBOOK} for claim in claims)
    reply = " ".join(kept) or "It said nothing that the evidence bears out."
    dropped = len(said.claims) - len(claims) + sum(map(bool, sentences)) - len(kept)
    return Cause(
        problem=tidy(question, LONGEST),
        cause=reply if claims or not kept else f"No quote bears this out: {reply}",
        sure=Sure.LIKELY if proven else Sure.INCONCLUSIVE,
        claims=claims,
        not_checked=(*_points(said.not_checked), *brief.left_out),
        dropped=dropped,
    )


def together(rules: Cause, told: Cause) -> Cause:
    """What the card shows of both: a model adds to what code has found, and never takes from it."""
    if told.sure is not Sure.INCONCLUSIVE or rules.sure is Sure.INCONCLUSIVE:
        if told.options:
            return told
        return replace(told, options=rules.options, recommended=rules.recommended)
    return replace(
        rules,
        claims=_both(rules.claims, told.claims),
        not_checked=_both(rules.not_checked, told.not_checked),
        discarded=_both(rules.discarded, told.discarded),
        dropped=told.dropped,
        cost=told.cost,
        unsaid=f"Claude did not settle it: {told.cause.removeprefix(UNSETTLED)}",
    )


# Claims.


def _standing(said: Sequence[SaidClaim], brief: Brief) -> tuple[Claim, ...]:
    checked = (_checked(claim, brief) for claim in said[:MOST_CLAIMS])
    return tuple(dict.fromkeys(claim for claim in checked if claim))


def _checked(said: SaidClaim, brief: Brief) -> Claim | None:
    """The claim as it may be shown, if its quote and its figures stand where it says."""
    found = ID.search(said.evidence_id.upper())
    item = brief.item(found[0]) if found else None
    text = tidy(said.text, LONGEST)
    if item is None or item.found is Found.UNREADABLE or not text:
        return None
    quote = quoted(said.quote, item)
    if not quote or not has_figures(text, (item,), brief) or not has_names(text, brief):
        return None
    return Claim(text, item.id, quote if len(quote) <= LONGEST_QUOTE else _short(quote))


def _short(quote: str) -> str:
    return quote[: LONGEST_QUOTE - 1] + "…"


def _proves(claim: Claim) -> bool:
    return kind(claim.evidence) not in NO_PROOF


# The verdict.


def _doubts(said: Said, claims: Sequence[Claim], brief: Brief) -> Iterator[str]:
    """Why the cause is not settled; what stands first is said."""
    answer, cause, category = (
        said.answer.strip().lower(),
        tidy(said.cause, LONGEST),
        _category(said),
    )
    if answer not in {CAUSE_FOUND, NO_CODE_CAUSE} or not cause:
        yield "the model finds the evidence not enough"
    yield _unproved(claims, brief)
    if not is_backed(cause, brief):
        yield "it names what stands in no evidence"
    at = _time(said.cause_at, brief.began)
    if at and at > brief.began + CLOCKS_APART:
        yield "what it takes for the cause came after the trouble began"
    if answer == NO_CODE_CAUSE and category in IN_CODE:
        yield "it contradicts itself"
    if answer == CAUSE_FOUND and _accuses(cause, brief):
        yield "it blames a change of the code that is not suspected"
    yield _contradiction(category, brief.rules)


def _unproved(claims: Sequence[Claim], brief: Brief) -> str:
    """What is lacking of two quotes of two kinds; a change that nobody suspects is none."""
    suspects = _suspects(brief)
    proof = [claim for claim in claims if _proves(claim)]
    proof = [c for c in proof if kind(c.evidence) != CHANGES or suspects is None or suspects]
    kinds = {kind(claim.evidence) for claim in proof}
    if len(kinds) >= NEEDED:
        return ""
    if not kinds:
        return "no quote that stood the check bears it out"
    return "only one kind of evidence bears it out, and two are needed"


def _suspects(brief: Brief) -> tuple[str, ...] | None:
    """Ids of the deploys that code suspects, and the commit of the first; None: nobody looked."""
    looked = (e for e in brief.evidence if e.found is Found.SOMETHING and e.fact("no_code_cause"))
    changes = next(looked, None)
    if changes is None:
        return None
    if changes.fact("no_code_cause") == "yes":
        return ()
    ids = (changes.fact("suspects") or "").split(",")
    return tuple(filter(None, [*ids, changes.fact("suspect_commit")]))


def _accuses(cause: str, brief: Brief) -> bool:
    """Whether it speaks of a change, and code suspects none or another one."""
    suspects = _suspects(brief)
    if suspects is None or not CHANGE.search(cause):
        return False
    named = [name.lower() for name in CHANGE_ID.findall(cause)]
    return not suspects or not all(any(s.startswith(name) for s in suspects) for name in named)


def _contradiction(category: str, rules: Cause) -> str:
    """What code has found stands, unless the model names what brings that about."""
    if rules.sure is Sure.INCONCLUSIVE or rules.category in {"none", category}:
        return ""
    if rules.category in BRINGS.get(category, ()) and rules.sure is not Sure.CONFIRMED:
        return ""
    said = category.replace("_", " ") if category != "none" else "something else"
    return f"it says {said} where the rules say {rules.category.replace('_', ' ')}"


def _sure(category: str, rules: Cause) -> Sure:
    same = category == rules.category != "none"
    return Sure.CONFIRMED if same and rules.sure is Sure.CONFIRMED else Sure.LIKELY


def _category(said: Said) -> str:
    category = said.category.strip().lower().replace(" ", "_")
    return category if category in CATEGORIES else "none"


def _time(said: str, near: datetime) -> datetime | None:
    """The time of day it names, on the day that is nearest to the begin of the trouble (UTC)."""
    with suppress(ValueError):
        at = datetime.fromisoformat(said.strip()[:40])
        return at if at.tzinfo else at.replace(tzinfo=UTC)
    found = CLOCK.search(said[:100])
    if found is None or int(found[1]) > 23:  # noqa: PLR2004 - hours
        return None
    hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
    at = near.replace(hour=hour, minute=minute, second=second, microsecond=0)
    half = timedelta(hours=12)
    return at - 2 * half if at - near > half else at + 2 * half if near - at > half else at


# The rest.


def _points(said: Sequence[str]) -> tuple[str, ...]:
    points = (tidy(point, LONGEST) for point in said[:MOST_POINTS])
    return tuple(dict.fromkeys(point for point in points if point))


def _options(said: Sequence[SaidOption], brief: Brief) -> Iterator[tuple[str, Option]]:
    """Each with the name that the model gave it: of an act, all the rest comes from our list."""
    acts, taken = {act.id.lower(): act.way for act in brief.acts}, set[str]()
    for one in said[:MOST_OPTIONS]:
        ids = (id.strip().strip("[]`'\"").lower() for id in one.action_ids[:MOST_OPTIONS])
        way = next((acts[id] for id in ids if id in acts), None) or _checklist(one)
        if way and way.name not in taken:
            taken.add(way.name)
            yield one.name, way


def _checklist(said: SaidOption) -> Option | None:
    steps = tuple(s for step in said.steps[:MOST_STEPS] if (s := tidy(step, LONGEST_STEP)))
    name = tidy(said.name, 60)
    if not name or not steps:
        return None
    return Option(
        name=name,
        time=tidy(said.time, 40),
        pros=tidy(said.pros, LONGEST_STEP),
        cons=tidy(said.cons, LONGEST_STEP),
        risk=tidy(said.risk, LONGEST_STEP),
        steps=steps,
    )


def _recommended(name: str, options: Sequence[tuple[str, Option]]) -> int | None:
    wanted = name.strip().casefold()
    names = (
        (n, {said.strip().casefold(), o.name.casefold()}) for n, (said, o) in enumerate(options)
    )
    return next((n for n, known in names if wanted and wanted in known), None)


def _both(first: tuple[T, ...], second: tuple[T, ...]) -> tuple[T, ...]:
    return tuple(dict.fromkeys((*first, *second)))
