"""One-off jobs really run, in the build and the environment of the live deploy."""

from __future__ import annotations

import pytest
from emulated_render import OWNER, Code, alive, until
from psutil import Process

from bot.sandbox.render import jobs
from bot.sandbox.render.times import now, stamp


@pytest.fixture
def at(service):
    return f"/services/{service.id}/jobs"


async def begun(world, at, command):
    answer = await world.client.post(at, json={"startCommand": command})
    assert answer.status_code == 201
    assert "status" not in answer.json()
    return world.render._account.jobs[answer.json()["id"]]


async def said(world, job):
    query = {"ownerId": OWNER, "resource": job.id, "direction": "forward"}
    lines = (await world.client.get("/logs", params=query)).json()["logs"]
    return [line["message"] for line in lines]


async def shown(world, at, job):
    return (await world.client.get(f"{at}/{job.id}")).json()


def ended(service):
    return [one.details for one in service.history.events if one.type == "job_run_ended"]


async def test_a_job_runs_in_the_service_s_environment(world, service, at, monkeypatch):
    monkeypatch.setattr(jobs, "NULL_SECONDS", 100.0)
    code = "import os; print(os.environ['SWITCH'], os.environ['RENDER_SERVICE_ID'])"
    job = await begun(world, at, f'python -c "{code}"')
    assert (await shown(world, at, job))["status"] is None
    await until(lambda: job.finished_at)
    assert (await shown(world, at, job))["status"] == "succeeded"
    assert await said(world, job) == [f"{world.switch} {service.id}"]
    assert ended(service) == [{"jobId": job.id, "status": "succeeded"}]
    assert not (service.spec.folder / job.id).exists()


async def test_a_job_runs_in_the_live_build(world):
    code = Code()
    code.push("one")
    service = world.add(source=code)
    await service.start()
    job = await begun(
        world, f"/services/{service.id}/jobs", 'python -c "import version; print(version.NAME)"'
    )
    await until(lambda: job.finished_at)
    assert await said(world, job) == ["one"]


@pytest.mark.parametrize(
    ("command", "code"), [("sh -c 'echo no; exit 3'", 3), ("no-such-program", 127)]
)
async def test_a_job_fails(world, service, at, command, code):
    job = await begun(world, at, command)
    await until(lambda: job.finished_at)
    (details,) = ended(service)
    assert details["status"] == job.status == "failed"
    assert details["reason"] == {"evicted": False, "nonZeroExit": code}
    assert len(await said(world, job)) == 1


async def test_a_job_has_bounded_time(world, service, at, monkeypatch):
    monkeypatch.setattr(jobs, "SHORTEST_LIMIT", 0.05)
    monkeypatch.setattr(jobs, "LONGEST", 1.0)
    job = await begun(world, at, "sleep 3600")
    await until(lambda: job.finished_at)
    assert ended(service)[0]["reason"]["timedOutReason"]
    await until(lambda: not job.process.running)


async def test_a_job_is_canceled(world, service, at):
    job = await begun(world, at, "sleep 3600")
    await until(lambda: job.process)
    process = Process(job.process.pid)
    answer = await world.client.post(f"{at}/{job.id}/cancel")
    assert (answer.status_code, answer.json()["status"]) == (200, "canceled")
    await until(lambda: not alive(process))
    assert ended(service) == [{"jobId": job.id, "status": "canceled"}]
    assert (await world.client.post(f"{at}/{job.id}/cancel")).status_code == 400


async def test_a_waiting_job_is_canceled_and_never_runs(world, at, monkeypatch):
    monkeypatch.setattr(jobs, "PENDING_SECONDS", 20.0)
    job = await begun(world, at, "echo ran")
    await until(lambda: job.status == "pending")
    await world.client.post(f"{at}/{job.id}/cancel")
    later = await begun(world, at, "echo later")
    await until(lambda: later.finished_at)
    assert (job.process, job.status) == (None, "canceled")


async def test_jobs_are_listed_by_state_and_time(world, at):
    first = await begun(world, at, "true")
    await until(lambda: first.finished_at)
    second = await begun(world, at, "sleep 3600")
    await until(lambda: second.started_at)

    async def ids(**query):
        rows = (await world.client.get(at, params=query)).json()
        return [row["job"]["id"] for row in rows]

    assert await ids() == [second.id, first.id]
    assert await ids(status="succeeded,failed") == [first.id]
    assert await ids(startedAfter=stamp(second.created_at)) == [second.id]
    assert await ids(finishedBefore=stamp(now())) == [first.id]


@pytest.mark.parametrize("body", [{}, {"startCommand": ""}, {"startCommand": "'"}, []])
async def test_commands_that_are_refused(world, at, body):
    assert (await world.client.post(at, json=body)).status_code == 400


async def test_without_a_live_build_there_is_no_job(world):
    service = world.add(name="new")
    answer = await world.client.post(f"/services/{service.id}/jobs", json={"startCommand": "true"})
    assert answer.status_code == 400


async def test_jobs_end_with_the_platform(world, at):
    job = await begun(world, at, "sleep 3600")
    await until(lambda: job.process)
    process = Process(job.process.pid)
    await world.render.close()
    assert not alive(process)
