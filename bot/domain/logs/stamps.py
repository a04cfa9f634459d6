"""The times that logs write, in their many forms; a time without a zone is taken as UTC."""

# ruff: noqa: E501 - a pattern is read, and searched for, in one piece
from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()  # noqa: SIM905 - reads better
MONTH = rf"(?P<month>{'|'.join(MONTHS)})"
TIME = r"(?P<hour>\d{1,2}):(?P<minute>\d\d):(?P<second>\d\d)(?:[.,](?P<part>\d{1,9}))?"
ZONE = r"(?:\s?(?P<zone>Z|UTC|GMT|[+-]\d\d:?\d\d)\b)?"
# Sources: ISO 8601 and logging's asctime; the Common Log Format; RFC 3164 and Render's dashboard
# (with AM and PM); C's ctime; day and month by points or strokes; a time alone.
FORMS = tuple(
    re.compile(form)
    for form in (
        rf"(?P<year>\d{{4}})[-/](?P<mon>\d\d)[-/](?P<day>\d\d)[T _]{TIME}{ZONE}",
        rf"(?P<day>\d\d)/{MONTH}/(?P<year>\d{{4}}):{TIME}{ZONE}",
        rf"{MONTH} (?P<day>[ \d]\d)(?: (?P<year>\d{{4}}))? {TIME}(?: (?P<half>[AP]M))?{ZONE}",
        rf"{MONTH} (?P<day>\d{{1,2}}), (?P<year>\d{{4}})[ ,@]{{1,3}}{TIME}(?: (?P<half>[AP]M))?{ZONE}",
        rf"(?P<day>\d\d)[.](?P<mon>\d\d)[.](?P<year>\d{{4}})[ T]{TIME}{ZONE}",
        rf"(?P<mon>\d\d)/(?P<day>\d\d)/(?P<year>\d{{4}})[ T]{TIME}(?: (?P<half>[AP]M))?{ZONE}",
        rf"(?P<day>\d\d)-{MONTH}-(?P<year>\d{{4}}) {TIME}{ZONE}",
        rf"{TIME}{ZONE}",
    )
)
CTIME_YEAR = re.compile(r" (\d{4})\b")  # stands behind the time there
HEAD = 80  # characters in which the time of a line stands, if it has one
# The first time in a line, found quickly; what it means is read only where it is asked for.
SOME_TIME = re.compile(r"\d:\d\d:\d\d")
LONG_AGO, FAR = 631_152_000, 4_102_444_800  # 1990 and 2100 as seconds of the epoch
SCALES = (1, 1_000, 1_000_000, 1_000_000_000)
OPENING = re.compile(
    r"^(?:<\d{1,3}>1? ?)?[\[(]?(?:\d{4}[-/]\d\d[-/]\d\d[T _]|\d\d[./]\d\d[./]\d{4}[ T]|\d\d-[A-Z][a-z]{2}-\d{4} "
    r"|(?:[A-Z][a-z]{2} )?[A-Z][a-z]{2} [ \d]?\d,?(?: \d{4})?[ ,@]{1,3})?"
    r"\d{1,2}:\d\d:\d\d(?:[.,]\d{1,9})?(?: [AP]M\b)?(?:\s?(?:Z|UTC|[+-]\d\d:?\d\d))?(?: \d{4}(?=\]))?[\])]?"
)


def stamp(text: str, day: date) -> datetime | None:
    """The first time in the head of a line; `day` is the date of times that name none."""
    head = text[:HEAD]
    if SOME_TIME.search(head) is None:
        return None
    for form in FORMS:
        if found := form.search(head):
            return _read(found.groupdict(), day, head[found.end() :])
    return None


def _read(said: Mapping[str, str | None], day: date, behind: str) -> datetime | None:
    hour, half = int(said["hour"] or 0), said.get("half")
    if half:
        hour = hour % 12 + (12 if half == "PM" else 0)
    month = said.get("mon") or (MONTHS.index(m) + 1 if (m := said.get("month")) else day.month)
    year = said.get("year") or _late_year(said, behind) or _year_of(int(month), day)
    try:
        at = datetime(
            int(year), int(month), int(said.get("day") or day.day),
            hour, int(said["minute"] or 0), int(said["second"] or 0),
            int((said["part"] or "0")[:6].ljust(6, "0")), tzinfo=UTC,
        )  # fmt: skip # read in rows
        return (at - _offset(said["zone"])).replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _late_year(said: Mapping[str, str | None], behind: str) -> str | None:
    late = CTIME_YEAR.match(behind) if said.get("month") else None
    return late[1] if late else None


def _year_of(month: int, day: date) -> int:
    """A log is of the past: December read in January is of last year."""
    return day.year - 1 if month > day.month + 1 else day.year


def _offset(zone: str | None) -> timedelta:
    if not zone or zone in {"Z", "UTC", "GMT"}:
        return timedelta()
    hours, minutes = int(zone[1:3]), int(zone[-2:])
    return timedelta(hours=hours, minutes=minutes) * (-1 if zone[0] == "-" else 1)


def moment(value: object, day: date) -> datetime | None:
    """A time as JSON holds it: text, or seconds, milli-, micro- or nanoseconds of the epoch."""
    if isinstance(value, str):
        try:
            at = datetime.fromisoformat(value)
        except ValueError:
            number = value if re.fullmatch(r"\d{9,19}(?:\.\d{1,9})?", value) else ""
            return moment(float(number), day) if number else stamp(value, day)
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    for scale in SCALES:
        if LONG_AGO <= value / scale < FAR:
            return datetime.fromtimestamp(value / scale, UTC)
    return None
