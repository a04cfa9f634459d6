"""One-off jobs: a command that runs in the last good build, with a process of its own.

Sources: OpenAPI, jobs paths; render.com/docs/one-off-jobs (a waiting job shows a null status,
its build and environment are the service's, it has no disk). Unknown: how long each state takes.
"""

from __future__ import annotations

import asyncio
import shlex
import shutil
import sys
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.sandbox.process import Process, start_process
from bot.sandbox.render import query
from bot.sandbox.render.account import Account
from bot.sandbox.render.ids import new_id
from bot.sandbox.render.logs import guess_level
from bot.sandbox.render.reading import service_of
from bot.sandbox.render.service import Service
from bot.sandbox.render.state import Failure, Release
from bot.sandbox.render.times import now, stamp

# World seconds.
NULL_SECONDS = 2.0
PENDING_SECONDS = 3.0
LONGEST = 3600.0  # ours: the platform lets a job run for days

SHORTEST_LIMIT = 10.0  # real seconds: a program does not run faster than it can
GRACE = 2.0  # real seconds
NO_SUCH_COMMAND = 127


@dataclass(eq=False)
class OneOff:
    service: Service
    release: Release
    command: str
    argv: list[str]
    plan_id: str
    id: str = field(default_factory=lambda: new_id("job"))
    created_at: datetime = field(default_factory=now)
    started_at: datetime | None = None
    finished_at: datetime | None = None
    status: str | None = None
    process: Process | None = None


async def create_job(account: Account, request: Request) -> Response:
    service = service_of(account, request)
    wish = await query.body(request)
    command = query.said(wish, "startCommand", str)
    argv = _split(command)
    release = service.release
    if release is None or service.suspended:
        raise query.Refused(400, f"service has no running build: {service.id}")
    plan = query.said(wish, "planId", str, service.spec.plan)
    job = OneOff(service, release, command, argv, plan)
    account.jobs[job.id] = job
    account.later(_run(account, job))
    return JSONResponse({k: v for k, v in job_json(job).items() if k != "status"}, 201)


async def list_jobs(account: Account, request: Request) -> Response:
    service, wanted = service_of(account, request), query.commas(request, "status")
    rows = [
        job_json(one)
        for one in reversed(account.jobs.values())
        if one.service is service
        and (not wanted or one.status in wanted)
        and query.between(request, "created", one.created_at)
        and query.between(request, "started", one.started_at)
        and query.between(request, "finished", one.finished_at)
    ]
    return JSONResponse(query.paged(request, rows, "job"))


async def show_job(account: Account, request: Request) -> Response:
    return JSONResponse(job_json(_job(account, request)))


async def cancel_job(account: Account, request: Request) -> Response:
    """What the platform says of a job that has ended is unknown."""
    job = _job(account, request)
    if job.finished_at is not None:
        raise query.Refused(400, f"job has already ended: {job.id}")
    _end(job, "canceled")
    if job.process is not None:
        account.later(_stop(job.process))
    return JSONResponse(job_json(job))


def job_json(job: OneOff) -> dict[str, object]:
    times = {"startedAt": job.started_at, "finishedAt": job.finished_at}
    return {
        "id": job.id,
        "serviceId": job.service.id,
        "startCommand": job.command,
        "planId": job.plan_id,
        "status": job.status,
        "createdAt": stamp(job.created_at),
        **{name: stamp(at) for name, at in times.items() if at is not None},
    }


async def _run(account: Account, job: OneOff) -> None:
    await asyncio.sleep(account.pace.real(NULL_SECONDS))
    job.status = job.status or "pending"
    await asyncio.sleep(account.pace.real(PENDING_SECONDS))
    if job.finished_at is not None:
        return
    job.status, job.started_at = "running", now()
    failure = await _execute(account, job)
    if job.finished_at is None:
        _end(job, "failed" if failure else "succeeded", failure)


async def _execute(account: Account, job: OneOff) -> Failure | None:
    folder = job.service.spec.folder / job.id
    folder.mkdir(parents=True, exist_ok=True)
    try:
        job.process = await _start(account, job, folder)
        return await _outcome(account, job.process)
    except OSError as error:
        _heard(account, job, now(), f"{error.filename}: {error.strerror}")
        return Failure(exit_code=NO_SUCH_COMMAND)
    finally:
        if job.process is not None and job.process.running:
            job.process.kill()
            await job.process.wait()
        shutil.rmtree(folder, ignore_errors=True)


async def _start(account: Account, job: OneOff, own: Path) -> Process:
    async def heard(at: datetime, text: str) -> None:
        _heard(account, job, at, text)

    env = job.service.environment(job.release)
    # `python` is the one that the services run on.
    path = f"{Path(sys.executable).parent}:{env['PATH']}"
    env |= {"PATH": path, "RENDER_INSTANCE_ID": job.id, "HOME": str(own), "TMPDIR": str(own)}
    cwd = job.release.folder or job.release.spec.cwd or own
    return await start_process(job.argv, env=env, cwd=cwd, on_line=heard)


async def _outcome(account: Account, process: Process) -> Failure | None:
    limit = max(account.pace.real(LONGEST), SHORTEST_LIMIT)
    try:
        code = await asyncio.wait_for(process.wait(), limit)
    except TimeoutError:
        return Failure(timed_out=(int(LONGEST), "job did not end"))
    return Failure(exit_code=code) if code else None


def _end(job: OneOff, status: str, failure: Failure | None = None) -> None:
    job.status, job.finished_at = status, now()
    reason = {"reason": failure.details()} if failure else {}
    job.service.history.add("job_run_ended", {"jobId": job.id, "status": status, **reason})


async def _stop(process: Process) -> None:
    await process.stop(GRACE)


def _heard(account: Account, job: OneOff, at: datetime, text: str) -> None:
    labels = {"resource": job.id, "instance": job.id, "level": guess_level(text), "type": "app"}
    account.logs.write(at, text, labels)


def _split(command: str) -> list[str]:
    try:
        argv = shlex.split(command)
    except ValueError as error:
        raise query.Refused(400, f"invalid startCommand: {error}") from None
    if not argv:
        raise query.Refused(400, "invalid startCommand: it is empty")
    return argv


def _job(account: Account, request: Request) -> OneOff:
    service, job_id = service_of(account, request), request.path_params["job_id"]
    job = account.jobs.get(job_id)
    if job is None or job.service is not service:
        raise query.missing(job_id)
    return job
