"""One million log lines through `diagnose`: seconds, memory, lines a second; beside drain3.

The log is that of a busy bot: entries with ids and figures that differ, warnings, tracebacks of
several kinds, 96 MB. Memory is the sum of both processes, looked at every 50 ms. drain3 (with its
README's masks) mines every line of a tenth of the same log in one process, if it is installed; the
plain loop of masks stands beside it, so that figures of a busy machine can be compared.
"""

import json
import random
import subprocess
import sys
import time
from datetime import UTC, datetime
from importlib.util import find_spec

import psutil
import pytest

from bot.domain.logs.template import template

pytestmark = [pytest.mark.bench, pytest.mark.timeout(900)]

LINES = 1_000_000
SECONDS, MEGABYTES = 10, 200
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC).timestamp()
NAMES = ["handlers", "db", "web", "jobs", "notes", "goals", "ask", "remind"]
WORDS = ["start", "stop", "goals", "notes", "ask", "remind", "weekly", "daily", "report", "export"]
SAID = (
    "handled /{word} for user {big} in {small} ms",
    "sent message {big} to chat {small}",
    "GET /healthz 200 in {small} ms",
    "saved note {big} (request {id})",
    "job {word} finished after {small} ms, trace {id}",
    'HTTP Request: POST https://api.telegram.org/bot/sendMessage "HTTP/1.1 200 OK"',
    "user {big} opened {word}, page {small}, and read on for a while in the list of his old notes",
)
MASKS = (
    (r"(?P<IP>\d{1,3}(?:\.\d{1,3}){3})", "IP"),
    (r"(?<![0-9a-f])[0-9a-f]{8,}(?![0-9a-f])", "HEX"),
    (r"(?<![A-Za-z0-9])\d+(?![A-Za-z0-9])", "NUM"),
)


def stretch(rng, at):
    """The next entry, as some lines."""
    stamp = f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M:%S},{int(at * 1000) % 1000:03d}"
    dice, name = rng.random(), rng.choice(NAMES)
    if dice < 0.004:
        frames = [
            f'  File "/app/lifeos/{own}.py", line {rng.randint(1, 400)}, in {rng.choice(WORDS)}\n'
            f"    return await self._{own}(update, context)"
            for own in rng.sample(NAMES, 4)
        ]
        head = f"{stamp} ERROR lifeos.{name}: request {rng.getrandbits(64):016x} failed"
        error = f"ValueError: user {rng.randint(1, 10**6)} has no goal"
        return "\n".join([head, "Traceback (most recent call last):", *frames, error])
    if dice < 0.01:
        return f"{stamp} WARNING lifeos.{name}: slow answer, {rng.randint(1000, 9000)} ms"
    said = rng.choice(SAID).format(
        word=rng.choice(WORDS),
        big=rng.randint(1, 10**6),
        small=rng.randint(1, 999),
        id=f"{rng.getrandbits(64):016x}",
    )
    return f"{stamp} INFO lifeos.{name}: {said}"


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    path, rng, written, at = tmp_path_factory.mktemp("log") / "big.log", random.Random(3), 0, START
    with path.open("w") as file:
        while written < LINES:
            at += 0.035
            text = stretch(rng, at)
            written += text.count("\n") + 1
            file.write(text + "\n")
    return path


def memory(process):
    """Resident bytes of it and its children."""
    try:
        return sum(p.memory_info().rss for p in (process, *process.children(recursive=True)))
    except psutil.NoSuchProcess:
        return 0


def measured(log):
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


def a_tenth(log):
    with log.open() as file:
        return [next(file).rstrip("\n") for _ in range(LINES // 10)]


def rate(lines, work):
    """Lines a second of CPU."""
    began = time.process_time()
    for line in lines:
        work(line)
    return len(lines) / (time.process_time() - began)


def mined():
    """drain3's own work on a line, or None where it is not installed."""
    if find_spec("drain3") is None:
        return None
    from drain3 import TemplateMiner  # noqa: PLC0415 - it may not be installed
    from drain3.masking import MaskingInstruction  # noqa: PLC0415 - it may not be installed
    from drain3.template_miner_config import TemplateMinerConfig  # noqa: PLC0415 - it may not be installed

    config = TemplateMinerConfig()
    config.masking_instructions = [MaskingInstruction(*mask) for mask in MASKS]
    return TemplateMiner(config=config).add_log_message


def test_a_million_lines(log):
    size = log.stat().st_size / 1e6
    seconds, megabytes, found = measured(log)
    lines = found["lines"]
    print(f"\n{lines:,} lines, {size:.0f} MB: {seconds:.1f} s, {megabytes:.0f} MB resident", end="")
    print(f" (both processes), {lines / seconds:,.0f} lines/s; {found['coverage']}")
    part = a_tenth(log)
    print(f"masking every line alone: {rate(part, template):,.0f} lines/s of one CPU")
    miner = mined()
    said = f"{rate(part, miner):,.0f} lines/s of one CPU" if miner else "not installed"
    print(f"drain3 with its masks: {said}")
    assert found["category"] == "code_error"
    assert lines >= LINES
    assert megabytes <= MEGABYTES
    assert seconds <= SECONDS
