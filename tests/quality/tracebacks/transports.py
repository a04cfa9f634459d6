"""What stands around a traceback on its way into a log file: each transport wraps plain text."""

from __future__ import annotations

import json
import re
from itertools import count

DAY = "2026-03-02"
FRAME = re.compile(r'(?m)^  File "')


def lines(form: str):
    """A transport that puts `form` before each line; {n} counts microseconds."""

    def wrap(text: str) -> str:
        return "".join(
            f"{form.format(n=f'{n:06d}')}{line}\n" for n, line in enumerate(text.splitlines(), 1)
        )

    return wrap


def told(text: str) -> str:
    """A logger's line before, daily life around it."""
    before = f"{DAY} 09:14:00,100 - app.inbox - INFO - update 881 from 4711\n"
    said = f"{DAY} 09:14:01,337 - app.inbox - ERROR - update 881 failed\n"
    after = f"{DAY} 09:14:02,100 - app.inbox - INFO - update 882 from 4712\n"
    return f"{before}{said}{text}{after}"


def crlf(text: str) -> str:
    return told(text).replace("\n", "\r\n")


def coloured(text: str) -> str:
    return "".join(f"\x1b[31m{line}\x1b[0m\n" for line in text.splitlines())


def syslog(text: str) -> str:
    joined = text.rstrip("\n").replace("\t", "#011").replace("\n", "#012")
    return (
        "Mar  2 09:14:00 web-1 bot[7]: INFO update 881\n"
        f"Mar  2 09:14:01 web-1 bot[7]: ERROR update 881 failed#012{joined}\n"
    )


def record(text: str, **keys: str) -> str:
    return json.dumps({"timestamp": f"{DAY}T09:14:01.337Z", "level": "ERROR", **keys}) + "\n"


def json_exc_info(text: str) -> str:
    calm = json.dumps({"timestamp": f"{DAY}T09:14:00.1Z", "level": "INFO", "message": "update 881"})
    return f"{calm}\n" + record(text, logger="app", message="update failed", exc_info=text.rstrip())


def json_message(text: str) -> str:
    return record(text, name="app", message=f"update failed\n{text.rstrip()}")


def structlog_text(text: str) -> str:
    return record(text, event="update.failed", exception=text.rstrip())


def render_pages(text: str) -> str:
    """One JSON object a line, as the platform's API gives them."""
    labels = [{"name": "instance", "value": "srv-a-x7k2p"}, {"name": "type", "value": "app"}]
    rows = (
        {"id": f"l{n}", "timestamp": f"{DAY}T09:14:01.{n:06d}Z", "message": line, "labels": labels}
        for n, line in enumerate(text.splitlines(), 1)
    )
    return "".join(json.dumps(row) + "\n" for row in rows)


def repeated(text: str) -> str:
    return "".join(
        f"{DAY} 09:1{n}:01,337 - app - ERROR - update 88{n} failed\n{text}" for n in (4, 5, 6)
    )


def foreign(text: str) -> str:
    """A line of another thread in the middle of the frames."""
    strange = f'{DAY} 09:14:01,400 - httpx - INFO - HTTP Request: POST https://a.example "200 OK"\n'
    where = [match.start() for match in FRAME.finditer(text)][-1]
    return told(text[:where] + strange + text[where:])


def headless(text: str) -> str:
    """The file begins in the middle: without the first line."""
    return text.partition("\n")[2] + f"{DAY} 09:14:02,100 - app - INFO - update 882\n"


def interleaved(one: str, two: str) -> str:
    """Two instances write at the same time; line by line, the longer one ends alone."""
    tick, rows = count(1), []
    a, b = one.splitlines(), two.splitlines()
    for n in range(max(len(a), len(b))):
        for name, own in (("x7k2p", a), ("m4q9z", b)):
            if n < len(own):
                rows.append(f"{DAY}T09:14:01.{next(tick):06d}Z [srv-a-{name}] {own[n]}\n")
    return "".join(rows)


# Those that only put something before or after count as easy.
EASY = {
    "iso": lines(f"{DAY}T09:14:01.{{n}}Z "),
    "render": lines(f"{DAY}T09:14:01.{{n}}123Z [srv-cu2k7g0gph6c73ffc4h0-x7k2p] "),
    "heroku": lines(f"{DAY}T09:14:01.{{n}}+00:00 app[web.1]: "),
    "compose": lines("bot-1  | "),
    "cri": lines(f"{DAY}T09:14:01.{{n}}123Z stderr F "),
    "logging": told,
    "crlf": crlf,
}
HARD = {
    "coloured": coloured,
    "syslog": syslog,
    "json exc_info": json_exc_info,
    "json message": json_message,
    "structlog": structlog_text,
    "render api": render_pages,
    "repeated": repeated,
    "foreign line": foreign,
    "cut head": headless,
}
