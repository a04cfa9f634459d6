"""What charts show, built from looks, evidence and the timeline alone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.charts.chart import (
    Frame,
    Limit,
    Mark,
    Panel,
    Row,
    Shape,
    Sign,
    Spell,
    State,
    Stretch,
    Theme,
    around,
    told_apart,
)
from bot.domain.charts.plots import answers, errors, glances, history, past, usage
from bot.domain.check import Result, Seen
from bot.domain.evidence import Evidence, Found
from bot.domain.history import Stretch as Past
from bot.domain.incident import Event, Incident
from bot.domain.measures.points import MOST, packed
from bot.domain.moves import Kind
from bot.domain.severity import Severity

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


def ago(minutes):
    return NOW - timedelta(minutes=minutes)


def frame(minutes=60, **more):
    return Frame("life-os", ago(minutes), NOW, BERLIN, **more)


def look(minutes, seen=Seen.PASS, value=0.1, check="http"):
    return Result("life-os", check, seen, ago(minutes), value=value)


def event(kind, minutes, **more):
    return Event(kind, ago(minutes), **more)


def metrics(**facts):
    return Evidence("M1", "metrics", Found.SOMETHING, "", tuple(facts.items()))


def incident(*events, began=20):
    first = event(Kind.DETECTED, began, severity=Severity.P0)
    return replace(Incident.opened(7, "life-os", first), timeline=(first, *events))


# The time around an incident


def test_the_frame_of_an_incident_that_goes_on():
    found = around(incident(), NOW, BERLIN)
    assert (found.service, found.incident, found.zone) == ("life-os", "incident #7", BERLIN)
    assert (found.begin, found.end) == (ago(60), NOW)
    assert found.spells == (Spell(ago(20), NOW),)
    assert found.theme is Theme.DARK


@pytest.mark.parametrize(
    ("began", "over", "begin", "end"),
    [
        (20, None, 60, 0),
        (50, None, 85, 0),
        (120, 100, 155, 85),
        (3000, None, 1440, 0),
        (20, 5, 60, 0),
    ],
)
def test_how_much_time_is_shown(began, over, begin, end):
    ended = (event(Kind.RECOVERED, over),) if over else ()
    found = around(incident(*ended, began=began), NOW)
    assert (found.begin, found.end) == (ago(begin), ago(end))


def test_every_spell_is_shown_each_with_its_end():
    later = [event(Kind.OVERRIDDEN, 40), event(Kind.DETECTED, 30), event(Kind.RECOVERED, 10)]
    found = around(incident(*later, began=50), NOW)
    assert found.spells == (Spell(ago(50), ago(40)), Spell(ago(30), ago(10)))


def test_what_was_done_and_what_happened_are_marks():
    evidence = (
        metrics(
            deploys_at=ago(45.5).isoformat(),
            crashes_at=f"{ago(21).isoformat()},{ago(18).isoformat()}",
            restarts_at=f"{ago(9).isoformat()},{ago(2).isoformat()},never",
        ),
        Evidence(
            "D1",
            "deploys",
            Found.SOMETHING,
            "",
            (("live_minutes_before", "25.5"), ("live_said", "9f3c2ab “Fix it”, 1 h old")),
        ),
    )
    seen = event(Kind.TRIAGED, 19, evidence=evidence)
    started = event(Kind.STARTED, 10, offer="4.restart-database@life-os")
    found = around(incident(seen, started), NOW, marks=[Mark(ago(50), Sign.CRASH)])
    assert found.marks == (
        Mark(ago(50), Sign.CRASH),
        Mark(ago(45.5), Sign.DEPLOY, "9f3c2ab"),
        Mark(ago(21), Sign.CRASH),
        Mark(ago(18), Sign.CRASH),
        Mark(ago(10), Sign.ACT, "restart database"),  # and the platform's restart that it caused
        Mark(ago(2), Sign.RESTART),
    )


def test_marks_of_one_minute_are_one_unless_their_names_differ():
    one, two = Mark(ago(5), Sign.DEPLOY, "a"), Mark(ago(4.5), Sign.DEPLOY, "b")
    assert told_apart([two, one, one]) == (one, two)
    assert told_apart([one, Mark(ago(4.5), Sign.DEPLOY)]) == (one,)
    assert told_apart([Mark(ago(5.5), Sign.DEPLOY), one]) == (Mark(ago(5.5), Sign.DEPLOY, "a"),)


@pytest.mark.parametrize("before", ["", "x", "nan", "inf", "1e300"])
def test_a_deploy_without_a_time_is_no_mark(before):
    odd = Evidence("D1", "deploys", Found.SOMETHING, "", (("live_minutes_before", before),))
    assert around(incident(event(Kind.TRIAGED, 19, evidence=(odd,))), NOW).marks == ()


def test_a_chart_shows_what_lies_in_its_time():
    marks = (Mark(ago(61), Sign.CRASH), Mark(ago(5), Sign.ACT))
    spells = (Spell(ago(90), ago(70)), Spell(ago(70), ago(50)), Spell(ago(5), NOW))
    chart = errors(frame(marks=marks, spells=spells), [])
    assert chart.marks == marks[1:]
    assert chart.spells == (Spell(ago(60), ago(50)), Spell(ago(5), NOW))
    assert (chart.zone, chart.ticks[0].label, chart.ticks[-1].label) == ("CET", "12:00", "13:00")


def test_texts_are_one_plain_line():
    odd = replace(frame(), service="a\nb\x1b[31m\u202ec" + "x" * 500, incident="in\ncident")
    chart = errors(odd, [])
    assert chart.title.startswith("Errors per minute · a bc")
    assert len(chart.title) <= 120
    assert chart.incident == "in cident"


# Errors


def test_errors_per_minute():
    chart = errors(frame(), [(ago(10), 3), (ago(9), 40), (ago(2), 5), (ago(99), 900)])
    (panel,) = chart.panels
    assert panel.rows == (Row(Shape.BARS, ((ago(10), 3), (ago(9), 40), (ago(2), 5)), width=60),)
    assert chart.title == "Errors per minute · life-os"
    assert chart.subtitle == "most 40 at 12:51, now 1 a minute"


def test_without_errors_it_says_so():
    chart = errors(frame(), [])
    assert chart.panels[0].rows == ()
    assert (chart.panels[0].empty, chart.subtitle) == ("no errors in this time", "none in 60 min")


def test_the_worst_minute_stands_for_many():
    minutes = [(ago(n), 50 if n == 333 else 1) for n in range(1440)]
    chart = errors(frame(1440), minutes)
    (row,) = chart.panels[0].rows
    assert row.width == 15 * 60
    assert len(row.points) == 97
    assert max(row.points, key=lambda p: p[1]) == (ago(345), 50)
    assert chart.subtitle.endswith("; bars: worst of 15 min")


def test_looks_of_a_logs_check_will_do():
    seen = [look(n / 2, value=n % 7) for n in range(20)]
    chart = errors(frame(), [(r.at, r.value) for r in seen], since=ago(9.5))
    assert chart.begin == ago(9.5)
    assert max(value for _, value in chart.panels[0].rows[0].points) == 6


# Memory and CPU


def test_memory_and_cpu_against_their_limits():
    rows = {name: packed([(ago(59 - n), n) for n in range(60)]) for name in ("memory", "cpu")}
    found = metrics(
        memory_points=rows["memory"],
        cpu_points=rows["cpu"],
        memory_limit_mb="512",
        memory_share="0.93",
        cpu_share="0.1",
        full_in_min="12",
    )
    chart = usage(frame(), found)
    memory, cpu = chart.panels
    assert (memory.limit, memory.unit) == (Limit(512, "limit 512 MB"), "MB")
    assert (cpu.limit, cpu.unit, cpu.top) == (Limit(100, ""), "%", 100)
    assert memory.rows[0].shape is Shape.AREA
    assert memory.rows[0].points[-1] == (NOW, 59)
    assert chart.begin == ago(59)
    assert chart.subtitle == "memory 93 %, full in about 12 min; CPU 10 %"


def test_much_memory_is_told_in_gigabytes():
    found = metrics(memory_points=packed([(ago(5), 30_720)]), memory_limit_mb="32768")
    (memory, _) = usage(frame(), found).panels
    assert (memory.rows[0].points[0][1], memory.limit) == (30, Limit(32, "limit 32 GB"))


def test_figures_that_cannot_be_read_are_said_to_be_so():
    gone = Evidence("M1", "metrics", Found.UNREADABLE, "Render: HTTP 503")
    assert usage(frame(), gone).subtitle == "not readable: Render: HTTP 503"
    chart = usage(frame(), None)
    assert chart.subtitle == "no figures"
    assert [panel.rows for panel in chart.panels] == [(), ()]


@given(
    st.dictionaries(
        st.sampled_from(
            [
                "memory_points",
                "cpu_points",
                "memory_limit_mb",
                "memory_share",
                "full_in_min",
                "cpu_share",
                "restarts_at",
                "live_minutes_before",
                "live_said",
            ]
        ),
        st.text(max_size=30) | st.floats().map(str) | st.just("1772449200 0:1 60:-9e29 120:nan"),
    )
)
def test_odd_facts_make_a_chart_all_the_same(facts):
    seen = event(Kind.TRIAGED, 19, evidence=(metrics(**facts),))
    assert len(usage(around(incident(seen), NOW), metrics(**facts)).panels) == 2


# Response times


def test_response_times_with_what_failed():
    looks = [
        *(look(n, value=0.12) for n in range(10, 60)),
        look(9, Seen.FAIL, 3.5),
        look(8, Seen.FAIL, None),
        look(7, Seen.BLIND, None),
    ]
    chart = answers(frame(), looks, what="http", slow=2.0)
    (panel,) = chart.panels
    line, failed, blind = panel.rows
    assert (line.shape, len(line.points)) == (Shape.LINE, 51)
    assert failed.points == ((ago(9), 3.5), (ago(8), pytest.approx(4.025)))
    assert (blind.shape, blind.points) == (Shape.BLIND, ((ago(7), 0),))
    assert panel.limit == Limit(2, "slow: 2 s")
    assert panel.top == pytest.approx(4.025)
    assert chart.title == "Response times, http · life-os"
    assert chart.subtitle == "usually 120 ms, 2 failed (1 without answer), 1 unseen"


def test_short_times_are_told_in_milliseconds():
    (panel,) = answers(frame(), [look(5, value=0.12), look(4, value=0.2)]).panels
    assert panel.unit == "ms"
    assert panel.rows[0].points == ((ago(5), 120), (ago(4), 200))


def test_a_line_does_not_go_over_hours_without_looks():
    (panel,) = answers(frame(), [look(n) for n in range(60)]).panels
    assert panel.rows[0].gap == 240


def test_without_an_answer_ever_and_without_looks():
    chart = answers(frame(), [look(n, Seen.FAIL, None) for n in range(5)], slow=2)
    assert chart.subtitle == "nothing timed, 5 failed, no answer"
    assert answers(frame(), []).panels[0].rows == ()
    assert answers(frame(), []).subtitle == "nothing timed, none failed"


# Checks


def test_a_strip_for_each_check():
    chart = history(
        frame(),
        {
            "http": glances(look(n, Seen.FAIL if n < 15 else Seen.PASS) for n in range(60)),
            "postgres": glances(look(n) for n in range(60)),
            "logs": glances(look(n, Seen.BLIND if n < 30 else Seen.PASS) for n in range(60)),
            "sql": glances(look(n, Seen.FAIL if n == 30 else Seen.PASS) for n in range(60)),
            "job": [],
        },
    )
    assert [(s.name, s.note, s.state) for s in chart.strips] == [
        ("http", "failing", State.BAD),
        ("logs", "cannot see", State.BLIND),
        ("sql", "1 of 60 failed", State.GOOD),
        ("postgres", "ok", State.GOOD),
        ("job", "not looked at", None),
    ]
    assert [one.state for one in chart.strips[0].stretches] == [State.GOOD, State.BAD]
    assert chart.strips[3].stretches == (Stretch(ago(59), NOW, State.GOOD),)
    assert chart.subtitle == "http failing now, of 5 checks"


def test_a_single_failure_in_a_day_is_seen():
    looks = [look(n / 2, Seen.FAIL if n == 1000 else Seen.PASS) for n in range(2880)]
    (strip,) = history(frame(1440), {"http": glances(looks)}).strips
    bad = [one for one in strip.stretches if one.state is State.BAD]
    assert len(bad) == 1
    assert bad[0].begin <= ago(500) <= bad[0].end


def test_what_was_not_looked_at_stays_empty():
    looks = [*(look(n) for n in range(40, 60)), *(look(n) for n in range(10))]
    (strip,) = history(frame(), {"http": glances(looks)}).strips
    first, second = strip.stretches
    assert ago(39) < first.end < ago(36)
    assert ago(10) <= second.begin < ago(8)


def test_a_check_that_is_not_looked_at_any_more_is_not_said_to_be_well():
    (strip,) = history(frame(), {"http": glances(look(n) for n in range(30, 60))}).strips
    assert (strip.note, strip.state) == ("not looked at since 12:31", None)


def test_older_looks_come_as_stretches():
    def stretch(minutes, failed=0, blind=0):
        return Past("life-os", "http", ago(minutes), timedelta(minutes=1), 2, failed, blind)

    seen = [*(stretch(n) for n in range(1, 60)), stretch(30, failed=1), stretch(20, blind=1)]
    (strip,) = history(frame(), {"http": past(seen)}).strips
    states = [State.GOOD, State.BAD, State.GOOD, State.BLIND, State.GOOD]
    assert [one.state for one in strip.stretches] == states
    assert strip.note == "1 of 122 failed"


def test_of_very_many_checks_the_worst_are_shown():
    seen = {f"c{n:02}": glances([look(1, Seen.FAIL if n == 17 else Seen.PASS)]) for n in range(25)}
    chart = history(frame(), seen)
    assert [strip.name for strip in chart.strips][:2] == ["c17", "c00"]
    assert len(chart.strips) == 10
    assert chart.subtitle == "c17 failing now, of 25 checks; 15 more are not shown"
    assert history(frame(), {}).subtitle == "no checks"


# Bounds


def test_no_more_is_passed_on_than_can_be_drawn():
    points = [(ago(n / 1000), float(n == 5_000)) for n in range(50_000)]
    row = Row(Shape.LINE, tuple(points))
    panel = Panel("x", (row,) * 90)
    marks = tuple(Mark(ago(n / 10), Sign.CRASH) for n in range(600))
    chart = frame(marks=marks).chart("x", "y", [panel])
    assert len(chart.panels[0].rows) == 6
    assert all(len(row.points) <= MOST for row in chart.panels[0].rows)
    assert max(value for _, value in chart.panels[0].rows[0].points) == 1
    assert len(chart.marks) == 200
    assert chart.marks[-1].at == NOW


VALUES = st.none() | st.floats() | st.floats(0, 60)
LOOKS = st.lists(st.builds(look, st.floats(-100, 5000), st.sampled_from(Seen), VALUES), max_size=60)


@given(LOOKS, st.none() | st.floats(0.001, 100), st.integers(1, 3000))
def test_any_looks_make_charts(looks, slow, minutes):
    one = frame(minutes)
    chart = answers(one, looks, slow=slow)
    for row in chart.panels[0].rows:
        assert all(chart.begin <= at <= chart.end for at, _ in row.points)
        assert all(0 <= value < 1e34 for _, value in row.points)
    strips = history(one, {"http": glances(looks)}).strips
    for strip in strips:
        edges = [edge for one in strip.stretches for edge in (one.begin, one.end)]
        assert edges == sorted(edges)
