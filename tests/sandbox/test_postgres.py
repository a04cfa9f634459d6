"""A real PostgreSQL: stopped, frozen, filled, and gone when whoever started it is gone."""

from __future__ import annotations

import asyncio
import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import asyncpg
import psutil
import pytest
import pytest_asyncio

from bot.sandbox import pgbinaries
from bot.sandbox.postgres import Postgres

ROOT = Path(__file__).parents[2]
AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else")

PARENT = """
import asyncio, sys
from pathlib import Path
from bot.sandbox.postgres import Postgres

async def main():
    postgres = Postgres(Path(sys.argv[1]))
    await postgres.start()
    await postgres.create("app")
    if sys.argv[2] == "frozen":
        await postgres.freeze()
    print(postgres._server.tree()[0].pid, flush=True)
    await asyncio.sleep(600)

asyncio.run(main())
"""

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def cluster(tmp_path_factory):
    one = Postgres(tmp_path_factory.mktemp("cluster") / "pg")
    yield one
    await one.close()


@pytest_asyncio.fixture(loop_scope="module")
async def postgres(cluster):
    await cluster.start()
    yield cluster
    await cluster.release()
    await cluster.thaw()


@contextlib.contextmanager
def parent_of_a_server(folder, manner, python=sys.executable, **options):
    command = [python, "-c", PARENT, folder, manner]
    with subprocess.Popen(command, stdout=subprocess.PIPE, **{"cwd": ROOT, **options}) as parent:
        postmaster = psutil.Process(int(parent.stdout.readline()))
        try:
            yield parent, postmaster
        finally:
            parent.kill()


async def until(condition, seconds=10.0):
    deadline = time.monotonic() + seconds
    while not (
        result := await condition() if asyncio.iscoroutinefunction(condition) else condition()
    ):
        assert time.monotonic() < deadline, "it did not come about"
        await asyncio.sleep(0.02)
    return result


def alive(process):
    """Neither gone nor a zombie that its new parent has not buried yet."""
    with contextlib.suppress(psutil.NoSuchProcess):
        return process.status() != psutil.STATUS_ZOMBIE
    return False


async def ask(dsn, query="SELECT 1", timeout=5.0):
    connection = await asyncpg.connect(dsn, timeout=timeout)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close(timeout=1)


async def test_a_database_has_a_monitoring_role_that_is_not_superuser(postgres):
    dsn = await postgres.create("app")
    row = "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"
    assert await ask(dsn, row) is False
    assert await ask(dsn, "SELECT pg_has_role('pg_monitor', 'usage')") is True
    assert await ask(dsn, "SHOW server_encoding") == "UTF8"
    assert await ask(dsn, "SHOW listen_addresses") == "127.0.0.1"
    await ask(dsn, "CREATE TABLE thing (id int)")
    assert await postgres.create("app") == dsn
    with pytest.raises(asyncpg.InvalidPasswordError):
        await ask(dsn.replace(":", ":x", 2).replace("postgresql:x", "postgresql:"))
    with pytest.raises(ValueError):
        await postgres.create('x"; DROP')


async def test_stop_refuses_and_start_keeps_dsn_and_data(postgres):
    dsn = await postgres.create("app")
    await ask(dsn, "CREATE TABLE kept AS SELECT 7 AS id")
    held = await asyncpg.connect(dsn)
    assert (postgres.state, postgres.connections()) == ("running", 1)
    before = postgres.since

    await postgres.stop()
    assert (postgres.state, postgres.connections()) == ("stopped", 0)
    assert postgres.since > before
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
        await held.fetchval("SELECT 1")
    with pytest.raises(ConnectionRefusedError):
        await ask(dsn)

    await postgres.start()
    assert postgres.state == "running"
    assert await ask(dsn, "SELECT id FROM kept") == 7
    await postgres.stop("fast")
    await postgres.stop("smart")
    assert postgres.state == "stopped"


async def test_frozen_connections_hang_and_thaw(postgres):
    dsn = await postgres.create("app")
    held = await asyncpg.connect(dsn)
    await postgres.freeze()
    assert (postgres.state, postgres.connections()) == ("frozen", 1)
    with pytest.raises(TimeoutError):
        await ask(dsn, timeout=0.3)
    answer = asyncio.create_task(held.fetchval("SELECT 42"))
    done, _ = await asyncio.wait([answer], timeout=0.3)
    assert not done
    await postgres.thaw()
    assert await answer == 42
    assert await ask(dsn) == 1
    await held.close()

    await postgres.freeze()
    await postgres.stop()
    await postgres.start()
    assert await ask(dsn) == 1


async def test_saturated_refuses_new_clients_until_release(postgres):
    dsn = await postgres.create("app")
    held = await asyncpg.connect(dsn)
    await postgres.saturate()
    with pytest.raises(asyncpg.TooManyConnectionsError) as refused:
        await ask(dsn)
    assert refused.value.sqlstate == "53300"
    assert postgres.max_connections - 3 == postgres.connections()
    assert await held.fetchval("SELECT 1") == 1
    await held.close()

    async def taken():
        try:
            await ask(dsn)
        except asyncpg.TooManyConnectionsError:
            return True
        return False

    await until(taken)  # the place that fell free is taken too

    await postgres.release()
    await until(lambda: postgres.connections() == 0)
    assert await ask(dsn) == 1


async def test_a_server_that_is_killed_is_seen_as_stopped(postgres):
    postgres._server.tree()[0].kill()
    await until(lambda: postgres.state == "stopped")
    await postgres.start()
    assert postgres.state == "running"


async def test_a_taken_port_is_told_and_leaves_no_process(postgres):
    await postgres.stop()
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", postgres.port))
        taken.listen()
        with pytest.raises(RuntimeError, match="could not bind"):
            await postgres.start()
    assert (postgres.state, postgres._server.tree()) == ("stopped", [])
    await postgres.start()
    assert postgres.state == "running"


async def test_a_start_that_is_cancelled_leaves_no_process_and_can_be_repeated(tmp_path):
    postgres = Postgres(tmp_path / "pg")
    before = set(psutil.Process().children(recursive=True))
    starting = asyncio.create_task(postgres.start())
    await until(lambda: set(psutil.Process().children()) - before and postgres._server)
    begun = set(psutil.Process().children(recursive=True)) - before
    assert postgres.state == "starting"
    starting.cancel()
    await asyncio.wait([starting])
    await until(lambda: not any(map(alive, begun)))
    assert postgres.state == "stopped"
    await postgres.start()
    assert await ask(await postgres.create("app")) == 1
    await postgres.close()


async def test_close_leaves_no_process_and_no_file():
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    postgres = Postgres(folder / "pg")
    await postgres.start()
    server = postgres._server
    processes = [*server.tree(), psutil.Process(server._guard.pid)]
    assert server.home == folder / "pg" / "postgres"  # a folder it may enter is used itself
    assert server.tree()[0].uids().real != 0
    await postgres.close()
    assert not any(map(alive, processes))
    assert list(folder.iterdir()) == []
    folder.rmdir()


async def test_kill_9_of_the_parent_leaves_no_postgres():
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    for manner in ("running", "frozen"):  # the second starts on the files of the first
        with parent_of_a_server(folder / "pg", manner) as (parent, postmaster):
            tree = [postmaster, *postmaster.children()]
            assert len(tree) > 3
            assert Path(postmaster.cwd()) == folder / "pg" / "postgres" / "data"
            os.kill(parent.pid, signal.SIGKILL)
            await until(lambda tree=tree: not any(map(alive, tree)))
    shutil.rmtree(folder)


@AS_ROOT
async def test_programs_out_of_the_servers_reach_are_copied(tmp_path, monkeypatch):
    tmp_path.chmod(0o700)
    original = pgbinaries.binaries(tmp_path, pgbinaries.account())
    if not (original.parent / "share").is_dir():
        pytest.skip("a system PostgreSQL, which is never out of reach")
    (tmp_path / "hidden").symlink_to(original.parent)
    monkeypatch.setenv("PGBIN", str(tmp_path / "hidden" / "bin"))
    postgres = Postgres(tmp_path / "pg")
    await postgres.start()
    try:
        program = Path(postgres._server.tree()[0].exe())
        assert program.is_relative_to(postgres._server.home)
    finally:
        await postgres.close()


async def test_a_pgbin_without_postgresql_is_told(tmp_path, monkeypatch):
    monkeypatch.setenv("PGBIN", str(tmp_path))
    with pytest.raises(RuntimeError, match="PGBIN"):
        pgbinaries.binaries(tmp_path, pgbinaries.account())


@AS_ROOT
async def test_somebody_without_privileges_runs_it_as_himself():
    nobody = pwd.getpwnam("nobody")
    folder = Path(tempfile.mkdtemp())
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    paths = [str(ROOT), str(Path(asyncpg.__file__).parents[1])]
    who = {
        "user": nobody.pw_uid,
        "group": nobody.pw_gid,
        "extra_groups": [],
        "cwd": "/",
        "env": {"PATH": os.environ["PATH"], "PYTHONPATH": ":".join(paths)},
    }
    python = next(
        filter(lambda name: _imports(name, who), (sys.executable, "/usr/bin/python3")), ""
    )
    if not python:
        pytest.skip("no Python that another account may run")
    with parent_of_a_server(folder / "pg", "running", python, **who) as (parent, postmaster):
        assert postmaster.uids().real == nobody.pw_uid
        assert Path(postmaster.cwd()) == (folder / "pg" / "postgres" / "data").resolve()
        parent.kill()
        await until(lambda: not alive(postmaster))
    shutil.rmtree(folder)


def _imports(python, who):
    command = [python, "-c", "import bot.sandbox.postgres"]
    try:
        return subprocess.run(command, check=False, capture_output=True, **who).returncode == 0
    except OSError:
        return False
