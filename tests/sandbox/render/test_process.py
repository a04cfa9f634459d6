"""A child process is heard in full, measured, ended for certain, and dies with its parent."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest
from emulated_render import alive, until

from bot.sandbox.process import LONGEST_LINE, start_process

ROOT = Path(__file__).resolve().parents[3]
ENV = {"PATH": os.environ["PATH"]}


@pytest.fixture
def heard():
    return []


@pytest.fixture
async def start(tmp_path, heard):
    started = []

    async def listen(at, text):
        heard.append((at, text))

    async def begin(script):
        process = await start_process(["sh", "-c", script], env=ENV, cwd=tmp_path, on_line=listen)
        started.append(process)
        return process

    yield begin
    for process in started:
        process.kill()
        await process.wait()


def texts(heard):
    return [text for _, text in heard]


async def test_both_streams_in_their_order(start, heard):
    before = datetime.now(UTC)
    process = await start("echo one; echo two >&2; echo three; printf last")
    assert await process.wait() == 0
    assert texts(heard) == ["one", "two", "three", "last"]
    assert all(before <= at <= datetime.now(UTC) for at, _ in heard)
    assert not process.running
    assert process.exit_code == 0


async def test_odd_bytes(start, heard):
    await (await start(r"printf 'caf\303\251\r\n\377\n\n'")).wait()
    assert texts(heard) == ["café", "\ufffd", ""]


async def test_line_without_end_is_cut(start, heard):
    process = await start(f"head -c {3 * LONGEST_LINE} /dev/zero | tr '\\0' x")
    await process.wait()
    assert sum(map(len, texts(heard))) == 3 * LONGEST_LINE
    assert max(map(len, texts(heard))) <= LONGEST_LINE + 65536


@pytest.mark.parametrize(("script", "code"), [("exit 3", 3), ("kill -9 $$", 137), ("kill $$", 143)])
async def test_exit_codes(start, script, code):
    assert await (await start(script)).wait() == code


async def test_stop_asks_first(start, heard):
    process = await start("trap 'echo bye; exit 0' TERM; echo ready; while :; do sleep 0.01; done")
    await until(lambda: texts(heard) == ["ready"])
    assert await process.stop(5) == 0
    assert "bye" in texts(heard)
    assert await process.stop(5) == 0


async def test_stop_insists(start, heard):
    process = await start("trap '' TERM; echo ready; while :; do sleep 0.01; done")
    await until(lambda: texts(heard) == ["ready"])
    assert await process.stop(0.05) == 137


async def test_descendants_go_as_well(start, heard):
    process = await start("sleep 3600 & sleep 3600 & echo ready; wait")
    await until(lambda: texts(heard) == ["ready"])
    family = psutil.Process(process.pid).children()
    assert len(family) == 2
    os.kill(process.pid, signal.SIGKILL)
    assert await asyncio.wait_for(process.wait(), 5) == 137
    await until(lambda: not any(alive(one) for one in family))


async def test_memory_and_cpu_of_the_tree(start):
    eat = "a = bytearray(b'x' * 40_000_000)\nwhile True: pass"
    process = await start(f'"{sys.executable}" -S -c "{eat}" & wait')
    await until(lambda: process.memory() > 40_000_000)
    process.cpu()
    assert await until(lambda: process.cpu() > 0.05)
    await process.stop(0.2)
    assert (process.memory(), process.cpu()) == (0, 0.0)


async def test_program_that_is_not_there(tmp_path):
    async def listen(at, text):
        raise AssertionError(text)

    with pytest.raises(FileNotFoundError):
        await start_process(["no-such-program"], env=ENV, cwd=tmp_path, on_line=listen)


PARENT = """
import asyncio, pathlib, sys
from bot.sandbox import process
if sys.argv[1] == "elsewhere":
    process._libc = None
async def main():
    async def listen(at, text):
        print(text, flush=True)
    script = "sleep 3600 & echo $! $$; wait"
    await process.start_process(["sh", "-c", script], env={}, cwd=pathlib.Path(), on_line=listen)
    await asyncio.sleep(3600)
asyncio.run(main())
"""


@pytest.mark.parametrize("system", ["linux", "elsewhere"])
async def test_dies_with_its_parent(system):
    """Even when that is killed, and also where Linux's own mechanism does not exist."""
    command = [sys.executable, "-c", PARENT, system]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as parent:
        pids = [int(word) for word in parent.stdout.readline().split()]
        guards = [one for one in psutil.Process(parent.pid).children() if one.pid not in pids]
        family = [psutil.Process(pid) for pid in pids] + guards
        assert len(family) == 3
        assert all(alive(one) for one in family)
        parent.kill()
        await until(lambda: not any(alive(one) for one in family))
