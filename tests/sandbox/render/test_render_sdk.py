"""Render's official SDK drives every call of the emulator and reads every form of answer."""

from __future__ import annotations

import httpx
import pytest
import sdk
from emulated_render import COMMITS, NO_TLS, OWNER, until
from render.public_api.models.error import Error
from sdk import DRIVES, METRICS, WITHOUT_SDK
from webhook_sink import open_sink

from bot.sandbox.render import jobs, preparing
from bot.sandbox.render.api import CALLS
from bot.sandbox.render.metrics import NAMES

POSTGRES = "dpg-practice000000000000-a"
NOWHERE = "0" * 20
UNSAID = ("GET", "/metrics/{name}")  # the SDK's metrics declare neither 401 nor 429
SAID = [call for call in DRIVES if call != UNSAID]
BY_ID = [call for call in SAID if "{" in call[1]]


@pytest.fixture
async def sink():
    async for one in open_sink():
        yield one


@pytest.fixture
async def client(world):
    client = sdk.client_of(str(world.client.base_url), response=[sdk.check_both])
    async with client:
        yield client


@pytest.fixture
async def ids(world, service, sink, client):
    """Two deploys, a database with its maintenance, a job, and a webhook that was told of it."""
    world.render.add_postgres(POSTGRES, "life-os-db", high_availability=True)
    body = sdk.model(
        "webhook_post_input", ownerId=OWNER, name="hook", url=sink.url, enabled=True, eventFilter=[]
    )
    webhook = await sdk.operation("webhooks.create_webhook").asyncio(client=client, body=body)
    first = service.history.latest.id
    job = await sdk.operation("one_off_jobs.post_job").asyncio(
        service.id, client=client, body=sdk.model("post_job_body", startCommand="sleep 3600")
    )
    await service.ask_deploy("api")[1].done.wait()
    hook = world.render._account.post.webhooks[webhook.id]
    jobs = world.render._account.jobs
    await until(lambda: hook.attempts and jobs[job.id].status == "running")
    await until(lambda: service.snapshot()["memory_bytes"])
    return sdk.Ids(
        owner=OWNER,
        service=service.id,
        deploy=first,
        event=next(one.id for one in service.history.events if one.type == "deploy_ended"),
        postgres=POSTGRES,
        run=world.render.plan_maintenance(POSTGRES, within=1e6).id,
        job=job.id,
        webhook=webhook.id,
        key="SWITCH",
        commit=COMMITS[0].id,
        begun=None,
    )


def nowhere():
    """Ids of the right form that nothing has."""
    prefixes = {"service": "srv", "deploy": "dep", "begun": "dep", "event": "evt", "job": "job"}
    made = {name: f"{prefix}-{NOWHERE}" for name, prefix in prefixes.items()}
    more = {"webhook": f"whk-{NOWHERE}", "run": f"mrn-{NOWHERE}", "postgres": f"dpg-{NOWHERE}-a"}
    return sdk.Ids(owner=OWNER, key="NONE", commit=COMMITS[0].id, **made, **more)


def test_every_call_is_driven():
    calls = {(method, path) for method, path, _ in CALLS}
    assert calls == DRIVES.keys() | WITHOUT_SDK.keys()
    assert not DRIVES.keys() & WITHOUT_SDK.keys()


async def test_every_call(client, ids, monkeypatch):
    """In the order of the table; the deploy that is to be canceled must not end before."""
    monkeypatch.setattr(preparing, "BUILD_SECONDS", 4000.0)
    wrong = {}
    for call, drive in DRIVES.items():
        try:
            answer = await drive.ask(client, ids)
        except Exception as error:  # noqa: BLE001  whatever the SDK says is what we look for
            wrong[call] = repr(error)
            continue
        if (answer.status_code, bool(answer.parsed)) != (drive.status, drive.body):
            wrong[call] = f"{answer.status_code} {answer.content.decode()}"
        if call == ("POST", "/services/{service_id}/deploys"):
            ids.begun = answer.parsed.id
    assert not wrong, wrong


@pytest.mark.parametrize(("name", "operation"), METRICS.items())
async def test_every_metric(client, service, name, operation):
    await until(lambda: service.snapshot()["memory_bytes"])
    ask = sdk.operation(f"metrics.{operation}").asyncio_detailed
    answer = await ask(client=client, resource=service.id)
    assert answer.status_code == 200
    assert [bool(one.values) for one in answer.parsed] in ([], [True])


def test_every_metric_is_driven():
    assert METRICS.keys() == NAMES


@pytest.mark.parametrize("call", SAID, ids=str)
async def test_the_wrong_key(world, call):
    base = str(world.client.base_url)
    async with sdk.client_of(base, key="rnd_wrong", response=[sdk.check_both]) as stranger:
        answer = await DRIVES[call].ask(stranger, nowhere())
    assert answer.status_code == 401
    assert answer.parsed == Error(message="Unauthorized")


@pytest.mark.parametrize("call", BY_ID, ids=str)
async def test_what_is_not_there(client, call):
    answer = await DRIVES[call].ask(client, nowhere())
    assert answer.status_code == 404
    assert answer.parsed.message.startswith("not found: ")


@pytest.mark.parametrize("call", SAID, ids=str)
async def test_too_often(world, client, call):
    said = {"message": "rate limit exceeded"}
    wait = {"Retry-After": "7", "Ratelimit-Remaining": "0"}
    world.render.faults.arm("error", status=429, body=said, headers=wait)
    answer = await DRIVES[call].ask(client, nowhere())
    assert answer.status_code == 429
    assert answer.parsed == Error(message="rate limit exceeded")
    assert (answer.headers["retry-after"], answer.headers["ratelimit-remaining"]) == ("7", "0")


async def test_the_nulls_that_the_sdk_cannot_read(world, client, ids, monkeypatch):
    """They are in our answers all the same; only the SDK does not get to see them."""
    monkeypatch.setattr(preparing, "BUILD_SECONDS", 4000.0)
    monkeypatch.setattr(jobs, "NULL_SECONDS", 4000.0)
    deploy, job = (DRIVES["POST", f"/services/{{service_id}}/{one}"] for one in ("deploys", "jobs"))
    ids.deploy = (await deploy.ask(client, ids)).parsed.id
    ids.job = (await job.ask(client, ids)).parsed.id
    reads = (f"deploys/{ids.deploy}", "finishedAt"), (f"jobs/{ids.job}", "status")
    for path, name in reads:
        answer = await world.client.get(f"/services/{ids.service}/{path}")
        assert answer.json()[name] is None
    plain = httpx.AsyncHTTPTransport(verify=NO_TLS)
    async with sdk.client_of(str(world.client.base_url), transport=plain) as strict:
        for path in ("deploys/{deploy_id}", "jobs/{job_id}"):
            with pytest.raises((TypeError, ValueError)):
                await DRIVES["GET", f"/services/{{service_id}}/{path}"].ask(strict, ids)


async def test_a_deploy_that_is_merely_accepted(world, client, ids):
    world.render.accept_with_202 = True
    answer = await DRIVES["POST", "/services/{service_id}/deploys"].ask(client, ids)
    assert (answer.status_code, answer.content, answer.parsed) == (202, b"", None)


@pytest.mark.parametrize(
    ("operation", "arguments"),
    [
        ("webhooks.list_webhooks", {"limit": 101}),
        ("logs.list_logs", {"owner_id": "", "resource": []}),
        ("webhooks.list_webhooks", {"cursor": "!"}),
    ],
)
async def test_what_makes_no_sense(world, operation, arguments):
    async with sdk.client_of(str(world.client.base_url)) as client:
        answer = await sdk.operation(operation).asyncio_detailed(client=client, **arguments)
    assert answer.status_code == 400
    assert answer.parsed.message
