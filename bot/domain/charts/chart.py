"""What a chart shows, as plain records; who draws it needs no clock, no zone and no judgement."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum

from bot.domain.evidence import Evidence
from bot.domain.incident import Event, Incident, Phase
from bot.domain.logs.lines import clean
from bot.domain.measures.points import Points, thin
from bot.domain.measures.usage import moments
from bot.domain.moves import Kind

from .timescale import Tick, ticks, zone_name

LONGEST_TEXT = 120  # characters; what does not fit on the picture is cut where it is drawn
BEFORE, AFTER = timedelta(minutes=35), timedelta(minutes=15)  # the trouble, that is shown
SHORTEST, LONGEST = timedelta(minutes=60), timedelta(hours=24)
LEAST = timedelta(minutes=2)  # of time on a chart of what is watched for moments only
MOST_MARKS, MOST_SPELLS, MOST_ROWS, MOST_STRETCHES = 200, 20, 6, 400
SAME_ACT = timedelta(minutes=2)  # in which the platform's restart is the one that was asked for
COMMIT = 7  # characters, as git abbreviates it


class Theme(StrEnum):
    """DARK reads well in dark and light chats, and blinds nobody at night."""

    DARK = "dark"
    LIGHT = "light"


class Shape(StrEnum):
    BARS = "bars"
    LINE = "line"
    AREA = "area"  # a line with all below it
    FAILED = "failed"  # crosses: looks that failed
    BLIND = "blind"  # ticks at the foot: looks that saw nothing


class Sign(StrEnum):
    DEPLOY = "deploy"
    RESTART = "restart"
    CRASH = "crash"
    ACT = "act"
    BACK = "back"  # every check passed again


class State(StrEnum):
    GOOD = "good"
    BAD = "bad"
    BLIND = "blind"


@dataclass(frozen=True)
class Row:
    """`width` is that of a bar in seconds; a line is not drawn over a `gap` of more seconds."""

    shape: Shape
    points: Points
    width: float = 0.0
    gap: float = 0.0


@dataclass(frozen=True)
class Limit:
    value: float
    label: str


@dataclass(frozen=True)
class Panel:
    """One pair of axes. `top` is the least that the upper end shows, `empty` is said of no rows."""

    caption: str
    rows: tuple[Row, ...]
    unit: str = ""
    limit: Limit | None = None
    top: float = 0.0
    whole: bool = False  # only whole numbers mean something
    empty: str = "no figures"


@dataclass(frozen=True)
class Stretch:
    begin: datetime
    end: datetime
    state: State


@dataclass(frozen=True)
class Strip:
    """What one check saw; `state` and `note` say how it stands at the end."""

    name: str
    note: str
    stretches: tuple[Stretch, ...]
    state: State | None = None


@dataclass(frozen=True)
class Mark:
    """A moment at which something was done or happened."""

    at: datetime
    sign: Sign
    label: str = ""


@dataclass(frozen=True)
class Spell:
    """From when to when the incident lasted."""

    begin: datetime
    end: datetime


@dataclass(frozen=True)
class Chart:
    """Panels, or strips. All texts are one line of plain text; `zone` is what `ticks` are in."""

    title: str
    subtitle: str
    begin: datetime
    end: datetime
    ticks: tuple[Tick, ...]
    zone: str
    panels: tuple[Panel, ...] = ()
    strips: tuple[Strip, ...] = ()
    marks: tuple[Mark, ...] = ()
    spells: tuple[Spell, ...] = ()
    incident: str = "incident"
    theme: Theme = Theme.DARK

    def bounded(self) -> Chart:
        """The same with no more than can be drawn: rows thinned, the rest cut."""
        panels = tuple(
            replace(p, rows=tuple(replace(r, points=thin(r.points)) for r in p.rows[:MOST_ROWS]))
            for p in self.panels
        )
        strips = tuple(replace(s, stretches=s.stretches[:MOST_STRETCHES]) for s in self.strips)
        marks, spells = self.marks[-MOST_MARKS:], self.spells[-MOST_SPELLS:]
        return replace(self, panels=panels, strips=strips, marks=marks, spells=spells)


@dataclass(frozen=True)
class Frame:
    """What all charts of one incident share: of what, from when to when, for whom."""

    service: str
    begin: datetime
    end: datetime
    zone: tzinfo = UTC
    marks: tuple[Mark, ...] = ()
    spells: tuple[Spell, ...] = ()
    incident: str = "incident"
    theme: Theme = Theme.DARK

    def since(self, first: datetime | None) -> Frame:
        """The same from `first` on, where nothing is known of the time before it."""
        if first is None or first <= self.begin:
            return self
        return replace(self, begin=max(self.begin, min(first, self.end - LEAST)))

    def chart(
        self,
        title: str,
        subtitle: str,
        panels: Sequence[Panel] = (),
        strips: Sequence[Strip] = (),
    ) -> Chart:
        within = tuple(m for m in self.marks if self.begin <= m.at <= self.end)
        spells = (s for s in self.spells if s.end > self.begin and s.begin < self.end)
        return Chart(
            title=line(f"{title} · {self.service}"),
            subtitle=line(subtitle),
            begin=self.begin,
            end=self.end,
            ticks=ticks(self.begin, self.end, self.zone),
            zone=zone_name(self.end, self.zone),
            panels=tuple(panels),
            strips=tuple(strips),
            marks=tuple(sorted(within, key=lambda m: m.at)),
            spells=tuple(Spell(max(s.begin, self.begin), min(s.end, self.end)) for s in spells),
            incident=line(self.incident),
            theme=self.theme,
        ).bounded()


def around(
    incident: Incident,
    now: datetime,
    zone: tzinfo = UTC,
    *,
    marks: Iterable[Mark] = (),
    theme: Theme = Theme.DARK,
    before: timedelta = BEFORE,
    shortest: timedelta = SHORTEST,
) -> Frame:
    """The time around an incident's last spell, with what its timeline and evidence tell of it.

    It begins so long `before` the incident, and is no shorter than `shortest`. `marks` are further
    ones; those of the same sign at the same minute are one.
    """
    end = min(now, (_over(incident) or now) + AFTER)
    begin = min(incident.began_at - before, end - shortest)
    evidence = [one for event in incident.spell for one in event.evidence]
    known = [*marks, *acts(incident.timeline), *happened(evidence, incident.began_at)]
    return Frame(
        service=incident.service,
        begin=max(begin, end - LONGEST),
        end=end,
        zone=zone,
        marks=told_apart(known),
        spells=tuple(spells(incident, now)),
        incident=f"incident #{incident.id}",
        theme=theme,
    )


def spells(incident: Incident, now: datetime) -> Iterator[Spell]:
    """From each detection until it was over, or now."""
    begun: datetime | None = None
    for event in incident.timeline:
        if event.kind is Kind.DETECTED and begun is None:
            begun = event.at
        elif event.kind in {Kind.RECOVERED, Kind.OVERRIDDEN} and begun is not None:
            yield Spell(begun, max(begun, event.at))
            begun = None
    if begun is not None:
        yield Spell(begun, max(begun, now))


def acts(timeline: Iterable[Event]) -> Iterator[Mark]:
    """What we did (`4.restart@life-os` is a restart), what people put live, when it was back."""
    for event in timeline:
        if event.kind is Kind.STARTED:
            name = event.offer.partition(".")[2].partition("@")[0].replace("-", " ")
            yield Mark(event.at, Sign.ACT, line(name or "act"))
        elif event.kind is Kind.CHECKED and event.phase is Phase.BACK:
            yield Mark(event.at, Sign.BACK)
        elif event.kind is Kind.DEPLOYED:
            yield Mark(event.at, Sign.DEPLOY, line(event.note[:COMMIT]))


def happened(evidence: Iterable[Evidence], began: datetime) -> Iterator[Mark]:
    """What the platform did, as the evidence on metrics and deploys tells it."""
    signs = {"deploys_at": Sign.DEPLOY, "restarts_at": Sign.RESTART, "crashes_at": Sign.CRASH}
    for one in evidence:
        for name, sign in signs.items():
            yield from (Mark(at, sign) for at in moments(one.fact(name)))
        if (at := _went_live(one, began)) is not None:
            yield Mark(at, Sign.DEPLOY, line((one.fact("live_said") or "")[:COMMIT]))


def told_apart(marks: Iterable[Mark]) -> tuple[Mark, ...]:
    """Oldest first, each once: what is told twice keeps its name, and our restart is ours."""
    kept: list[Mark] = []
    for mark in sorted(marks, key=lambda m: (m.at, not m.label)):
        twin = next((m for m in reversed(kept) if _is_same(m, mark)), None)
        if twin is None:
            kept.append(mark)
        elif not twin.label:
            kept[kept.index(twin)] = replace(twin, label=mark.label)
    return tuple(kept[-MOST_MARKS:])


def line(text: str) -> str:
    """One line of plain text."""
    return clean(" ".join(text.split()))[:LONGEST_TEXT]


def _is_same(mark: Mark, later: Mark) -> bool:
    apart = later.at - mark.at
    if mark.sign is later.sign:
        named = mark.label and later.label and mark.label != later.label
        return apart < timedelta(minutes=1) and not named
    return (mark.sign, later.sign) == (Sign.ACT, Sign.RESTART) and apart < SAME_ACT


def _went_live(evidence: Evidence, began: datetime) -> datetime | None:
    try:
        before = float(evidence.fact("live_minutes_before") or "")
        return began - timedelta(minutes=before)
    except (ValueError, OverflowError):
        return None


def _over(incident: Incident) -> datetime | None:
    end = incident.last(Kind.RECOVERED, Kind.OVERRIDDEN, Kind.DETECTED)
    return end.at if end and end.kind is not Kind.DETECTED else None
