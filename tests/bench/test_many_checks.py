"""Thousands of HTTP checks by the real process, with its store and its chat; run by `make bench`.

A check is due when the world's clock, modulo its interval, is at its phase (`Tick.phase`), and
`Result.at` is the moment its look began: the difference is its lateness. Looks of the first
interval are left out, as a look that confirms the first one is due between. CPU and memory are
the watchdog's own; the server that answers is another process.
"""

import asyncio
import multiprocessing
import sqlite3
import time
from dataclasses import dataclass

import psutil
import pytest

from bot.adapters.ticks import Tick

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 4\r\n\r\nwell"
ANYWHERE = "0.0.0.0"  # noqa: S104 - every address of 127/8 is a host of its own here
SERVICES = 20


class Well(asyncio.Protocol):
    """Answers whatever it is asked, and does nothing else."""

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        if data.endswith(b"\r\n\r\n"):
            self.transport.write(ANSWER)


async def answer(said):
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Well, ANYWHERE, 0, backlog=4096)
    said.send(server.sockets[0].getsockname()[1])
    await server.serve_forever()


def answering(said):
    asyncio.run(answer(said))


@pytest.fixture
def port():
    spawn = multiprocessing.get_context("spawn")
    heard, said = spawn.Pipe(duplex=False)
    process = spawn.Process(target=answering, args=(said,), daemon=True)
    process.start()
    yield heard.recv()
    process.kill()
    process.join()


@dataclass(frozen=True)
class Figures:
    """`late` are the seconds of each look, sorted; `cpu` is seconds for 1,000 checks."""

    late: list[float]
    due: float
    cpu: float
    cores: float
    megabytes: float

    def share(self, part):
        return self.late[min(int(part * len(self.late)), len(self.late) - 1)]

    def __str__(self):
        return (
            f"{len(self.late)} of {self.due:.0f} stored, "
            f"late p50 {self.share(0.5) * 1e3:.1f} p99 {self.share(0.99) * 1e3:.1f} "
            f"max {self.late[-1] * 1e3:.1f} ms, CPU {self.cpu:.2f} s per 1,000 "
            f"({self.cores:.0%} of a core), {self.megabytes:.0f} MB"
        )


def named(number, count):
    """The service and the check of a number: each service has its share of them."""
    return f"s{number * SERVICES // count}", f"http:c{number}"


def address(number, port, *, hosts):
    """All on one host, or each on one of its own."""
    host = f"127.{1 + number // 250}.0.{1 + number % 250}" if hosts else "127.0.0.1"
    return f"http://{host}:{port}/"


def watched(count, every, port, *, hosts):
    """The toml of so many checks."""
    said, last = [f'health_url = "http://127.0.0.1:{port}/"'], ""
    for number in range(count):
        service, check = named(number, count)
        if service != last:
            said.append(f'[[services]]\nname = "{service}"')
            last = service
        said.append(
            f'[[services.checks]]\nkind = "http"\nname = "{check.removeprefix("http:")}"\n'
            f'url = "{address(number, port, hosts=hosts)}"\nevery = {every}\n'
        )
    return "\n".join(said)


async def measure(scene, port, count, every, *, seconds, hosts=True):
    await scene.begin(watched(count, every, port, hosts=hosts))
    await scene.until(lambda: any("store.opened" in line for line in scene.watchdog.log), 60)
    await asyncio.sleep(max(every + 3, 12))  # the first looks are confirmed: twice the work
    process = psutil.Process(scene.watchdog.process.pid)
    began, used = time.time(), cpu(process)
    await asyncio.sleep(seconds)
    ended, used = time.time(), cpu(process) - used
    megabytes = process.memory_info().rss / 1e6
    await asyncio.sleep(1)
    late, looks = lateness(scene, count, every, began, ended), (ended - began) * count / every
    return Figures(late, looks, used / looks * 1000, used / (ended - began), megabytes)


def cpu(process):
    times = process.cpu_times()
    return times.user + times.system


def lateness(scene, count, every, began, ended):
    phases = {}
    for number in range(count):
        service, check = named(number, count)
        phases[service, check] = Tick(f"{service}/{check}", every, None, 0).phase
    with sqlite3.connect(f"file:{scene.folder}/watchdog.db?mode=ro", uri=True) as store:
        looks = store.execute(
            'SELECT service, "check", at_us / 1e6 FROM result WHERE at_us >= ? AND at_us < ?',
            (began * 1e6, ended * 1e6),
        ).fetchall()
    return sorted(
        (at - phases[service, check]) % every for service, check, at in looks if service != "target"
    )


def judge(what, found, *, late=0.1):
    print(f"\n{what:34}{found}")
    assert abs(len(found.late) - found.due) <= 0.01 * found.due
    assert found.share(0.99) <= late


@pytest.mark.parametrize("hosts", [False, True])
async def test_a_thousand_checks_every_ten_seconds(scene, port, hosts):
    found = await measure(scene, port, 1000, 10, seconds=30, hosts=hosts)
    judge(f"1,000 × 10 s, {'1,000 hosts' if hosts else 'one host'}", found)
    assert hosts or found.cpu <= 1.5
    assert found.megabytes <= 180


async def test_ten_thousand_checks_every_minute(scene, port):
    judge("10,000 × 60 s", await measure(scene, port, 10_000, 60, seconds=60), late=1.0)


@pytest.mark.parametrize("rate", [500, 1000])
async def test_checks_a_second(scene, port, rate):
    judge(f"{rate} × 1 s", await measure(scene, port, rate, 1, seconds=15, hosts=False))
