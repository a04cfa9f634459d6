"""How records look in a file: one function for each format, record → text."""

from __future__ import annotations

import json

from tests.quality.logs.expand import Said

SERVICE = "srv-cu2k7g0gph6c73ffc4h0"
NAMES = {"a": "x7k2p", "b": "m4q9z", "c": "t8w3d"}


def pod(said: Said) -> str:
    return f"{SERVICE}-{NAMES[said.instance]}"


def iso(said: Said) -> str:
    return f"{said.at:%Y-%m-%dT%H:%M:%S.%f}"


def rows(said: Said) -> list[str]:
    """What logging.basicConfig() of a usual bot writes; platform and stdout stand bare."""
    if said.level in "=-":
        return list(said.lines)
    stamp = f"{said.at:%Y-%m-%d %H:%M:%S},{said.at.microsecond // 1000:03d}"
    return [f"{stamp} - {said.logger} - {said.level} - {said.lines[0]}", *said.lines[1:]]


def each(said: Said, before: str) -> str:
    return "".join(f"{before}{line}\n" for line in rows(said))


def plain(said: Said) -> str:
    return each(said, "")


def bracket(said: Said) -> str:
    """gunicorn's and celery's own form; what has no level is printed bare."""
    if said.level in "=-":
        return each(said, "")
    first = f"[{said.at:%Y-%m-%d %H:%M:%S} +0000] [7] [{said.level}] {said.lines[0]}"
    return "".join(f"{line}\n" for line in (first, *said.lines[1:]))


def render(said: Said) -> str:
    return each(
        said, f"{iso(said)}123Z " + ("" if said.level == "=" else f"[{NAMES[said.instance]}] ")
    )


def render_api(said: Said) -> str:
    labels = [{"name": "resource", "value": SERVICE}, {"name": "instance", "value": pod(said)}]
    level = "info" if said.level in "=-" else said.level.lower()
    labels += [{"name": "level", "value": level}, {"name": "type", "value": "app"}]
    keys = {"timestamp": f"{iso(said)}Z", "labels": labels}
    return "".join(
        json.dumps({"id": f"01HX{said.at:%H%M%S%f}{said.instance}{n}", "message": line} | keys)
        + "\n"
        for n, line in enumerate(rows(said))
    )


def heroku(said: Said) -> str:
    who = "heroku[web.1]" if said.level == "=" else f"app[web.{'abc'.index(said.instance) + 1}]"
    return each(said, f"{iso(said)}+00:00 {who}: ")


def compose(said: Said) -> str:
    return each(said, f"bot-{'abc'.index(said.instance) + 1}  | ")


def cri(said: Said) -> str:
    return each(said, f"{iso(said)}456Z stderr F ")


def syslog(said: Said) -> str:
    bare = said.level in "=-"
    text = "#012".join(
        said.lines if bare else (f"{said.level} {said.logger}: {said.lines[0]}", *said.lines[1:])
    )
    return f"{said.at:%b} {said.at.day:2d} {said.at:%H:%M:%S} web-1 bot[412]: {text}\n"


def split(said: Said) -> tuple[str, str]:
    """What was said, and the traceback that hung on it."""
    text = "\n".join(said.lines)
    at = text.find("Traceback (most recent")
    return (text, "") if at < 0 else (text[:at].rstrip() or "unhandled", text[at:])


def json_lines(said: Said) -> str:
    if said.level in "=-":
        return each(said, "")
    message, trace = split(said)
    keys = {"timestamp": f"{iso(said)}Z", "level": said.level, "logger": said.logger}
    return json.dumps(keys | {"message": message} | ({"exc_info": trace} if trace else {})) + "\n"


def structlog(said: Said) -> str:
    if said.level in "=-":
        return each(said, "")
    message, trace = split(said)
    keys = {"event": message, "level": said.level.lower(), "logger": said.logger}
    more = {"exception": trace} if trace else {}
    return json.dumps(keys | {"timestamp": f"{iso(said)}Z"} | more) + "\n"


def console(said: Said) -> str:
    """structlog's ConsoleRenderer, in colour."""
    if said.level in "=-":
        return each(said, "")
    first, *more = said.lines
    head = (
        f"\x1b[2m{iso(said)}Z\x1b[0m [\x1b[32m{said.level.lower():9}\x1b[0m] \x1b[1m{first}\x1b[0m"
    )
    return "".join(f"{line}\n" for line in (f"{head} [\x1b[34m{said.logger}\x1b[0m]", *more))


def uvicorn(said: Said) -> str:
    """Level and text, no time at all."""
    if said.level in "=-":
        return each(said, "")
    first, *more = said.lines
    return "".join(f"{line}\n" for line in (f"{said.level + ':':9} {first}", *more))


FORMATS = {
    "plain": plain, "bracket": bracket, "render": render, "render-api": render_api,
    "heroku": heroku, "compose": compose, "cri": cri, "syslog": syslog, "json": json_lines,
    "structlog": structlog, "console": console, "uvicorn": uvicorn,
}  # fmt: skip
