"""The command line: people read it, scripts use its exit codes."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from rich.console import Console
from rich.table import Table

from bot.light import leave_out_unused

if TYPE_CHECKING:
    from bot.sandbox.play import Played
    from bot.settings import House, Settings

# What is wrong with the call or the settings (2, as typer's own), and what went wrong (1).
BAD_INPUT, FAILED = 2, 1
PULSE = Path(tempfile.gettempdir()) / "watchdog.pulse"
ALIVE_WITHIN = 90.0  # seconds

app = typer.Typer(
    name="watchdog",
    help="An on-call incident assistant in Telegram.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
out, err = Console(), Console(stderr=True)


def main() -> None:
    app()


@app.command()
def run() -> None:
    """Watch, until told to stop. Settings come from the environment, .env and WATCHDOG_CONFIG."""
    leave_out_unused()
    from bot.app.wiring import serve  # noqa: PLC0415 - the other commands need none of it
    from bot.ports import Unavailable  # noqa: PLC0415 - the same

    settings, house = settings_or("The watchdog cannot start:")
    try:
        asyncio.run(serve(settings, house, PULSE))
    except Unavailable as gone:
        sentence = f"The watchdog cannot start: {gone}"
        err.print(sentence, style="red", markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(FAILED) from None


@app.command()
def check(
    name: Annotated[str, typer.Argument(help="Only these: a check, its kind or a service.")] = "",
    *,
    once: Annotated[bool, typer.Option("--once", help="Look once, then exit.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Look at every check now; a watchdog that runs is not disturbed. Without --once until Ctrl-C.

    Exit 0: all pass. 1: something fails. 3: nothing fails, but something cannot be seen.
    2: the settings are wrong, or there is no such check.
    """
    from bot.app.once import UnknownName  # noqa: PLC0415 - the other commands need none of it
    from bot.app.shown import check_once, check_until_told  # noqa: PLC0415 - the same

    settings, house = settings_or("Nothing can be checked:")
    look = check_once if once else check_until_told
    try:
        code = look(settings, house, name, out=out, err=err, as_json=as_json)
    except UnknownName as unknown:
        bad_input(str(unknown))
    raise typer.Exit(code)


@app.command()
def doctor(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Is every key, id, right and address in order, and what is missing? Nothing is changed.

    Exit 0: in order, maybe with advice. 1: something is wrong. 2: so are the settings.
    """
    from bot.app.shown import consult  # noqa: PLC0415 - the other commands need none of it

    settings, house = settings_or("The settings are wrong:")
    raise typer.Exit(consult(settings, house, out=out, err=err, as_json=as_json))


@app.command()
def diagnose(
    log: Annotated[str, typer.Argument(metavar="FILE|-", help="A log file; - reads the input.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    deploys: Annotated[
        str, typer.Option(help="JSON list of deploys: what is new since which?")
    ] = "",
) -> None:
    """Say what is wrong, by any log: groups, timeline, cause, what to do and what not to.

    Exit 0: it was read, whatever it says. 2: it cannot be read.
    """
    from bot.app.diagnose import BadLog, run_diagnosis  # noqa: PLC0415 - the others need none of it

    try:
        run_diagnosis(log, deploys, out=out, wanted_json=as_json)
    except BadLog as wrong:
        bad_input(str(wrong))


@app.command()
def alive() -> None:
    """Exit 0 when a watchdog on this machine has turned within the last 90 seconds."""
    try:
        age = time.time() - PULSE.stat().st_mtime
    except OSError:
        err.print("No watchdog has run here.")
        raise typer.Exit(FAILED) from None
    if age > ALIVE_WITHIN:
        err.print(f"The last sign of life is {age:.0f} s old.")
        raise typer.Exit(FAILED)
    out.print(f"Alive {age:.0f} s ago.")


@app.command()
def redact(
    *,
    people: Annotated[
        bool, typer.Option("--people", help="Mask e-mail addresses and telephone numbers too.")
    ] = False,
) -> None:
    """Copy standard input to standard output without its secrets.

    Each becomes [secret:xxxxxx], the same secret the same digits within one run. Exit 0.
    """
    from bot.app.redact import filter_stream  # noqa: PLC0415 - the other commands need none of it

    try:
        filter_stream(sys.stdin.buffer, sys.stdout.buffer, people=people)
    except BrokenPipeError:  # whoever read has gone, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@app.command()
def sandbox(
    night: Annotated[str, typer.Option(help="Play this night (see --list).")] = "",
    *,
    auto: Annotated[bool, typer.Option("--auto", help="Play it unattended, then exit.")] = False,
    speed: Annotated[float, typer.Option(help="World seconds in one real second.", min=0.1)] = 20.0,
    port: Annotated[int, typer.Option(help="Port of the chat page; 0 takes any.")] = 8765,
    store: Annotated[str, typer.Option(help="sqlite or postgres.")] = "sqlite",
    claude: Annotated[bool, typer.Option(help="Ask Claude: an imitation, made of rules.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
    listing: Annotated[bool, typer.Option("--list", help="Name the nights.")] = False,
) -> None:
    """Run the whole product on the practice world: no account is needed."""
    try:
        from bot.sandbox import play  # noqa: PLC0415 - it brings a web server and a database
    except ModuleNotFoundError as missing:  # the image leaves it out; so may an installation
        bad_input(f"The practice world is not installed here ({missing.name} is missing).")

    if listing:
        list_nights({n.name: n.about for n in play.NIGHTS.values()}, as_json=as_json)
        return
    if store not in {"sqlite", "postgres"}:
        bad_input(f"--store takes sqlite or postgres, not {store!r}.")
    if night and night not in play.NIGHTS:
        bad_input(f"There is no night {night!r}; --list names them.")
    if auto and not night:
        bad_input("--auto needs --night NAME; --list names the nights.")
    if not auto:
        asyncio.run(
            play.keep_open(speed=speed, store=store, port=port, asks_claude=claude, opened=welcome)
        )
        return
    told = quiet if as_json else say
    played = asyncio.run(play.play(night, speed=speed, store=store, asks_claude=claude, told=told))
    if as_json:
        sys.stdout.write(json.dumps(asdict(played)) + "\n")
    else:
        say_how_it_ended(played)
    if not played.ok:
        raise typer.Exit(FAILED)


def settings_or(title: str) -> tuple[Settings, House]:
    """Read the settings, or print one list of all that is wrong and exit."""
    from bot.settings import BadSettings, read_settings  # noqa: PLC0415 - alive needs none

    try:
        return read_settings()
    except BadSettings as wrong:
        err.print(title, style="bold red")
        for line in str(wrong).splitlines():
            err.print(f"- {line}", markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(BAD_INPUT) from None


def say_how_it_ended(played: Played) -> None:
    if played.ok:
        out.print(f"[green]{played.night}: as it should be[/] ({played.seconds:.0f} s)")
        return
    err.print(f"{played.night}: {played.why}", style="bold red", markup=False)
    err.print("\n".join(played.watchdog_log[-60:]), markup=False, highlight=False)


def list_nights(nights: dict[str, str], *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps(nights) + "\n")
        return
    table = Table("night", "what happens")
    for name, about in nights.items():
        table.add_row(name, about)
    out.print(table)


def welcome(address: str) -> None:
    out.print(f"\nThe practice world is up. Open [bold]{address}[/] in a browser.")
    out.print("You are Ann, on call. Break something with a switch. Ctrl-C ends it all.")
    out.print("Claude is an imitation, too: rules that read the evidence and fill in its form.\n")


def say(line: str) -> None:
    out.print(line, markup=False, highlight=False)


def quiet(_: str) -> None:
    return


def bad_input(sentence: str) -> NoReturn:
    err.print(sentence, markup=False, soft_wrap=True)
    raise typer.Exit(BAD_INPUT)
