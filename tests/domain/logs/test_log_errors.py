"""Lines become events, equal events one group."""

import logging
import time
import traceback
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.logs.errors import CUT_OFF, LONGEST_SAMPLE, error_events, error_groups
from bot.domain.logs.lines import LogLine, clean
from bot.domain.logs.template import template

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SITE = "/opt/render/project/src/.venv/lib/python3.11/site-packages"


def written(text, *, second=0.0, instance="a", level="", gap=0.00001):
    """Each line as the platform keeps it: `gap` seconds apart, from that second on."""
    return [
        LogLine(AT + timedelta(seconds=second + n * gap), clean(line), instance, level, "", "app")
        for n, line in enumerate(text.splitlines())
    ]


TRACE = f"""\
2026-03-02 09:14:06,914 ERROR lifeos.handlers: /ask failed for user 42
Traceback (most recent call last):
  File "/opt/render/project/src/lifeos/handlers.py", line 77, in run
    await handler(update)
          ~~~~~~~^^^^^^^^
  File "/opt/render/project/src/lifeos/db.py", line 31, in connect
    return psycopg2.connect(dsn)
  File "{SITE}/psycopg2/__init__.py", line 122, in connect
    conn = _connect(dsn, connection_factory=connection_factory, **kwasync)
psycopg2.OperationalError: connection to server at "10.0.0.1", port 5432 failed: FATAL:  too many
connection to server at "10.0.0.2", port 5432 failed: Connection refused
\tIs the server running on that host and accepting TCP/IP connections?
"""


def test_a_traceback_with_its_error_line_is_one_event():
    (event,) = error_events(written(TRACE))
    assert event.type == "psycopg2.OperationalError"
    assert event.message.startswith('connection to server at "10.0.0.1"')
    assert event.where == "lifeos.db.connect"
    assert len(event.lines) == len(TRACE.splitlines())
    assert event.at == AT


def test_equal_errors_are_one_group_whatever_the_line_numbers_and_messages():
    other = TRACE.replace("line 31", "line 35").replace("user 42", "user 7").replace("10.0", "10.9")
    (group,) = error_groups([*written(TRACE), *written(other, second=60)])
    assert (group.count, group.first) == (2, AT)
    assert group.last == AT + timedelta(seconds=60)
    assert "10.9" in group.message


def test_another_place_is_another_group():
    other = TRACE.replace("in connect\n    return", "in ping\n    return")
    assert len(error_groups([*written(TRACE), *written(other, second=60)])) == 2


def test_the_most_frequent_group_comes_first():
    often = [line for n in range(3) for line in written("ERROR x: often", second=n)]
    groups = error_groups([*written(TRACE), *often])
    assert [g.count for g in groups] == [3, 1]
    assert groups[0].title == "ERROR: ERROR x: often"


def test_other_lines_group_by_template():
    lines = [
        *written("2026-03-02 09:00:00,1 ERROR db: user 42 not found in 'a' after 31 ms", second=0),
        *written("2026-03-02 09:00:01,2 ERROR db: user 7 not found in 'b' after 5 ms", second=1),
        *written("2026-03-02 09:00:02,3 ERROR db: HTTP 500 from x", second=2),
        *written("2026-03-02 09:00:02,4 ERROR db: HTTP 401 from x", second=3),
        *written("2026-03-02 09:00:03,5 INFO db: fine", second=4),
        *written("2026-03-02 09:00:03,5 WARNING db: hm", second=5),
    ]
    assert sorted(g.count for g in error_groups(lines)) == [1, 1, 2]


CHAIN = """\
Traceback (most recent call last):
  File "/app/svc/config.py", line 3, in read
    return os.environ["TOKEN"]
  File "/usr/local/lib/python3.11/os.py", line 679, in __getitem__
    raise KeyError(key) from None
KeyError: 'TOKEN'

{separator}

Traceback (most recent call last):
  File "/app/svc/main.py", line 9, in <module>
    start()
RuntimeError: INFO no settings
"""


@pytest.mark.parametrize(
    "separator",
    [
        "The above exception was the direct cause of the following exception:",
        "During handling of the above exception, another exception occurred:",
    ],
)
@pytest.mark.parametrize("blank", [True, False])
def test_a_chain_is_one_event_with_the_type_of_its_root(separator, blank):
    text = CHAIN.format(separator=separator)
    text = text if blank else text.replace("\n\n", "\n")
    (event,) = error_events(written(text))
    assert (event.type, event.message) == ("KeyError", "'TOKEN'")
    assert event.where == "svc.config.read"
    assert event.key[:3] == ("trace", "KeyError", "RuntimeError")


def test_two_instances_that_write_at_once_are_read_apart():
    one, two = written(TRACE, instance="a"), written(CHAIN.format(separator=""), instance="b")
    woven = [line for pair in zip(one, two, strict=False) for line in pair]
    woven += one[len(two) :] + two[len(one) :]
    assert {e.type for e in error_events(woven)} >= {"psycopg2.OperationalError", "KeyError"}
    mixed = [LogLine(line.at, line.text, "a") for line in woven]
    assert error_events(mixed) != error_events(woven)


def test_a_foreign_line_inside_does_not_break_it():
    lines = TRACE.splitlines()
    lines[4:4] = ["2026-03-02 09:14:06,915 INFO lifeos: another thread says this"]
    lines[6:6] = ["2026-03-02 09:14:06,916 ERROR lifeos: and this one fails"]
    found = error_events(written("\n".join(lines)))
    assert sorted(e.type for e in found) == ["ERROR", "psycopg2.OperationalError"]


def test_a_cut_head():
    (event,) = error_events(written("\n".join(TRACE.splitlines()[4:])))
    assert (event.type, event.where) == ("psycopg2.OperationalError", "lifeos.db.connect")


def test_a_cut_tail():
    text = "\n".join(TRACE.splitlines()[:6])
    (event,) = error_events(written(text))
    assert (event.type, event.message) == (CUT_OFF, "")
    later = [*written(text), *written(TRACE, second=5)]
    assert [e.type for e in error_events(later)] == [CUT_OFF, "psycopg2.OperationalError"]


def test_a_cut_tail_swallows_only_a_few_lines():
    head = written("\n".join(TRACE.splitlines()[:6]))
    fine = [line for n in range(50) for line in written("ERROR x: on its own", second=1 + n)]
    groups = error_groups([*head, *fine])
    assert sorted(g.count for g in groups) == [1, 50]


def test_a_multi_line_message_belongs_to_it_and_a_later_line_does_not():
    text = (
        'Traceback (most recent call last):\n  File "/app/a.py", line 1, in <module>\n'
        "    Settings()\npydantic_core.ValidationError: 1 validation error for Settings\n"
        "token\n  Field required\n"
    )
    (event,) = error_events([*written(text, level="error"), *written("failed", second=9)])
    assert event.lines[-1] == "  Field required"
    assert event.where == "a.<module>"


def test_sqlalchemy_is_known_by_the_drivers_error():
    text = (
        CHAIN.format(separator="")
        .split("\n\n")[0]
        .replace(
            "KeyError: 'TOKEN'",
            "sqlalchemy.exc.DBAPIError: (asyncpg.exceptions.Foo) oh\n[SQL: SELECT 1]",
        )
    )
    (event,) = error_events(written(text))
    assert event.type == "asyncpg.exceptions.Foo"


@pytest.mark.parametrize(
    "head",
    [
        "Exception ignored in: <function X.__del__ at 0x7f>",
        "--- Logging error ---",
        "Stack (most recent call last):",
    ],
)
def test_what_is_no_error_of_the_program(head):
    body = TRACE.splitlines()[1:-2] if "Stack" not in head else TRACE.splitlines()[2:8]
    assert error_events(written("\n".join([head, *body]))) == ()


def test_platform_and_request_lines_are_none():
    lines = [
        LogLine(AT, "==> Application exited with code 1", "a", "error"),
        LogLine(AT, "GET /x 500", "a", "error", kind="request"),
    ]
    assert error_events(lines) == ()


def real(raising):
    """What this Python prints when that is raised and logged."""
    out = StringIO()
    try:
        raising()
    except Exception:  # noqa: BLE001 - whatever the case raises is the case
        traceback.print_exc(file=out)
    return out.getvalue()


def deep(n=0):
    return deep(n + 1)


def several():
    inner = ExceptionGroup("inner", [TypeError("b")])
    raise ExceptionGroup("outer", [ValueError("a"), inner])


def noted():
    error = OSError(28, "No space left on device")
    error.add_note("while writing the report")
    raise error


@pytest.mark.parametrize(
    ("raising", "kind"),
    [
        (deep, "RecursionError"),
        (several, "ValueError"),
        (noted, "OSError"),
        (lambda: compile("x = (", "f.py", "exec"), "SyntaxError"),
        (lambda: {}["x"], "KeyError"),
        (lambda: int("INFO"), "ValueError"),
    ],
)
def test_what_python_really_prints(raising, kind):
    text = "INFO before\n" + real(raising) + "INFO after\n"
    (event,) = error_events(written(text))
    assert event.type == kind
    assert event.where.startswith("logs.test_log_errors.")


def test_after_a_group_the_next_traceback_is_another_event():
    text = real(several) + real(lambda: {}["x"])
    assert [e.type for e in error_events(written(text))] == ["ValueError", "KeyError"]


def test_logging_exception_as_it_is_written():
    out = StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logger = logging.getLogger("test_log_errors")
    logger.propagate = False
    logger.addHandler(handler)
    for n in range(3):
        try:
            int(f"x{n}")
        except ValueError:
            logger.exception("step %d", n)
    groups = error_groups(written(out.getvalue()))
    assert [(g.type, g.count) for g in groups] == [("ValueError", 3)]


def test_a_long_sample_keeps_both_ends():
    frames = '  File "/app/a.py", line 1, in f\n    f()\n' * 60
    text = f"ERROR x: it broke\nTraceback (most recent call last):\n{frames}ValueError: end"
    (event,) = error_events(written(text))
    assert len(event.lines) == LONGEST_SAMPLE + 1
    assert event.lines[0] == "ERROR x: it broke"
    assert event.lines[-1] == "ValueError: end"


PIECES = st.sampled_from(
    [
        *TRACE.splitlines(),
        *CHAIN.splitlines(),
        *real(several).splitlines(),
        "==> Running 'x'",
        "Exception ignored in: x",
        "Stack (most recent call last):",
        "ERROR x",
        "INFO x",
        "",
        " ",
        "+-",
        "Traceback (most recent call last):",
        "Exception Group Traceback",
        "  | ",
        "x" * 5000,
    ]
)


@given(
    st.lists(st.tuples(PIECES | st.text(), st.sampled_from("ab"), st.sampled_from(["", "error"])))
)
def test_nothing_that_a_log_says_breaks_it(pieces):
    lines = [
        LogLine(AT + timedelta(milliseconds=30 * n), clean(text), instance, level)
        for n, (text, instance, level) in enumerate(pieces)
    ]
    found = error_events(lines)
    assert sum(g.count for g in error_groups(lines)) == len(found) <= len(lines)
    assert all(e.type and e.lines for e in found)


@pytest.mark.parametrize(
    "unit", ["-", "+-", "| ", "a.", "1.", "0x1", "'", "@a", "://", " ", "deadbeef", "1,"]
)
def test_hostile_lines_cost_little(unit):
    head = "  + Exception Group Traceback (most recent call last):"
    lines = written("\n".join([head, *["ERROR " + unit * 5000, "  | +" + unit * 5000] * 20]))
    began = time.perf_counter()
    error_events(lines)
    assert time.perf_counter() - began < 2


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("GET https://x.test/a?b=1 took 31 ms", "GET <url> took <size>"),
        ("user 42 (ann@example.com) is 'bob'", "user <n> (<mail>) is <text>"),
        ("id 550e8400-e29b-41d4-a716-446655440000", "id <uuid>"),
        ("at 2026-03-02T09:14:06.9Z and 09:14:06", "at <time> and <time>"),
        ("10.0.0.1:5432 at 0x7f00ab deadbeef99", "<ip> at <hex> <hex>"),
        ("HTTP 503, status: 429, errno 111, exit code 137", None),
        ("retry 3 of 5 in 1.5 s", "retry <n> of <n> in <size>"),
    ],
)
def test_template(text, masked):
    assert template(text) == (masked or text)
