"""Reads the alerts of other systems, in whichever form: what is odd is left out, nothing raises.

Sources: prometheus.io/docs/alerting (Alertmanager's webhook, version 4), grafana.com/docs
(webhook notifier; "No Data and Error states").
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from bot.domain.iso import moment
from bot.inbound.border import line, read_json

MOST_ALERTS = 500  # of one request
LONGEST_NAME = 60  # characters
LONGEST_DETAIL = 160
LONGEST_ID = 64
RAISED, WARNING, UNSEEN = "raised", "warning", ""  # codes; the last: the other system is blind
ORDER = (RAISED, WARNING, UNSEEN)
OVER = frozenset({"resolved", "ok", "normal", "inactive", "closed", "recovered", "up", "healthy"})
MILD = frozenset(
    {"warning", "warn", "info", "information", "notice", "low", "minor", "none", "p2", "p3", "p4"}
)
SERVICE_LABELS = ("service", "service_name", "app", "application", "job")
# What Grafana raises when a rule itself cannot be evaluated; the rule's name is in a label.
BLIND = {"DatasourceNoData": "no data", "DatasourceError": "query fails"}
RECENT = timedelta(minutes=2)  # younger than that it began "now"


@dataclass(frozen=True)
class Alert:
    """One alert of one service. `id` tells apart what fires under one name, such as instances."""

    service: str
    check: str
    id: str
    firing: bool
    code: str
    detail: str
    value: float | None = None


@dataclass(frozen=True)
class Read:
    """What a request holds; `wrong` is one sentence when it holds nothing that can be used."""

    alerts: tuple[Alert, ...] = ()
    left_out: int = 0
    wrong: str = ""


def read_alerts(body: bytes, services: Sequence[str], now: datetime) -> Read:
    """Never raises. `services` are the watched ones, at least one."""
    try:
        content = read_json(body)
    except ValueError:
        return Read(wrong="The body is no JSON.")
    rows = _rows(content)
    if rows is None:
        return Read(wrong="A JSON object is expected, with a check or a list of alerts.")
    said = [_Row(row, services, now) for row in rows if isinstance(row, dict) and _usable(row)]
    if rows and not said:
        return Read(wrong="No alert in it has a name, a status or a summary.")
    alerts = _bounded([one.alert() for one in said])
    return Read(alerts, len(rows) - len(alerts))


def _bounded(alerts: Sequence[Alert]) -> tuple[Alert, ...]:
    """Of too many rather those are left out that are over. The order stays: the last one holds."""
    urgent = sorted(range(len(alerts)), key=lambda n: not alerts[n].firing)
    return tuple(alerts[n] for n in sorted(urgent[:MOST_ALERTS]))


def _rows(content: object) -> list[object] | None:
    if isinstance(content, list):
        return content
    if not isinstance(content, dict):
        return None
    alerts = content.get("alerts")
    return alerts if isinstance(alerts, list) else [content]


def _usable(row: Mapping[str, object]) -> bool:
    labels = row.get("labels")
    named = isinstance(labels, dict) and bool(labels)
    words = (row.get(key) for key in ("check", "name", "ruleName", "title", "summary"))
    return named or any(isinstance(word, str) and word.strip() for word in words)


@dataclass(frozen=True)
class _Row:
    """One alert as it came: a field may be missing or of any type."""

    said: Mapping[str, object]
    services: Sequence[str]
    now: datetime

    def alert(self) -> Alert:
        service, aside = self._service()
        firing = self._first("status", "state").casefold() not in OVER
        aside = self._since() + aside
        detail = line(self._summary(), LONGEST_DETAIL - len(aside)) + aside
        check = f"alert:{self._name()}"
        return Alert(service, check, self._id(), firing, self._code(), detail, self._value())

    def _first(self, *keys: str) -> str:
        """Return the first text under one of these keys, in the alert, its labels or its notes."""
        found = (line(place.get(key), LONGEST_DETAIL) for place in self._places() for key in keys)
        return next((text for text in found if text), "")

    def _places(self) -> Iterator[Mapping[str, object]]:
        yield self.said
        for name in ("labels", "annotations"):
            place = self.said.get(name)
            if isinstance(place, dict):
                yield place

    @property
    def _unseen(self) -> str:
        return BLIND.get(self._first("alertname"), "")

    def _name(self) -> str:
        if self._unseen:  # apart from the rule itself: its end says nothing of the rule
            name = self._first("rulename") or self._first("alertname")
            return line(name, LONGEST_NAME - len(self._unseen) - 3) + f" ({self._unseen})"
        name = self._first("alertname", "check", "name", "ruleName", "title")
        return line(name.removeprefix("alert:").strip(), LONGEST_NAME) or "unnamed"

    def _service(self) -> tuple[str, str]:
        """Return the watched service it is about, and what to add when that is a guess."""
        watched = {name.casefold(): name for name in self.services}
        named = [name for label in SERVICE_LABELS if (name := self._first(label))]
        for name in named:
            if name.casefold() in watched:
                return watched[name.casefold()], ""
        if named:
            return self.services[0], f' (said of "{line(named[0], LONGEST_NAME)}")'
        return self.services[0], " (names no service)" if len(watched) > 1 else ""

    def _code(self) -> str:
        if self._unseen:
            return UNSEEN
        return (
            WARNING if self._first("severity", "priority", "level").casefold() in MILD else RAISED
        )

    def _summary(self) -> str:
        said = self._first("summary", "description", "message", "title") or "it gives no reason"
        return f"cannot be judged ({self._unseen}): {said}" if self._unseen else said

    def _since(self) -> str:
        at = moment(self.said.get("startsAt"))
        if at is None or not RECENT < self.now - at < timedelta(days=365):
            return ""
        form = "%H:%M" if at.date() == self.now.date() else "%d %b %H:%M"
        return f" (since {at:{form}} UTC)"

    def _id(self) -> str:
        given = self._first("fingerprint")
        if given:
            return given[:LONGEST_ID]
        labels = self.said.get("labels")
        if not isinstance(labels, dict):
            return ""
        return sha256(json.dumps(labels, sort_keys=True).encode()).hexdigest()[:16]

    def _value(self) -> float | None:
        """Return its figure; of several nobody knows which one is meant."""
        values = self.said.get("values")
        several = list(values.values()) if isinstance(values, dict) else []
        given = self.said.get("value")
        return _number(several[0] if given is None and len(several) == 1 else given)


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None
