"""One JSON object of a log as the lines that a person would read: head, traceback, fields."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from .stamps import moment

TIMES = ("timestamp", "@timestamp", "time", "ts", "asctime", "datetime", "date", "t", "eventTime")
LEVELS = ("level", "levelname", "severity", "log.level", "lvl", "level_name", "loglevel", "stream")
MESSAGES = (
    "message",
    "msg",
    "event",
    "log",
    "text",
    "textPayload",
    "MESSAGE",
    "body",
    "line",
    "short_message",
)
NAMES = ("logger", "name", "logger_name", "log.logger", "module", "component")
INSTANCES = (
    "instance",
    "instance_id",
    "pod",
    "container",
    "container_name",
    "dyno",
    "hostname",
    "host",
    "server",
)
TRACES = (
    "exc_info", "exception", "exc_text", "traceback", "stack_trace", "stacktrace", "stack",
    "error.stack_trace", "error.stack", "exc", "full_message", "trace_back", "exc_traceback",
)  # fmt: skip # read in rows
KNOWN = {*TIMES, *LEVELS, *MESSAGES, *NAMES, *INSTANCES, *TRACES, "labels", "id", "kubernetes"}
NUMBERED = {10: "DEBUG", 20: "INFO", 30: "WARNING", 40: "ERROR", 50: "CRITICAL"}
BUNYAN = {60: "CRITICAL"}  # pino and bunyan count differently above; 30 is INFO there
ENVELOPE = {
    *TIMES,
    *INSTANCES,
    "log",
    "message",
    "stream",
    "id",
    "line",
    "textPayload",
    "attrs",
    "insertId",
}
CAUSE = "The above exception was the direct cause of the following exception:"
CONTEXT = "During handling of the above exception, another exception occurred:"
HEADER = "Traceback (most recent call last):"
DEEP = 8  # groups in groups
MOST_FIELDS = 12
MOST_FRAMES = 400
SHORT = 200  # characters of a field


@dataclass
class Entry:
    """What one object says. `lines` are the head and what follows it."""

    lines: list[str]
    at: datetime | None = None
    level: str = ""
    who: str = ""
    traced: bool = False
    enveloped: bool = False  # a log store's row around one line, which is no entry by itself
    fields: dict[str, str] = field(default_factory=dict)


def parse(text: str) -> object:
    """The value, or None; never raises."""
    try:
        value: object = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value


def entry(data: Mapping[str, object], day: date, inner: int = 0) -> Entry:
    """Read one object; a log driver's envelope is opened first."""
    message = _first(data, MESSAGES)
    if message is None and any(data.get(name) == "" for name in MESSAGES):
        message = ""
    opened = parse(message) if isinstance(message, str) and message[:1] == "{" else message
    payload = opened if isinstance(opened, dict) else data.get("jsonPayload")
    record = data.get("record")
    if isinstance(record, dict) and "message" in record:  # loguru, serialised
        return _loguru(record, data, day)
    if isinstance(payload, dict) and inner < DEEP:
        found = entry(_with_level(payload, data), day, inner + 1)
        found.at = found.at or _time(data, day)
        found.who = found.who or _who(data)
        return found
    if isinstance(message, str) and (set(data) <= ENVELOPE or isinstance(data.get("labels"), list)):
        return Entry(
            message.rstrip("\n").split("\n"),
            _time(data, day),
            _level(data),
            _who(data),
            enveloped=True,
        )
    head = message if isinstance(message, str) else _compact(message or data)
    traces = list(_traces(data))
    level = _level(data)
    logger = _text(_first(data, NAMES))
    shown = f"{level} {logger}: {head}" if logger else f"{level} {head}".lstrip()
    lines = shown.rstrip("\n").split("\n")
    told = set(lines)
    lines += [
        line for trace in traces for line in trace if not (line in told and HEADER not in line)
    ]
    extra = " ".join(f"{k}={v}" for k, v in _fields(data).items())
    if extra:
        lines[0] = f"{lines[0]} {extra}"
    return Entry(lines, _time(data, day), level, _who(data), traced=bool(traces))


def _with_level(payload: dict[str, object], around: Mapping[str, object]) -> dict[str, object]:
    """What names no level has that of what stands around it."""
    level = _level(around)
    return payload | {"severity": level} if level and not _level(payload) else payload


def _loguru(record: Mapping[str, object], data: Mapping[str, object], day: date) -> Entry:
    level = record.get("level")
    name = _text(level.get("name")) if isinstance(level, dict) else ""
    time = record.get("time")
    at = moment(time.get("timestamp"), day) if isinstance(time, dict) else None
    head = f"{name} {_text(record.get('name'))}: {_text(record.get('message'))}"
    text = _text(data.get("text"))
    start = text.find(HEADER)
    trace = text[start:].rstrip("\n").split("\n") if start >= 0 else []
    return Entry([*head.split("\n"), *trace], at, name, traced=bool(trace))


def _first(data: Mapping[str, object], names: Sequence[str]) -> object:
    known = (data[n] for n in names if n in data)
    return next((v for v in known if v != "" and _plain(v)), None)


def _plain(value: object) -> bool:
    return isinstance(value, str | int | float | dict | list)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _time(data: Mapping[str, object], day: date) -> datetime | None:
    return next((at for n in TIMES if n in data and (at := moment(data[n], day))), None)


def _level(data: Mapping[str, object]) -> str:
    labels = data.get("labels")
    pairs = labels if isinstance(labels, list) else []
    named = {str(p.get("name")): str(p.get("value")) for p in pairs if isinstance(p, dict)}
    log = data.get("log")
    nested = log.get("level") if isinstance(log, dict) else None
    for value in (*(data.get(n) for n in LEVELS), nested, named.get("level")):
        if isinstance(value, str) and value.lower() not in {"stdout", "stderr", ""}:
            return value.upper()[:10]
        if isinstance(value, int) and not isinstance(value, bool):
            # pino: 30 is INFO, 40 WARN, 50 ERROR
            shift = 10 if "hostname" in data and "pid" in data else 0
            return NUMBERED.get(value - shift, BUNYAN.get(value, ""))
    return ""


def _who(data: Mapping[str, object]) -> str:
    labels = data.get("labels")
    for one in labels if isinstance(labels, list) else ():
        if isinstance(one, dict) and one.get("name") == "instance":
            return str(one.get("value"))[:80]
    places = (data, labels, data.get("kubernetes"), data.get("resource"))
    for place in places:
        if isinstance(place, dict):
            value = next((place[n] for n in INSTANCES if isinstance(place.get(n), str)), None)
            if isinstance(value, str):
                return value[:80]
    return ""


def _fields(data: Mapping[str, object]) -> dict[str, str]:
    """What else it says, short: a status or an error's name may decide."""
    flat = ((k, v) for k, v in data.items() if k not in KNOWN and isinstance(v, str | int | float))
    nested = data.get("error")
    said = [(k, str(v)) for k, v in flat]
    if isinstance(nested, dict):
        said += [
            (f"error.{k}", v)
            for k, v in nested.items()
            if k in {"type", "kind", "message"}
            if isinstance(v, str)
        ]
    return {k[:40]: " ".join(v[:SHORT].split()) for k, v in said[:MOST_FIELDS]}


def _traces(data: Mapping[str, object]) -> Iterator[list[str]]:
    places = [data[name] for name in TRACES if name in data]
    for name in ("error", "err", "exception", "exc_info"):
        inner = data.get(name)
        if isinstance(inner, dict):
            places += [inner.get(n) for n in ("stack", "stack_trace", "traceback", "stacktrace")]
    for place in places:
        if isinstance(place, str) and ("\n" in place or "Error" in place or "\\n" in place):
            yield _unescaped(place).rstrip("\n").split("\n")
            return
        if isinstance(place, list) and place and isinstance(place[0], str):
            yield "\n".join(str(p).rstrip("\n") for p in place).split("\n")
            return
        if isinstance(place, list) and place and isinstance(place[0], dict):
            yield list(structured(place))
            return


def _unescaped(text: str) -> str:
    """Escaped twice, it has no line of its own left."""
    return text.replace("\\n", "\n").replace('\\"', '"') if "\n" not in text else text


def structured(stacks: Sequence[object], depth: int = 0) -> Iterator[str]:
    """Structlog's list, last raised first, as Python would have printed it: root first."""
    known = [one for one in stacks if isinstance(one, dict)]
    for position, one in enumerate(reversed(known)):
        if position:
            caused = known[len(known) - position].get("is_cause")
            yield from ("", CAUSE if caused else CONTEXT, "")
        yield from _stack(one, depth)


def _stack(one: Mapping[str, object], depth: int) -> Iterator[str]:
    members = one.get("exceptions")
    grouped = isinstance(members, list) and bool(members) and depth < DEEP
    margin = "  | " if grouped else ""
    frames = one.get("frames")
    if isinstance(frames, list) and frames:
        yield "  + Exception Group Traceback (most recent call last):" if grouped else HEADER
        for frame in frames[:MOST_FRAMES]:
            if isinstance(frame, dict):
                file, number, name = (frame.get(k, "") for k in ("filename", "lineno", "name"))
                yield f'{margin}  File "{file}", line {number or 0}, in {name}'
    value = _text(one.get("exc_value"))
    yield from (
        margin + line for line in f"{one.get('exc_type', 'Exception')}: {value}".split("\n")
    )
    notes = one.get("exc_notes")
    yield from (margin + str(note) for note in (notes if isinstance(notes, list) else ()))
    if grouped and isinstance(members, list):
        for number, member in enumerate(members, 1):
            yield f"  +-+---------------- {number} ----------------"
            inner = member if isinstance(member, list) else [member]
            yield from (f"    | {line}" for line in structured(inner, depth + 1))
        yield "    +------------------------------------"


def _compact(value: object) -> str:
    return re.sub(r"\s+", " ", json.dumps(value, ensure_ascii=False, default=str))
