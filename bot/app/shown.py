"""What the one-off commands print: a table for people, JSON for scripts, and an exit code."""

from __future__ import annotations

import asyncio
import json
import logging
import signal
import sys
from collections.abc import Coroutine, Sequence
from contextlib import nullcontext
from typing import Any, TypeVar

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.adapters.logbook import start_log
from bot.app.doctor import account, examine, well
from bot.app.finding import Finding, Grade
from bot.app.once import Look, keep_looking, look_once, report, verdict
from bot.app.parts import utcnow
from bot.app.wiring import secrets_of
from bot.domain.check import Seen
from bot.settings import House, Settings

T = TypeVar("T")
EXITS = {Seen.PASS: 0, Seen.FAIL: 1, Seen.BLIND: 3}  # 2 is bad input
WIDE = 200  # columns where no terminal says how many there are
MARKS = {
    Seen.PASS: ("✓", "green"),
    Seen.FAIL: ("✗", "bold red"),
    Seen.BLIND: ("?", "yellow"),
}
WORDS = {Seen.PASS: "pass", Seen.FAIL: "FAIL", Seen.BLIND: "not seen"}
GRADES = {
    Grade.OK: ("✓", "green"),
    Grade.ADVICE: ("!", "yellow"),
    Grade.WRONG: ("✗", "bold red"),
}


def check_once(
    settings: Settings, house: House, name: str, *, out: Console, err: Console, as_json: bool
) -> int:
    """Raises UnknownName."""
    speak_up(settings, house)
    at = utcnow()
    looks = waiting("Looking", look_once(settings, house, name), err)
    if as_json:
        write(report(looks, at))
    else:
        show(check_table(looks), out)
        show(Text(in_short(looks)), out)
    return EXITS[verdict(looks)]


def check_until_told(
    settings: Settings, house: House, name: str, *, out: Console, err: Console, as_json: bool
) -> int:
    """Print the first looks and every change until Ctrl-C; the code is of how it stood then.

    Raises UnknownName.
    """
    speak_up(settings, house)
    newest: dict[tuple[str, str], Look] = {}

    def told(look: Look) -> None:
        newest[look.result.service, look.result.check] = look
        if as_json:
            write({"at": look.result.at.isoformat(), **look.as_json()})
        else:
            show(a_line(look), out)

    if not as_json and err.is_terminal:
        show(Text("Only what changes is printed. Ctrl-C ends it.", style="dim"), err)
    asyncio.run(until_ctrl_c(keep_looking(settings, house, name, told)))
    return EXITS[verdict(list(newest.values()))]


async def until_ctrl_c(looking: Coroutine[Any, Any, None]) -> None:
    """End it in good order when the person says so; raise what ended it untold."""
    task = asyncio.create_task(looking)
    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, task.cancel)
    await asyncio.wait((task,))
    if not task.cancelled():
        task.result()


def consult(settings: Settings, house: House, *, out: Console, err: Console, as_json: bool) -> int:
    speak_up(settings, house)
    at = utcnow()
    findings = waiting("Examining", examine(settings, house), err)
    if as_json:
        write(account(findings, at))
    else:
        show(doctor_table(findings), out)
    return 0 if well(findings) else 1


def speak_up(settings: Settings, house: House) -> None:
    """Only warnings reach the screen, and no secret does."""
    start_log(list(secrets_of(settings, house)))
    logging.getLogger().setLevel(logging.WARNING)


def waiting(doing: str, asked: Coroutine[Any, Any, T], err: Console) -> T:
    with err.status(f"{doing} …") if err.is_terminal else nullcontext():
        return asyncio.run(asked)


def check_table(looks: Sequence[Look]) -> Table:
    table = table_of("", "service", "check", "what it saw", "value", "took")
    for look in looks:
        seen, (mark, style) = look.result, MARKS[look.result.seen]
        table.add_row(
            Text(f"{mark} {WORDS[seen.seen]}", style=style),
            Text(seen.service),
            Text(seen.check),
            Text(saw(look)),
            Text("" if seen.value is None else f"{seen.value:.4g}"),
            Text(f"{look.seconds:.2f} s"),
        )
    return table


def doctor_table(findings: Sequence[Finding]) -> Table:
    table = table_of("", "what", "how it is", "what to do")
    for finding in findings:
        mark, style = GRADES[finding.grade]
        head = Text(f"{mark} {finding.grade}", style=style)
        table.add_row(head, Text(finding.about), Text(finding.said), Text(finding.todo))
    return table


def table_of(*heads: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for head in heads:
        table.add_column(head, overflow="fold")
    return table


def a_line(look: Look) -> Text:
    seen, (mark, style) = look.result, MARKS[look.result.seen]
    line = Text(f"{seen.at:%H:%M:%S} UTC  ")
    line.append(f"{mark} {WORDS[seen.seen]}", style=style)
    return line.append(f"  {seen.service} {seen.check}: {saw(look)}")


def saw(look: Look) -> str:
    """The reason, and of a failure first how bad it is and who is hurt."""
    hurt = f"{look.severity}: {look.impact}. " if look.severity else ""
    return f"{hurt}{look.result.detail}"


def in_short(looks: Sequence[Look]) -> str:
    seen = [look.result.seen for look in looks]
    parts = [(Seen.PASS, "pass"), (Seen.FAIL, "fail"), (Seen.BLIND, "could not be seen")]
    counted = (f"{seen.count(one)} {word}" for one, word in parts if seen.count(one))
    return f"Of {len(seen)}: {', '.join(counted)}."


def show(what: Table | Text, console: Console) -> None:
    """As wide as the terminal; into a file or a pipe without breaking lines early."""
    wide = console if console.is_terminal else Console(file=console.file, width=WIDE)
    wide.print(what, highlight=False)


def write(data: dict[str, Any]) -> None:
    """One JSON value on one line, at once: whoever reads the pipe waits for it."""
    sys.stdout.write(json.dumps(data) + "\n")
    sys.stdout.flush()
