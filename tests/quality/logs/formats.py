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


def loguru(said: Said) -> str:
    if said.level in "=-":
        return each(said, "")
    head = f"{said.at:%Y-%m-%d %H:%M:%S}.{said.at.microsecond // 1000:03d} | {said.level:8} | "
    return head + f"{said.logger}:run:42 - " + "\n".join(said.lines) + "\n"


def loguru_json(said: Said) -> str:
    """With serialize=True."""
    if said.level in "=-":
        return each(said, "")
    message, trace = split(said)
    error = trace.rstrip().splitlines()[-1].partition(": ") if trace else ("", "", "")
    record = {
        "elapsed": {"repr": "0:00:01", "seconds": 1.0},
        "exception": {"type": error[0], "value": error[2], "traceback": True} if trace else None,
        "extra": {},
        "file": {"name": "run.py", "path": "/app/run.py"},
        "function": "run",
        "level": {"icon": "x", "name": said.level, "no": 20},
        "line": 42,
        "message": message,
        "module": "run",
        "name": said.logger,
        "process": {"id": 7, "name": "MainProcess"},
        "thread": {"id": 1, "name": "MainThread"},
        "time": {"repr": f"{said.at}", "timestamp": said.at.timestamp()},
    }
    return json.dumps({"text": loguru(said), "record": record}) + "\n"


def json_logger(said: Said) -> str:
    """python-json-logger with the usual fields."""
    if said.level in "=-":
        return each(said, "")
    message, trace = split(said)
    stamp = f"{said.at:%Y-%m-%d %H:%M:%S},{said.at.microsecond // 1000:03d}"
    keys = {"asctime": stamp, "name": said.logger, "levelname": said.level, "message": message}
    return json.dumps(keys | ({"exc_info": trace.rstrip()} if trace else {})) + "\n"


def gcp(said: Said) -> str:
    """An entry as Cloud Logging gives it out."""
    severity = "DEFAULT" if said.level in "=-" else said.level
    labels = {"service_name": "bot", "revision_name": f"bot-{NAMES[said.instance]}"}
    about = {
        "insertId": f"65e{said.at:%H%M%S%f}",
        "resource": {"type": "cloud_run_revision", "labels": labels},
        "timestamp": f"{iso(said)}Z",
        "severity": severity,
        "logName": "projects/p/logs/run.googleapis.com%2Fstderr",
    }
    text = "\n".join(said.lines)
    if said.level in "=-":
        return json.dumps(about | {"textPayload": text}) + "\n"
    return json.dumps(about | {"jsonPayload": {"message": text, "logger": said.logger}}) + "\n"


def ecs(said: Said) -> str:
    """Elastic's common schema."""
    if said.level in "=-":
        return each(said, "")
    message, trace = split(said)
    keys = {"@timestamp": f"{iso(said)}Z", "log.level": said.level.lower(), "message": message}
    keys |= {"ecs.version": "1.6.0", "log": {"logger": said.logger}}
    error = trace.rstrip().splitlines()[-1].partition(": ") if trace else ("", "", "")
    told = {"type": error[0], "message": error[2], "stack_trace": trace}
    return json.dumps(keys | ({"error": told} if trace else {})) + "\n"


def journal(said: Said) -> str:
    """`journalctl -o short-iso`, where every line is an entry."""
    return each(said, f"{said.at:%Y-%m-%dT%H:%M:%S}+0000 web-1 bot[{412 + ord(said.instance)}]: ")


def kubectl(said: Said) -> str:
    return each(said, f"[pod/bot-7d9f-{NAMES[said.instance]}/bot] ")


def docker_t(said: Said) -> str:
    return each(said, f"{iso(said)}123Z ")


def telebot(said: Said) -> str:
    if said.level in "=-":
        return each(said, "")
    stamp = f"{said.at:%Y-%m-%d %H:%M:%S},{said.at.microsecond // 1000:03d}"
    head = f"{stamp} (__init__.py:1080 MainThread) {said.level} - {said.logger}: "
    return head + '"' + "\n".join(said.lines) + '"\n'


def flask(said: Said) -> str:
    """Flask's own form; werkzeug's lines stand bare."""
    if said.level in "=-":
        return each(said, "")
    stamp = f"{said.at:%Y-%m-%d %H:%M:%S},{said.at.microsecond // 1000:03d}"
    return f"[{stamp}] {said.level} in {said.logger}: " + "\n".join(said.lines) + "\n"


def celery(said: Said) -> str:
    if said.level in "=-":
        return each(said, "")
    stamp = f"{said.at:%Y-%m-%d %H:%M:%S},{said.at.microsecond // 1000:03d}"
    return f"[{stamp}: {said.level}/MainProcess] " + "\n".join(said.lines) + "\n"


def logfmt(said: Said) -> str:
    if said.level in "=-":
        return each(said, "")
    text = json.dumps("\n".join(said.lines))
    return f"time={iso(said)}Z level={said.level.lower()} logger={said.logger} msg={text}\n"


def postgres(said: Said) -> str:
    """The server's own log: what belongs to an entry has the same head."""
    stamp = f"{said.at:%Y-%m-%d %H:%M:%S}.{said.at.microsecond // 1000:03d} UTC [412] "
    first, *more = said.lines
    rows = [f"{said.level}:  {first}", *more]
    return "".join(line + "\n" if line[:1] == "\t" else f"{stamp}{line}\n" for line in rows)


FORMATS = {
    "plain": plain, "bracket": bracket, "render": render, "render-api": render_api,
    "heroku": heroku, "compose": compose, "cri": cri, "syslog": syslog, "json": json_lines,
    "structlog": structlog, "console": console, "uvicorn": uvicorn, "loguru": loguru,
    "loguru-json": loguru_json, "json-logger": json_logger, "gcp": gcp, "ecs": ecs,
    "journal": journal, "kubectl": kubectl, "docker-t": docker_t, "telebot": telebot,
    "flask": flask, "celery": celery, "logfmt": logfmt, "postgres": postgres,
}  # fmt: skip # read in rows
