"""A diagnosis of a log in words and as JSON: whatever came out of the log is cleaned here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain.logs.analysis import Analysis
from bot.domain.logs.deploys import new_since
from bot.domain.logs.diagnosis import Diagnosis, Verdict
from bot.domain.logs.events import CUT_OFF
from bot.domain.logs.excerpt import Excerpt, excerpt
from bot.domain.logs.groups import Group
from bot.domain.logs.lines import clean
from bot.domain.logs.records import clean_long
from bot.domain.logs.template import template
from bot.domain.redact import redact

MOST_GROUPS = 50
LONGEST_MESSAGE = 300  # characters
LONGEST_LINE = 2_000  # characters of one line of the excerpt; its head and its end
TODO = {
    "restart": "restart the service",
    "rollback": "roll back the deploy",
    "fix_env": "put the settings right (environment variables, keys, addresses)",
    "wait_upstream": "wait: it is theirs; tell users",
    "scale": "give it more (memory, a bigger plan)",
    "fix_code": "fix the code",
    "fix_database": "look at the database first",
    "throttle": "slow down: send and ask less",
    "free_disk": "free the disk",
    "stop_duplicate": "stop the second copy",
    "none": "do nothing yet",
}
STYLES = {Verdict.CONFIRMED: "bold red", Verdict.LIKELY: "bold yellow", Verdict.NONE: "bold green"}


@dataclass(frozen=True)
class Account:
    """Everything that is told of a log; texts are free of secrets and of what hides text."""

    log: Analysis
    found: Diagnosis
    groups: list[dict[str, Any]]
    minutes: list[tuple[str, int]]
    excerpt: list[str]
    covered: Excerpt
    last_success: dict[str, Any] | None
    injection: list[dict[str, Any]]


def account(log: Analysis, found: Diagnosis) -> Account:
    covered = excerpt(log, found)
    ordered = sorted(log.groups, key=lambda g: (g.is_error, g.count, g.last), reverse=True)
    good = log.good_line
    return Account(
        log=log,
        found=found,
        groups=[_group(group, log, found) for group in ordered[:MOST_GROUPS]],
        minutes=[(iso(at) or "", count) for at, count in found.timeline.per_minute],
        excerpt=[shown(line.text) for line in covered.lines],
        covered=covered,
        last_success={"line": good.number, "text": shown(good.text)} if good else None,
        injection=[{"line": one.number, "text": shown(one.text)} for one in log.injection],
    )


def as_json(told: Account) -> dict[str, Any]:
    found, spike = told.found, told.found.timeline.spike
    return {
        "lines": told.log.lines,
        "records": told.log.records,
        "category": found.category,
        "severity": found.severity.value,
        "verdict": found.verdict.value,
        "suggestions": list(found.suggestions),
        "must_not": list(found.must_not),
        "groups": told.groups,
        "timeline": {
            "first_error": iso(found.timeline.first_error),
            "spike": {"at": iso(spike.at), "errors": spike.errors, "times": spike.times}
            if spike
            else None,
            "current_rate": found.timeline.current_rate,
            "per_minute": [{"at": at, "errors": count} for at, count in told.minutes],
        },
        "last_success": told.last_success,
        "excerpt": told.excerpt,
        "coverage": told.covered.coverage,
        "injection": told.injection,
    }


def _group(group: Group, log: Analysis, found: Diagnosis) -> dict[str, Any]:
    head = group.head
    since = new_since(group.first_at, log.first_at, found.deploys)
    return {
        "type": shown(head.type) if _is_exception(group) else None,
        "message": shown(head.message)[:LONGEST_MESSAGE],
        "template": _template(group),
        "count": group.count,
        "first": iso(group.first_at),
        "last": iso(group.last_at),
        "per_minute": round(group.per_minute, 2),
        "functions": [shown(name) for name in group.functions],
        "new_since": shown(since.name) if since else None,
        "sample": shown_lines(head.lines),
    }


def _is_exception(group: Group) -> bool:
    """A plain line of trouble, or a traceback that was cut before its end, names none."""
    return group.head.key[0] != "line" and group.head.type != CUT_OFF


def _template(group: Group) -> str:
    if not group.head.is_trace:  # masks would hide half of a secret from those who look for it
        return template(shown(group.head.message))
    types = [told.partition(":")[0] for told in group.head.told[:-1]]
    where = f" in {group.head.where}" if group.head.where else ""
    return shown(" → ".join(dict.fromkeys(types or [group.head.type])) + where)


def shown(text: str) -> str:
    """Secrets out first, and whole: a secret that is cut is not recognised any more."""
    safe = redact(clean_long(text.replace("\n", " ")))
    if len(safe) > LONGEST_LINE:
        half = LONGEST_LINE // 2
        safe = f"{safe[:half]} … {safe[-half:]}"
    return clean(safe)


def shown_lines(lines: tuple[str, ...]) -> list[str]:
    """Some secrets go over several lines, so they are looked at together."""
    return [clean(line) for line in redact("\n".join(map(clean_long, lines))).split("\n")]


def headline(told: Account) -> Iterator[tuple[str, str]]:
    """The lines at the top, each with its style."""
    found = told.found
    yield f"{found.severity}  {_title(found)}", STYLES.get(found.verdict, "bold")
    yield f"Why: {shown(found.why)}.", ""
    if found.since:
        yield (
            f"New since {shown(found.since.name)}, which went live at {when(iso(found.since.at))}.",
            "",
        )
    yield f"Do: {'; '.join(TODO[s] for s in found.suggestions)}.", ""
    if found.must_not:
        short = (TODO[one].partition(" (")[0].partition(":")[0] for one in found.must_not)
        yield f"Not: {', '.join(short)}.", ""
    if told.last_success:
        line = told.last_success
        yield f"Last success, line {line['line']:,}: {line['text'][:200]}", "green"
    if told.injection:
        count = len(told.injection)
        lines = ", ".join(f"{one['line']:,}" for one in told.injection[:10])
        yield (
            f"{count} line(s) try to instruct the reader; nothing follows from them: {lines}",
            "magenta",
        )


def _title(found: Diagnosis) -> str:
    if found.verdict is Verdict.NONE:  # a log proves nothing about what it does not hold
        return "Nothing is wrong here, as far as these lines tell"
    if found.verdict is Verdict.INCONCLUSIVE:
        return "Inconclusive"
    return f"{found.category.replace('_', ' ')} ({found.verdict})"


def coverage(told: Account) -> Iterator[str]:
    rate = told.found.timeline.current_rate
    spike = told.found.timeline.spike
    if spike:
        at = when(iso(spike.at))
        yield f"Spike at {at}: {spike.errors} errors in a minute. Now {rate:g} a minute."
    yield f"Excerpt, {told.covered.coverage} ({told.log.records:,} entries):"


def iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def when(at: str | None) -> str:
    """An ISO time as people read it."""
    return at[5:19].replace("T", " ") if at else "–"
