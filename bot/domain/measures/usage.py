"""What a service used, as facts and in a line: memory, CPU, answers, and where they are going."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby, takewhile
from statistics import median

from bot.domain.length import about
from bot.domain.platform import Happening

from .points import Points, merged, packed, thin
from .trend import Course, Trend, trend

MINUTE = timedelta(minutes=1)
RECENT = 5  # points that "now" is the median of
STILL_THERE = timedelta(minutes=3)  # whose newest point is older has gone
STALE = timedelta(minutes=5)
BUSY = 0.9  # of its limit
BEFORE = timedelta(minutes=2)  # so long ahead of its detection the trouble may have been there
TELLING = 1.5  # times as slow as before
MOST_NAMED = 10  # moments of a kind
LONGEST_WHY = 80  # characters

Facts = dict[str, str]


@dataclass(frozen=True)
class Used:
    """Rows of the time looked at, by instance or label; `memory` in MB, `cpu` in cores.

    `latency` is in milliseconds, `requests` are per minute. Empty: there are no figures.
    """

    memory: Mapping[str, Points]
    memory_limit: Mapping[str, Points]
    cpu: Mapping[str, Points]
    cpu_limit: Mapping[str, Points]
    requests: Mapping[str, Points]
    latency: Mapping[str, Points]

    @property
    def nothing(self) -> bool:
        rows = (self.memory, self.cpu, self.requests, self.latency)
        return not any(points for row in rows for points in row.values())


def facts_of(used: Used, events: Iterable[Happening], began: datetime, now: datetime) -> Facts:
    """The facts that code decides on; those that end in `_points` are rows for charts."""
    return {
        **_memory(used, now),
        **_cpu(used),
        **_compared("latency", "_ms", merged(used.latency.values()), began - BEFORE),
        **_compared("requests", "_per_min", summed(used.requests.values()), began - BEFORE),
        **_moments(events),
    }


def _memory(used: Used, now: datetime) -> Facts:
    row = _row(used.memory)
    limit = _limit(used.memory_limit)
    found = trend(row, limit)
    if found is None:
        return {}
    facts = {"memory_mb": f"{found.now:.0f}", "memory_peak_mb": f"{found.high:.0f}"}
    if limit:
        facts["memory_limit_mb"] = f"{limit:.0f}"
        facts["memory_share"] = f"{found.now / limit:.2f}"
    age = now - found.until
    if age > STALE:
        facts["memory_age_min"] = f"{age / MINUTE:.0f}"
    facts["memory_instances"] = str(len(_there(used.memory)))
    return {**facts, **_course(found, limit, fresh=age <= STALE), "memory_points": packed(row)}


def _course(found: Trend, limit: float, *, fresh: bool) -> Facts:
    facts = {
        "memory_trend": str(found.course),
        "memory_low_mb": f"{found.low:.0f}",
        "memory_drops": str(len(found.drops)),
        "memory_since": found.since.isoformat(),
        "memory_for_min": f"{(found.until - found.since) / MINUTE:.0f}",
    }
    if found.slope:
        facts["memory_slope_mb_per_min"] = _plain(found.slope)
    left = found.minutes_to(limit) if limit and fresh else None
    if left is not None:
        facts["full_in_min"] = f"{left:.0f}"
    return facts


def _cpu(used: Used) -> Facts:
    row, limit = _row(used.cpu), _limit(used.cpu_limit)
    if not row:
        return {}
    values = [value for _, value in row]
    now = median(values[-RECENT:])
    if not limit:
        return {"cpu_cores": f"{now:.2f}"}
    busy = list(takewhile(lambda p: p[1] >= BUSY * limit, reversed(row)))
    facts = {
        "cpu_share": f"{now / limit:.2f}",
        "cpu_peak_share": f"{max(values) / limit:.2f}",
        "cpu_points": packed((at, 100 * value / limit) for at, value in row),
    }
    if len(busy) > 1:
        facts["cpu_busy_min"] = f"{(busy[0][0] - busy[-1][0]) / MINUTE:.0f}"
    return facts


def _compared(name: str, unit: str, row: Points, began: datetime) -> Facts:
    """Its newest value, and the usual one of the time before the trouble."""
    if not row:
        return {}
    late = [value for at, value in row if at >= began] or [row[-1][1]]
    facts = {f"{name}{unit}": _plain(median(late[-RECENT:]))}
    if before := [value for at, value in row if at < began]:
        facts[f"{name}_before{unit}"] = _plain(median(before))
    return {**facts, f"{name}_points": packed(row)}


def _moments(events: Iterable[Happening]) -> Facts:
    """When it restarted, failed and was deployed, and how often its memory ran out."""
    every = sorted(events, key=lambda e: e.at)
    failed = [e for e in every if e.kind == "server_failed"]
    kinds = {
        "restarts": [e for e in every if e.kind == "server_restarted"],
        "crashes": failed,
        "memory_kills": [e for e in failed if e.failure and e.failure.code == "out_of_memory"],
        "deploys": [e for e in every if e.kind == "deploy_ended" and e.outcome == "succeeded"],
    }
    return {
        f"{name}_at": ",".join(e.at.isoformat(timespec="seconds") for e in found[-MOST_NAMED:])
        for name, found in kinds.items()
        if found
    }


def moments(text: str | None) -> tuple[datetime, ...]:
    """The moments of a fact that `facts_of` wrote; what is none is left out."""
    return tuple(_read((text or "").split(",")[:MOST_NAMED]))


def _read(words: Iterable[str]) -> Iterator[datetime]:
    for word in words:
        try:
            at = datetime.fromisoformat(word)
        except ValueError:
            continue
        if at.tzinfo:
            yield at


def summed(rows: Iterable[Points]) -> Points:
    """One row of several: at each time their sum."""
    every = sorted(p for row in rows for p in row)
    return tuple((at, sum(p[1] for p in same)) for at, same in groupby(every, lambda p: p[0]))


def _there(rows: Mapping[str, Points]) -> dict[str, Points]:
    """Those that have figures still."""
    newest = max((row[-1][0] for row in rows.values() if row), default=None)
    if newest is None:
        return {}
    return {who: row for who, row in rows.items() if row and newest - row[-1][0] <= STILL_THERE}


def _row(rows: Mapping[str, Points]) -> Points:
    """One instance after the other is one story; of several at once, the fullest tells it."""
    there = _there(rows)
    fullest = max(there.values(), key=_newest) if len(there) > 1 else merged(rows.values())
    return thin(fullest)


def _newest(row: Points) -> float:
    return row[-1][1]


def _limit(rows: Mapping[str, Points]) -> float:
    """The newest limit; 0: none is known. Each instance has its own, all have the same."""
    return max(map(_newest, _there(rows).values()), default=0.0)


def _plain(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 10 else f"{value:.2g}"  # noqa: PLR2004 - two digits


# In a line for people.


def said(
    facts: Facts, *, empty: Sequence[str] = (), unread: Mapping[str, str] | None = None
) -> str:
    """The facts on one line; `unread` says why something could not be read, by its name."""
    parts = [*_said_of_memory(facts), *_said_of_cpu(facts), *_said_of_answers(facts)]
    if empty:
        parts.append(f"no figures for {_listed(empty)}")
    whys = dict.fromkeys((unread or {}).values())
    for why in whys:
        names = [name for name, other in (unread or {}).items() if other == why]
        parts.append(f"not readable: {_listed(names)} ({why[:LONGEST_WHY]})")
    return "; ".join(parts)


def _said_of_memory(facts: Facts) -> Iterator[str]:
    if "memory_mb" not in facts:
        return
    limit, share = facts.get("memory_limit_mb"), float(facts.get("memory_share", 0))
    of = f" of {limit} MB ({share:.0%})".replace("%", " %") if limit else " MB (limit not known)"
    fullest = ", the fullest instance" if int(facts["memory_instances"]) > 1 else ""
    old = f", {facts['memory_age_min']} min ago" if "memory_age_min" in facts else ""
    yield f"memory {facts['memory_mb']}{of}{fullest}{old}, {_said_of_course(facts)}"


def _said_of_course(facts: Facts) -> str:
    low, high, lasted = (facts[f"memory_{n}"] for n in ("low_mb", "peak_mb", "for_min"))
    full = facts.get("full_in_min")
    rising = f"rising by {facts.get('memory_slope_mb_per_min')} MB a minute"
    if full is not None:
        rising += ": full in under a minute" if full == "0" else f": full in about {_minutes(full)}"
    match Course(facts["memory_trend"]):
        case Course.RISING:
            return rising
        case Course.SAWTOOTH:
            now = f"; now {rising}" if "memory_slope_mb_per_min" in facts else ""
            return (
                f"filled up and fell back {facts['memory_drops']} times{_why_it_fell(facts)}{now}"
            )
        case Course.FLAT:
            return "steady"
        case Course.UNEVEN:
            return f"up and down between {low} and {high} MB"
        case Course.SHORT:
            return f"only {lasted} min of figures: its trend is not known"


def _why_it_fell(facts: Facts) -> str:
    kills, crashes, restarts = (
        len(moments(facts.get(f"{name}_at"))) for name in ("memory_kills", "crashes", "restarts")
    )
    counts = {"memory kill": kills, "other crash": max(0, crashes - kills), "restart": restarts}
    told = [_plural(count, noun) for noun, count in counts.items() if count]
    return f" ({', '.join(told)})" if told else ""


def _plural(count: int, noun: str) -> str:
    if count == 1:
        return f"1 {noun}"
    return f"{count} {noun}{'es' if noun.endswith('sh') else 's'}"


def _said_of_cpu(facts: Facts) -> Iterator[str]:
    if "cpu_cores" in facts:
        yield f"CPU {facts['cpu_cores']} cores (limit not known)"
    if "cpu_share" in facts:
        busy = int(facts.get("cpu_busy_min", 0))
        lasts = f" for {busy} min" if busy else ""
        share = f"{float(facts['cpu_share']):.0%}".replace("%", " %")
        yield f"CPU at {share} of its limit{lasts}"


def _said_of_answers(facts: Facts) -> Iterator[str]:
    for name, unit, head in (
        ("latency", "_ms", "answers take {} ms"),
        ("requests", "_per_min", "{} requests a minute"),
    ):
        if (now := facts.get(f"{name}{unit}")) is None:
            continue
        before = facts.get(f"{name}_before{unit}")
        yield head.format(now) + (f" ({before} before the trouble)" if before else "")


def _minutes(text: str) -> str:
    return about(int(text) * MINUTE)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(names))
