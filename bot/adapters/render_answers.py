"""What the Render API answers, read with patience: dicts come in, frozen records go out.

Fields may be missing or null and enums grow (Render's OpenAPI schema against recorded answers), so
nothing is required but what a record is about, and unknown words stay as they are.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.iso import moment
from bot.domain.logs.lines import LogLine, clean
from bot.domain.platform import Deploy, Failure, Happening, Hosted
from bot.domain.redact import redact

LONGEST_WORD = 200
LONGEST_MESSAGE = 1_000
LONGEST_READ = 20_000  # characters of somebody's words that are looked at for secrets
MOST_SUSPENDERS = 3  # named of those who suspended it; the platform knows half a dozen
AUTO_DEPLOY = {"yes": "commit", "no": "off"}  # the older field beside autoDeployTrigger
LEGACY_OUTCOME = {2: "succeeded", 3: "failed", 4: "canceled"}  # `status` beside `deployStatus`

Json = Mapping[str, object]


@dataclass(frozen=True)
class Instance:
    id: str
    created_at: datetime | None = None


@dataclass(frozen=True)
class Series:
    """A metric of one instance; `points` are oldest first, in `unit` as the API names it."""

    instance: str
    unit: str
    points: tuple[tuple[datetime, float], ...]


@dataclass(frozen=True)
class HostedDatabase:
    id: str
    name: str
    status: str
    plan: str = ""
    version: str = ""
    suspended: bool = False
    expires_at: datetime | None = None


@dataclass(frozen=True)
class Job:
    """A one-off job; `status` is the platform's word, "" while it waits (docs, one-off jobs)."""

    id: str
    status: str = ""
    command: str = ""  # whole: it is compared, never shown
    created_at: datetime | None = None
    finished_at: datetime | None = None


@dataclass(frozen=True)
class LogPage:
    """Lines, oldest first, and where the next page begins: its times as the API wrote them."""

    lines: tuple[LogLine, ...]
    more: bool = False
    next_start: str = ""
    next_end: str = ""


def rows(data: object, wrapper: str) -> Iterator[Json]:
    """The objects of a list answer, taken out of their `{wrapper: …, cursor: …}`."""
    for item in objects(data):
        inner = item.get(wrapper)
        yield inner if isinstance(inner, Mapping) else item


def variables(data: object) -> Iterator[tuple[str, bool]]:
    """Each variable's name, and whether it has a value; a value that is not told is one."""
    for row in rows(data, "envVar"):
        name = row.get("key")
        if isinstance(name, str) and name:
            yield name, row.get("value", "?") != ""


def last_cursor(data: object) -> str:
    items = list(objects(data))
    return word(items[-1], "cursor") if items else ""


def hosted(data: Json) -> Hosted:
    details = part(data, "serviceDetails")
    return Hosted(
        id=name(data),
        name=word(data, "name"),
        kind=word(data, "type"),
        owner=word(data, "ownerId"),
        plan=word(details, "plan"),
        suspended=word(data, "suspended") == "suspended",
        suspenders=tuple(_short(s) for s in _list(data.get("suspenders"))[:MOST_SUSPENDERS]),
        url=word(details, "url"),
        auto_deploy=word(data, "autoDeployTrigger")
        or AUTO_DEPLOY.get(word(data, "autoDeploy"), ""),
        instances=int(_number(details.get("numInstances")) or 0),
        autoscaled=part(details, "autoscaling").get("enabled") is True,
        disk=bool(part(details, "disk")),
    )


def deploy(data: Json) -> Deploy:
    commit = part(data, "commit")
    return Deploy(
        id=name(data),
        status=word(data, "status"),
        trigger=word(data, "trigger"),
        commit=word(commit, "id") or word(part(data, "image"), "ref"),
        message=said(commit, "message", LONGEST_MESSAGE),
        created_at=moment(data.get("createdAt")),
        finished_at=moment(data.get("finishedAt")),
    )


def happening(data: Json) -> Happening | None:
    """An event; None when it has no time, because then it proves nothing."""
    at, details = moment(data.get("timestamp")), part(data, "details")
    if at is None:
        return None
    reason = part(details, "reason")
    return Happening(
        id=name(data),
        kind=word(data, "type"),
        at=at,
        deploy=word(details, "deployId"),
        outcome=word(details, "deployStatus") or _legacy(details.get("status")),
        instance=word(details, "instanceID"),
        by=word(details, "triggeredByUser"),
        failure=failure(part(reason, "failure") or reason),
    )


def identity(event: Happening) -> tuple[str, str, datetime]:
    """What an event is known by when it is read again; ids may be missing or the same."""
    return event.id, event.kind, event.at


def failure(reason: Json) -> Failure | None:
    """Read a failureReason: which field is there says what happened."""
    killed = reason.get("oomKilled")
    if killed or isinstance(killed, Mapping):
        limit = word(killed, "memoryLimit")
        return Failure("out_of_memory", f"killed at its memory limit ({limit or 'unknown'})")
    if reason.get("unhealthy"):
        return Failure("unhealthy", _with("the health check failed", _why(reason, "unhealthy")))
    if reason.get("timedOutSeconds"):
        waited = f"not healthy within {word(reason, 'timedOutSeconds')} s"
        return Failure("unhealthy", _with(waited, _why(reason, "timedOutReason")))
    return _exit(reason)


def _exit(reason: Json) -> Failure | None:
    if reason.get("nonZeroExit"):
        return Failure("crashed", f"exited with code {word(reason, 'nonZeroExit') or 'unknown'}")
    if reason.get("earlyExit"):
        return Failure("crashed", "the process ended by itself")
    if reason.get("evicted"):
        return Failure("crashed", _with("evicted by the platform", _why(reason, "evictionReason")))
    return None


def instance(data: Json) -> Instance:
    return Instance(name(data), moment(data.get("createdAt")))


def job(data: Json) -> Job:
    command, status = data.get("startCommand"), data.get("status")
    return Job(
        id=name(data),
        status=word(data, "status") if isinstance(status, str | None) else "unknown",
        command=command if isinstance(command, str) else "",
        created_at=moment(data.get("createdAt")),
        finished_at=moment(data.get("finishedAt")),
    )


def database(data: Json) -> HostedDatabase:
    return HostedDatabase(
        id=name(data),
        name=word(data, "name"),
        status=word(data, "status"),
        plan=word(data, "plan"),
        version=word(data, "version"),
        suspended=word(data, "suspended") == "suspended",
        expires_at=moment(data.get("expiresAt")),
    )


def series(data: Json) -> Series:
    labels = {word(one, "field"): word(one, "value") for one in objects(data.get("labels"))}
    points = sorted(_points(data.get("values")))
    return Series(labels.get("instance", ""), word(data, "unit"), tuple(points))


def log_page(data: Json) -> LogPage:
    lines = [line for row in objects(data.get("logs")) for line in _lines(row)]
    if not lines or lines[0].at >= lines[-1].at:
        lines.reverse()  # asked backward, a page comes newest first
    return LogPage(
        tuple(sorted(lines, key=lambda line: line.at)),
        more=data.get("hasMore") is True,
        next_start=word(data, "nextStartTime"),
        next_end=word(data, "nextEndTime"),
    )


def word(data: object, key: str) -> str:
    """A short value as text; empty when it is missing, null or no plain value."""
    return _short(data.get(key) if isinstance(data, Mapping) else None)


def name(data: Json) -> str:
    """Its id; empty when that is no text: a number in its place names nothing."""
    return word(data, "id") if isinstance(data.get("id"), str) else ""


def said(data: Json, key: str, longest: int = LONGEST_WORD) -> str:
    """Somebody's own words: secrets out, then bounded."""
    value = data.get(key)
    text = redact(value[:LONGEST_READ]) if isinstance(value, str) else word(data, key)
    return "\n".join(clean(line) for line in text.splitlines())[:longest]


def _short(value: object) -> str:
    plain = isinstance(value, str | int | float) and not isinstance(value, bool)
    return _line(clean(str(value)))[:LONGEST_WORD] if plain else ""


def _line(text: str) -> str:
    return " ".join(text.split())


def part(data: Json, key: str) -> Json:
    value = data.get(key)
    return value if isinstance(value, Mapping) else {}


def objects(data: object) -> Iterator[Json]:
    return (item for item in _list(data) if isinstance(item, Mapping))


def _list(data: object) -> Sequence[object]:
    return data if isinstance(data, list) else ()


def _lines(row: Json) -> list[LogLine]:
    """One entry may hold several lines; newest first, as the entries come."""
    at, message = moment(row.get("timestamp")), row.get("message")
    if at is None or not isinstance(message, str):
        return []
    labels = {word(one, "name"): word(one, "value") for one in objects(row.get("labels"))}
    about = (labels.get("instance", ""), labels.get("level", ""))
    texts = [clean(text) for text in redact(message).splitlines()] or [""]
    id, kind = word(row, "id"), labels.get("type", "")
    ids = [id if n == 0 or not id else f"{id}.{n}" for n in range(len(texts))]
    return [LogLine(at, t, *about, i, kind) for t, i in zip(texts, ids, strict=True)][::-1]


def _points(values: object) -> Iterator[tuple[datetime, float]]:
    for point in objects(values):
        at, value = moment(point.get("timestamp")), _number(point.get("value"))
        if at is not None and value is not None:
            yield at, value


def _number(value: object) -> float | None:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _why(reason: Json, key: str) -> str:
    return _line(said(reason, key))


def _legacy(status: object) -> str:
    return LEGACY_OUTCOME.get(status, "") if isinstance(status, int) else ""


def _with(head: str, tail: str) -> str:
    return f"{head}: {tail}" if tail else head
