"""`make sandbox` as a newcomer meets it: one address, a page, a world, and nothing left behind."""

import os
import re
import signal
import subprocess
import sys
import time

import httpx
import psutil
import pytest

pytestmark = pytest.mark.timeout(180)


@pytest.fixture
def opened(tmp_path):
    """The practice world as a process of its own: the process, its address, its folder."""
    command = [sys.executable, "-m", "bot", "sandbox", "--port", "0", "--speed", "60"]
    env = {**os.environ, "TMPDIR": str(tmp_path), "COLUMNS": "200"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env) as process:
        try:
            yield process, address(process), tmp_path
        finally:
            process.kill()


def address(process):
    for line in process.stdout:
        if found := re.search(r"http://127\.0\.0\.1:\d+", line):
            return found.group()
    raise AssertionError("it ended without an address")


def test_one_address_and_ctrl_c_leaves_nothing(opened):
    process, base, folder = opened
    assert "<html" in httpx.get(base).text
    world = httpx.get(f"{base}/api/world").json()
    assert world["service"]["state"] == "running"
    assert {s["name"] for s in world["switches"]} >= {"crash", "database-stop"}
    assert httpx.post(f"{base}/api/switches/nonsense", json={"on": True}).status_code == 404
    family = psutil.Process(process.pid).children(recursive=True)
    assert len(family) >= 3  # PostgreSQL, life-os, the watchdog

    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 0
    psutil.wait_procs(family, timeout=5)
    assert [p for p in family if p.is_running() and p.status() != psutil.STATUS_ZOMBIE] == []
    assert list(folder.glob("practice-*")) == []
    with pytest.raises(httpx.ConnectError):
        httpx.get(base)


def test_killed_with_9_no_process_is_left(opened):
    process, _, _ = opened
    family = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    process.wait()
    end = time.monotonic() + 15
    while time.monotonic() < end and any(alive(p) for p in family):
        psutil.wait_procs(family, timeout=0.2)
    assert [p for p in family if alive(p)] == []


def alive(process):
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
