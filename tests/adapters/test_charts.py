"""Charts: drawn outside, without our secrets; legible for everybody, whatever they show."""

from __future__ import annotations

import asyncio
import os
import struct
import subprocess
import sys
import warnings
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import combinations
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg

from bot.adapters.charts import KEPT, PNG, POLITE, Drawer, environment, form
from bot.adapters.charts.draw import drawn, png
from bot.adapters.charts.panels import label, pieces, scale
from bot.adapters.charts.style import DPI, LEGIBLE, PALETTES, PHONE, TALLEST, WIDTH
from bot.adapters.charts.text import UNKNOWN, fitted, known, shown, width, wrapped
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
    Theme,
)
from bot.domain.charts.plots import answers, errors, glances, history, usage
from bot.domain.check import Result, Seen
from bot.domain.evidence import Evidence, Found
from bot.domain.measures.points import packed
from bot.ports import Unavailable

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
LONG = "the-very-long-name-of-a-service-that-somebody-called-like-this-in-eu-central-1"
ODD_NAMES = {
    "emoji": "🚀 life 👩‍👩‍👧 os ❤️",
    "right to left": "שירות חיים 42 خدمة",
    "mathematics": "$x^2$ \\frac{a}{b} $unclosed % _ ^ {",
    "Chinese": "生命服务",
    "long": LONG,
    "nothing": "",
    "marks": "Z̷̢̛a̴͝l̵g̶o",
}


def ago(minutes):
    return NOW - timedelta(minutes=minutes)


def look(minutes, seen=Seen.PASS, value=0.1):
    return Result("life-os", "http", seen, ago(minutes), value=value)


def frame(minutes=60, service="life-os", **more):
    return Frame(service, ago(minutes), NOW, BERLIN, **{"incident": "incident #7", **more})


HAPPENED = {
    "marks": (
        Mark(ago(40), Sign.DEPLOY, "9f3c2ab"),
        Mark(ago(13), Sign.CRASH),
        Mark(ago(9), Sign.RESTART),
        Mark(ago(5), Sign.ACT, "restart"),
    ),
    "spells": (Spell(ago(14), NOW),),
}


def memory(limit=512):
    rows = {
        "memory_points": packed((ago(59 - n), 100 + 6 * n) for n in range(60)),
        "cpu_points": packed((ago(59 - n), n % 97) for n in range(60)),
        "memory_limit_mb": str(limit),
    }
    return Evidence("M1", "metrics", Found.SOMETHING, "", tuple(rows.items()))


def many_looks():
    kinds = {0: Seen.FAIL, 1: Seen.BLIND}
    return [look(n / 60, kinds.get(n % 97, Seen.PASS), n % 31 / 10) for n in range(3600)]


def crowd():
    return tuple(Mark(ago(n / 3), list(Sign)[n % 4], f"name {n}") for n in range(180))


CHARTS = {
    "errors": errors(frame(**HAPPENED), [(ago(n), n * n) for n in range(15)]),
    "memory and CPU": usage(frame(**HAPPENED), memory()),
    "response times": answers(frame(**HAPPENED), many_looks(), what="http", slow=2),
    "checks": history(
        frame(**HAPPENED),
        {
            "http": glances(many_looks()),
            LONG: glances([look(n) for n in range(60)]),
            "logs": glances([look(n, Seen.BLIND, None) for n in range(30)]),
            "job": [],
        },
    ),
    "no errors": errors(frame(), []),
    "no figures": usage(frame(), None),
    "no looks": answers(frame(), [], slow=2),
    "no checks": history(frame(), {}),
    "one error": errors(frame(), [(ago(3), 1)]),
    "one look": answers(frame(), [look(30)]),
    "one point": usage(
        frame(), Evidence("M1", "", Found.SOMETHING, "", (("cpu_points", "1 0:1"),))
    ),
    "huge errors": errors(frame(), [(ago(n), 10.0 ** (n // 2)) for n in range(60)]),
    "next to nothing": errors(frame(), [(ago(1), 5e-324)]),
    "huge times": answers(frame(), [look(n, value=n * 1e9) for n in range(60)], slow=2),
    "tiny times": answers(frame(), [look(n, value=n * 1e-12) for n in range(60)]),
    "huge memory": usage(frame(), memory(10**8)),
    "a day": errors(frame(1440, **HAPPENED), [(ago(n), n % 50) for n in range(1440)]),
    "months": errors(frame(200_000), [(ago(n * 1000), n) for n in range(200)]),
    "no time": answers(frame(0), [look(0)]),
    "a crowd of marks": errors(frame(marks=crowd()), [(ago(1), 1)]),
    "many checks": history(
        frame(**HAPPENED), {f"{LONG}{n}": glances([look(n)]) for n in range(25)}
    ),
    **{
        f"{kind}: {name}": make(
            frame(service=text, marks=(Mark(ago(5), Sign.ACT, text),), spells=(), incident=text)
        )
        for name, text in ODD_NAMES.items()
        for kind, make in {
            "errors": lambda one: errors(one, [(ago(1), 1)]),
            "checks": lambda one: history(one, {one.service: glances([look(1)])}),
            "looks": lambda one: answers(one, [look(1)], what=one.service),
        }.items()
    },
}


def size(picture):
    return struct.unpack(">II", picture[16:24])


# Outside of our process


async def test_a_chart_is_drawn_by_a_process_of_its_own():
    drawer = Drawer(within=120)
    picture = await drawer.draw(CHARTS["errors"])
    drawer.close()
    assert size(picture) == (1200, 800)
    assert 5_000 < len(picture) < 100_000


def test_what_draws_is_not_even_imported_by_us():
    drawing = {"matplotlib", "PIL", "numpy"}
    code = f"import sys, bot.app.wiring; sys.exit(bool({drawing} & set(sys.modules)))"
    ours = environment(os.environ, ".")
    assert subprocess.run([sys.executable, "-c", code], env=ours, check=False).returncode == 0


def program(code):
    return (sys.executable, "-c", f"import os, signal, sys; data = sys.stdin.buffer.read(); {code}")


def saying(code, **more):
    return Drawer(program(code), **more)


async def said(drawer):
    try:
        with pytest.raises(Unavailable) as gone:
            await drawer.draw(CHARTS["no errors"])
    finally:
        drawer.close()
    return str(gone.value)


async def test_the_process_gets_the_chart_and_none_of_our_secrets(monkeypatch):
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "12345:secret")
    monkeypatch.setenv("PYTHONSTARTUP", "/etc/passwd")
    header = "sys.stdout.buffer.write(b'\\x89PNG\\r\\n\\x1a\\n')"
    drawer = saying(f"{header}; print(dict(os.environ)); sys.stdout.buffer.write(data)")
    answer = (await drawer.draw(CHARTS["checks"])).decode(errors="replace")
    folder = drawer._folder.name
    assert "secret" not in answer
    assert "PYTHONSTARTUP" not in answer
    for name in ("MPLBACKEND': 'Agg'", f"MPLCONFIGDIR': '{folder}'", f"HOME': '{folder}'"):
        assert name in answer
    assert form().dump_json(CHARTS["checks"]).decode() in answer
    drawer.close()
    assert not os.path.exists(folder)  # noqa: PTH110 - a name is what is at hand


async def test_the_process_gives_way_to_us():
    header = "sys.stdout.buffer.write(b'\\x89PNG\\r\\n\\x1a\\n')"
    drawer = saying(f"{header}; print(os.nice(0))")
    answer = await drawer.draw(CHARTS["no errors"])
    drawer.close()
    assert int(answer.removeprefix(PNG)) == min(os.nice(0) + POLITE, 19)


def test_only_what_an_interpreter_needs_is_passed_on():
    ours = {"PATH": "/bin", "LD_LIBRARY_PATH": "/lib", "RENDER_API_KEY": "rnd_x", "HOME": "/root"}
    given_on = environment(ours, "/tmp/x")  # noqa: S108 - no file is made
    assert given_on["PATH"] == "/bin"
    assert given_on["HOME"] == "/tmp/x"  # noqa: S108 - the same
    assert set(given_on) & set(ours) <= {*KEPT, "HOME"}


class Fake:
    """A process that draws nothing until it is told to."""

    running, pid = 0, 2**31 - 1  # nobody has that number

    def __init__(self, turns):
        self.turns, self.returncode = turns, None

    async def communicate(self, data):
        Fake.running += 1
        assert Fake.running == 1
        if self.turns is None:
            await asyncio.Event().wait()
        for _ in range(self.turns):
            await asyncio.sleep(0)
        Fake.running -= 1
        self.returncode = 0
        return PNG, b""

    def kill(self):
        Fake.running -= 1
        self.returncode = -9

    async def wait(self):
        return self.returncode


async def test_one_that_hangs_is_ended(monkeypatch):
    fake = Fake(None)
    monkeypatch.setattr(asyncio, "create_subprocess_exec", lambda *_, **__: started(fake))
    assert await said(Drawer(within=0.01)) == "no chart was drawn within 0 s"
    assert fake.returncode == -9


async def test_one_at_a_time(monkeypatch):
    fakes = [Fake(turns) for turns in (3, 9, 0, 5)]
    left = iter(fakes)
    monkeypatch.setattr(asyncio, "create_subprocess_exec", lambda *_, **__: started(next(left)))
    drawer = Drawer()
    assert await asyncio.gather(*(drawer.draw(CHARTS["no errors"]) for _ in fakes)) == [PNG] * 4
    drawer.close()


async def started(fake):
    return fake


async def test_none_is_left_behind_when_we_are_cut_off(tmp_path):
    note = tmp_path / "pid"
    os.mkfifo(note)
    drawer = saying(f"open({str(note)!r}, 'w').write(str(os.getpid())); signal.pause()")
    drawing = asyncio.create_task(drawer.draw(CHARTS["no errors"]))
    id = int(await asyncio.to_thread(note.read_text))
    drawing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await drawing
    drawer.close()
    assert not is_alive(id)


def is_alive(id):
    try:
        os.kill(id, 0)
    except ProcessLookupError:
        return False
    return True


async def test_one_that_fails_is_told_with_its_words_in_our_log_only(caplog):
    drawer = saying("sys.exit('no font; key sk-ant-api03-' + 'x' * 90)")
    assert await said(drawer) == "the chart was not drawn: exit 1"
    (record,) = caplog.records
    assert record.message == "chart.said"
    assert record.words.startswith("no font; key [secret:")


@pytest.mark.parametrize("code", ["pass", "print('hello')", "print('x' * 6_000_000)"])
async def test_what_is_no_picture_is_none(code):
    assert await said(saying(code)) == "what was drawn is no picture"


async def test_a_picture_too_large_is_none():
    huge = "sys.stdout.buffer.write(b'\\x89PNG\\r\\n\\x1a\\n' + bytes(6_000_000))"
    assert await said(saying(huge)) == "what was drawn is no picture"


async def test_a_process_that_does_not_start(tmp_path):
    drawer = Drawer((str(tmp_path / "nothing"),))
    assert await said(drawer) == "the drawing process did not start: No such file or directory"


async def test_a_process_that_does_not_read():
    drawer = Drawer((sys.executable, "-c", "raise SystemExit(3)"))
    long = replace(CHARTS["errors"], subtitle="x" * 1_000_000)
    with pytest.raises(Unavailable, match="exit 3"):
        await drawer.draw(long)
    drawer.close()


# What is drawn


@pytest.fixture(params=CHARTS, ids=str)
def chart(request):
    return CHARTS[request.param]


def boxes(figure):
    renderer = FigureCanvasAgg(figure).get_renderer()
    texts = [text for text in figure.texts if text.get_text().strip()]
    return {text: text.get_window_extent(renderer) for text in texts}


def test_every_text_is_whole_and_apart_from_the_others(chart):
    figure = drawn(chart)
    found = boxes(figure)
    wide, high = figure.get_size_inches() * DPI
    for text, box in found.items():
        assert box.x0 >= 0, text
        assert box.x1 <= wide, text
        assert box.y0 >= 0, text
        assert box.y1 <= high, text
    for (one, a), (other, b) in combinations(found.items(), 2):
        apart = a.x1 <= b.x0 + 2 or b.x1 <= a.x0 + 2 or a.y1 <= b.y0 + 3 or b.y1 <= a.y0 + 3
        assert apart, (one.get_text(), other.get_text())


def test_every_text_can_be_read_on_a_telephone(chart):
    for text in drawn(chart).texts:
        assert text.get_fontsize() * DPI / 72 * PHONE / WIDTH >= LEGIBLE


def test_it_is_drawn_without_a_warning(chart):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        picture = png(chart)
    across, down = size(picture)
    assert across == WIDTH
    assert 800 <= down <= TALLEST
    assert len(picture) < 150_000


def test_it_crosses_the_border_as_it_is(chart):
    assert form().validate_json(form().dump_json(chart)) == chart


def test_the_same_chart_is_the_same_picture():
    assert png(CHARTS["checks"]) == png(CHARTS["checks"])


@pytest.mark.parametrize("theme", Theme)
def test_both_grounds(theme):
    figure = drawn(replace(CHARTS["errors"], theme=theme))
    assert figure.get_facecolor()[:3] == pytest.approx(rgb(PALETTES[theme].ground))


def test_the_key_names_what_is_there_and_counts():
    texts = {text.get_text() for text in drawn(CHARTS["response times"]).texts}
    assert {"incident #7", "done by us", "deploy", "crash", "failed", "not seen", "CET"} <= texts
    crowded = {text.get_text() for text in drawn(CHARTS["a crowd of marks"]).texts}
    assert {"deploy ×45", "crash ×45"} <= crowded


# Text


def test_what_the_font_lacks_is_left_out_or_shown_as_unknown():
    assert shown("🚀 life  os ❤️") == "life os ❤"
    assert shown("生命 x") == f"{UNKNOWN}{UNKNOWN} x"
    assert shown("שירות") == "שירות"
    assert shown("e\u0301") == "é"


@given(st.text(max_size=200), st.floats(1, 1000))
def test_any_text_is_made_to_fit(text, room):
    seen = shown(text)
    assert all(ord(char) in known() for char in seen)
    kept = fitted(seen, room)
    assert kept == seen or (kept.endswith("…") and (width(kept) <= room or kept == "…"))
    lines = wrapped(seen, 1000)
    assert len(lines) <= 2
    assert all(width(line) <= 1000 for line in lines)


# Axes


@pytest.mark.parametrize(
    ("top", "whole", "expected"),
    [
        (1, True, ["0", "1"]),
        (4, True, ["0", "2", "4"]),
        (7, False, ["0", "2", "4", "6"]),
        (40, True, ["0", "20", "40"]),
        (512, False, ["0", "200", "400"]),
        (0.4, False, ["0", "0.2", "0.4"]),
        (90_000, True, ["0", "25k", "50k", "75k"]),
        (3e9, False, ["0", "1G", "2G", "3G"]),
    ],
)
def test_few_round_values(top, whole, expected):
    panel = Panel("", (Row(Shape.LINE, ((NOW, float(top)),)),), whole=whole)
    assert [label(value, panel) for value in scale(panel)] == expected


def test_units_stand_with_the_values():
    panel = Panel("", (), "MB", Limit(512, "limit"))
    assert [label(value, panel) for value in scale(panel)] == ["0", "200 MB", "400 MB", "600 MB"]


def test_a_line_is_parted_at_its_gaps():
    row = Row(Shape.LINE, ((ago(9), 1), (ago(8), 2), (ago(2), 3)), gap=120)
    assert list(pieces(row)) == [[(ago(9), 1), (ago(8), 2)], [(ago(2), 3)]]
    assert list(pieces(replace(row, gap=0))) == [list(row.points)]
    assert list(pieces(Row(Shape.LINE, ()))) == []


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.tuples(st.floats(-10, 90).map(ago), st.floats(-1e30, 1e30)), max_size=20),
    st.text(max_size=40),
    st.none() | st.floats(0.001, 1e12),
    st.lists(
        st.builds(Mark, st.floats(0, 60).map(ago), st.sampled_from(Sign), st.text(max_size=30)),
        max_size=10,
    ),
)
def test_any_chart_is_drawn(points, name, limit, marks):
    rows = tuple(Row(shape, tuple(sorted(points)), width=60, gap=100) for shape in Shape)
    panels = [Panel(name, rows, name[:5], Limit(limit, name) if limit else None)] * 2
    chart = frame(service=name, marks=tuple(marks)).chart(name, name * 3, panels)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert size(png(chart))[0] == WIDTH


# Colours, for every eye


def rgb(colour):
    return tuple(int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5))


def linear(colour):
    return [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb(colour)]


def luminance(colour):
    """As WCAG 2 defines it."""
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear(colour), strict=True))


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


# Machado, Oliveira and Fernandes (2009), severity 1.0, on linear RGB.
EYES = {
    "all colours": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "no red": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "no green": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "no blue": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}


def seen_by(eye, colour):
    """In CIE Lab, where equal distances look alike."""
    red, green, blue = (
        min(1.0, max(0.0, sum(m * c for m, c in zip(row, linear(colour), strict=True))))
        for row in eye
    )
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089
    x, y, z = (v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in (x, y, z))
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def distance(eye, one, other):
    pairs = zip(seen_by(eye, one), seen_by(eye, other), strict=True)
    return sum((a - b) ** 2 for a, b in pairs) ** 0.5


@pytest.mark.parametrize("theme", Theme)
def test_text_and_figures_stand_out_from_the_ground(theme):
    palette = PALETTES[theme]
    for ground in (palette.ground, palette.field):
        assert contrast(palette.text, ground) >= 7
        assert contrast(palette.muted, ground) >= 4.5
        for sign in palette.signs.values():
            assert contrast(sign, ground) >= 4.5
        assert contrast(palette.limit, ground) >= 4.5
        for colour in (palette.main, palette.bad, palette.good, palette.blind):
            assert contrast(colour, ground) >= 3


@pytest.mark.parametrize("eye", EYES)
@pytest.mark.parametrize("theme", Theme)
def test_what_must_be_told_apart_is_so_to_every_eye(theme, eye):
    palette = PALETTES[theme]
    states = [palette.of(state) for state in State]
    for one, other in combinations(states, 2):
        assert distance(EYES[eye], one, other) >= 12, (one, other)
    for one, other in ((palette.main, palette.bad), (palette.main, palette.limit)):
        assert distance(EYES[eye], one, other) >= 25
