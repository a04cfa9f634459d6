"""One million log lines through `diagnose`: seconds, memory, lines a second; beside drain3.

The log is that of a busy bot, 100 MB (see big_logs.py). Memory is the sum of all processes, looked
at every 50 ms. The whole analysis of the first tenth in one process stands beside drain3, which
only finds templates: with three masks (its own example has seven, and takes longer), and without
any. Its seconds for the whole log are ten times those of the tenth: it gets no faster with time.
"""

import json
import random
import subprocess
import sys
import time
from datetime import date
from importlib.util import find_spec

import psutil
import pytest

from bot.domain.logs.parts import analyse_part
from bot.domain.logs.template import template
from tests.bench.big_logs import KINDS, write

pytestmark = [pytest.mark.bench, pytest.mark.timeout(900)]

LINES = 1_000_000
PART = LINES // 10
SECONDS, MEGABYTES = 10, 200
SLOWEST = 5_000  # lines a second of one CPU, of any kind: what is slower has fallen off a cliff
DAY = date(2026, 3, 3)
MASKS = (
    (r"\d{1,3}(?:\.\d{1,3}){3}", "IP"),
    (r"(?<![0-9a-f])[0-9a-f]{8,}(?![0-9a-f])", "HEX"),
    (r"(?<![A-Za-z0-9])\d+(?![A-Za-z0-9])", "NUM"),
)


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    return write(tmp_path_factory.mktemp("log") / "big.log", random.Random(3), LINES)


def memory(process):
    """Resident bytes of it and its children."""
    try:
        return sum(p.memory_info().rss for p in (process, *process.children(recursive=True)))
    except psutil.NoSuchProcess:
        return 0


def measured(log):
    """Seconds by the clock, megabytes, what it said."""
    began, most = time.perf_counter(), 0
    with log.with_suffix(".json").open("wb") as out:
        run = [sys.executable, "-m", "bot", "diagnose", str(log), "--json"]
        with subprocess.Popen(run, stdout=out) as going:
            process = psutil.Process(going.pid)
            while going.poll() is None:
                most = max(most, memory(process))
                time.sleep(0.05)
            seconds = time.perf_counter() - began
    assert going.returncode == 0
    return seconds, most / 1e6, json.loads(log.with_suffix(".json").read_text())


def analysed(path):
    """Lines a second of one CPU, and what came of it."""
    with path.open("rb") as file:
        began = time.process_time()
        found = analyse_part(file, 0, path.stat().st_size, DAY)
        return found.lines / (time.process_time() - began), found


def rate(lines, work):
    """Lines a second of one CPU."""
    began = time.process_time()
    for line in lines:
        work(line)
    return len(lines) / (time.process_time() - began)


def miner(masks):
    from drain3 import TemplateMiner  # noqa: PLC0415 - it may not be installed
    from drain3.masking import MaskingInstruction  # noqa: PLC0415 - it may not be installed
    from drain3.template_miner_config import TemplateMinerConfig  # noqa: PLC0415 - it may not be installed

    config = TemplateMinerConfig()
    config.masking_instructions = [MaskingInstruction(*mask) for mask in masks]
    return TemplateMiner(config=config).add_log_message


def row(name, speed, seconds=None):
    took = LINES / speed if seconds is None else seconds
    print(f"  {name:46} {speed:10,.0f} lines/s {took:7.1f} s")


def test_a_million_lines(log):
    seconds, megabytes, found = measured(log)
    lines, size = found["lines"], log.stat().st_size / 1e6
    print(f"\n{lines:,} lines, {size:.0f} MB: {megabytes:.0f} MB resident; {found['coverage']}")
    row("diagnose, two processes, by the clock", lines / seconds, seconds)
    assert found["category"] == "code_error"
    assert lines >= LINES
    assert megabytes <= MEGABYTES
    assert seconds <= SECONDS


def test_beside_drain3(log):
    """The same lines, one process each; seconds are of a million such lines."""
    if find_spec("drain3") is None:
        pytest.skip("drain3 is not installed")
    with log.open() as file:
        part = [next(file).rstrip("\n") for _ in range(PART)]
    tenth = log.with_name("tenth.log")
    tenth.write_text("\n".join(part) + "\n")
    ours, _ = analysed(tenth)
    masked, bare = rate(part, miner(MASKS)), rate(part, miner(()))
    print(f"\nthe first {PART:,} lines, one process, a million of them by calculation:")
    row("diagnose: the whole analysis", ours)
    row("drain3, three masks: templates alone", masked)
    row("drain3, no masks: templates alone", bare)
    row("our masks on each line, nothing else", rate(part, template))
    assert ours >= masked


@pytest.mark.parametrize("failing", [0.001, 0.01, 0.1])
@pytest.mark.parametrize("kind", KINDS)
def test_no_kind_of_log_is_slow(tmp_path, kind, failing):
    path = write(tmp_path / "some.log", random.Random(5), PART // 2, kind, failing)
    speed, found = analysed(path)
    print(f"\n  {kind}, {failing:.1%} tracebacks: {speed:,.0f} lines/s of one CPU", end="")
    print(f" ({len(found.templates):,} templates, {len(found.groups):,} errors)", end="")
    assert speed >= SLOWEST
