"""A line that differs from known ones only in its figures is told by its shape, and by no more."""

from datetime import date

import pytest

from bot.domain.logs import shapes
from bot.domain.logs.analysis import Analysis
from bot.domain.logs.shapes import Shapes, shape_of, without_figures

DAY = date(2026, 3, 2)
UUID = "550e8400-e29b-41d4-a716-446655440000"
OTHER = "0f8fad5b-d9cb-469f-a165-70867728950e"
ULID, NEXT = "01HX1P5F7FNAE755VWCK6G17G5", "01HXFHZ43DDS6MKE4NZZK34D5A"
TRACE = [
    "Traceback (most recent call last):",
    '  File "/app/a.py", line 3, in f',
    "    f()",
    "KeyError: 'a'",
]


def analyse(*lines):
    log = Analysis(DAY)
    log.feed(list(lines))
    return log.finish()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("request 17 in 3 ms", "request 4 in 281 ms"),
        ("trace 0123456789abcdef", "trace fedcba98"),
        (f"request {UUID} done", f"request {OTHER} done"),
        (f'{{"id": "{ULID}", "message": "x 1"}}', f'{{"id": "{NEXT}", "message": "x 2"}}'),
    ],
)
def test_of_one_shape(one, other):
    assert shape_of(one) == shape_of(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("saved deed 1", "saved bead 1"),
        (f"user {ULID}", f"user {NEXT}"),
        ('{"id": "ERROR", "message": "x"}', '{"id": "INFO", "message": "x"}'),
        (f'"id": "{ULID}"', f'"id": "{NEXT}"'),
    ],
)
def test_of_two_shapes(one, other):
    assert shape_of(one) != shape_of(other)


def test_a_stretch_of_lines_loses_its_figures():
    lines = ["a 1", "", "2 \u00fc 3", "\u0663", "b \ud83d 4"]
    told = [shape.decode("utf-8", "surrogatepass") for shape in without_figures(lines)]
    assert told == ["a ", "", " \u00fc ", "\u0663", "b \ud83d "]
    assert without_figures([]) == []
    assert without_figures(["a 1\nb 2", "c 3"]) == [b"a \nb ", b"c "]


def test_figures_that_matter_are_told_apart():
    lines = [f'GET /{n} "HTTP/1.1" {200 if n % 3 else 500} {n}' for n in range(30)]
    told = {t.text: t.count for t in analyse(*lines).templates}
    assert sorted(told.values()) == [10, 20]


def test_ids_of_rows_and_requests_do_not_make_templates():
    lines = [f"2026-03-02 09:00:00 INFO x: request {u} took 3 ms" for u in (UUID, OTHER) * 5]
    assert [t.count for t in analyse(*lines).templates] == [10]


def test_what_is_kept_is_bounded(monkeypatch):
    monkeypatch.setattr(shapes, "MOST", 50)
    log = analyse(*(f"INFO x: ended, code {n}" for n in range(1_000)))
    assert sum(t.count for t in log.templates) == 1_000
    some, template = Shapes(), next(iter(log.templates))
    for n in range(1_000):
        some.keep(f"code {n} {'x' * (n % 200)}", template)
    assert len(some.known) <= 51
    assert len(some._telling) <= 52


@pytest.mark.parametrize("before", [0, 1, 2, 3, 30])
def test_bare_lines_do_not_swallow_a_traceback(before):
    """However often a line without a level was seen before it, and whatever words it holds."""
    lines = [f'10.0.0.1 - - "POST /message/{n} HTTP/1.1" 500 12' for n in range(before)]
    (group,) = analyse(*lines, *TRACE).groups
    assert (group.head.type, group.count) == ("KeyError", 1)


def test_bare_lines_of_known_shapes_are_entries():
    paths = ("/a", "/b", "/c")
    lines = [f'10.0.0.{n} - - "GET {paths[n % 3]}/{n} HTTP/1.1" 200 {n}' for n in range(300)]
    log = analyse(*lines)
    assert (log.records, len(log.templates)) == (300, 1)


def failed(n):
    return [f"2026-03-02 09:{n:02d}:02,100 ERROR x.web: it failed", *TRACE] if n % 9 == 4 else []


def test_stretches_of_any_length_say_the_same():
    lines = [
        line
        for n in range(60)
        for line in (
            f"2026-03-02 09:{n:02d}:00,100 INFO x.web: request {n} of user {n * 7}",
            f"2026-03-02 09:{n:02d}:01,100 INFO x.web: trace {n:016x} ended, status {n % 3}",
            *failed(n),
        )
    ]
    whole = analyse(*lines)
    for length in (1, 2, 7, 50):
        log = Analysis(DAY)
        for at in range(0, len(lines), length):
            log.feed(lines[at : at + length])
        log.finish()
        assert list(log.groups) == list(whole.groups)
        assert [(t.text, t.count) for t in log.templates] == [
            (t.text, t.count) for t in whole.templates
        ]
        assert (log.lines, log.records, log.good) == (whole.lines, whole.records, whole.good)
