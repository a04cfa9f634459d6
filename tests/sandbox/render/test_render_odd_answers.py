"""Answers spoiled on demand, and the proof that our two readers would notice a wrong one."""

from __future__ import annotations

import json

import httpx
import jsonschema
import pytest
import render_openapi
import sdk
from emulated_render import KEY, NO_TLS, OWNER, until
from render.public_api.errors import UnexpectedStatus

from bot.sandbox.render.twist import MISSING, truncated, twist

WRONG = (AssertionError, jsonschema.ValidationError, KeyError)
UNREADABLE = (ValueError, KeyError, TypeError, AttributeError)


@pytest.fixture
async def client(world):
    """One that reads whatever comes, without a look into the platform's description."""
    base, key = str(world.client.base_url), {"Authorization": f"Bearer {KEY}"}
    async with httpx.AsyncClient(base_url=base, headers=key, trust_env=False, verify=NO_TLS) as one:
        yield one


@pytest.fixture
def described():
    if not render_openapi.available():
        pytest.skip("the platform's OpenAPI description is not beside this project")


class TestSpoiledAnswers:
    async def test_a_value_that_nobody_knows(self, world, client):
        world.add()
        world.render.faults.arm("twist", change={"*.service.suspended": "hibernating"})
        (row,) = (await client.get("/services")).json()
        assert row["service"]["suspended"] == "hibernating"
        (row,) = (await client.get("/services")).json()
        assert row["service"]["suspended"] == "not_suspended"

    async def test_missing_null_and_new_fields(self, world, client):
        world.add()
        change = {"0.cursor": MISSING, "0.service.branch": None, "0.service.mood": {"deep": 1}}
        world.render.faults.arm("twist", path="/services", change=change)
        (row,) = (await client.get("/services")).json()
        assert "cursor" not in row
        assert row["service"]["branch"] is None
        assert row["service"]["mood"] == {"deep": 1}

    async def test_a_function_of_the_answer(self, world, client):
        world.render.faults.arm("twist", change=lambda data: [data, 1])
        answer = await client.get("/users")
        assert answer.json()[1] == 1
        assert int(answer.headers["content-length"]) == len(answer.content)

    async def test_half_of_the_json(self, world, client):
        whole = (await client.get("/users")).content
        world.render.faults.arm("truncate")
        answer = await client.get("/users")
        assert (answer.status_code, answer.content) == (200, truncated(whole))
        with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
            answer.json()

    async def test_a_page_that_says_200(self, world, client):
        world.render.faults.arm("error", status=200, body="<html>All is well")
        answer = await client.get("/users")
        assert (answer.status_code, answer.text) == (200, "<html>All is well")
        assert answer.headers["content-type"].startswith("text/html")

    async def test_an_error_in_the_form_of_the_api(self, world, client):
        wait = {"Retry-After": "3", "Ratelimit-Remaining": "0"}
        body = {"id": "err-1", "message": "slow down"}
        world.render.faults.arm("error", status=429, body=body, headers=wait)
        answer = await client.get("/users")
        assert (answer.status_code, answer.json()) == (429, body)
        assert (answer.headers["retry-after"], answer.headers["ratelimit-remaining"]) == ("3", "0")

    async def test_an_act_is_done_although_its_answer_is_spoiled(self, world, service, client):
        world.render.faults.arm("truncate", method="POST")
        answer = await client.post(f"/services/{service.id}/deploys", json={})
        assert answer.status_code == 201
        await until(lambda: len(service.history.deploys) == 2)

    async def test_a_twist_that_leads_nowhere_is_no_quiet_one(self, world, client):
        with pytest.raises(LookupError):
            twist({"0.deploy.status": "live"})([])
        with pytest.raises(TypeError):
            twist({"name.first": "x"})({"name": "x"})
        with pytest.raises(ValueError, match="change"):
            world.render.faults.arm("twist")


SERVICE = {
    "id": MISSING,
    "suspended": "perhaps",
    "createdAt": "yesterday",
    "type": None,
    "suspenders": ["nobody"],
    "serviceDetails": 5,
}
DEPLOY = {"status": "asleep", "createdAt": 5, "id": MISSING, "trigger": "restart"}
LOGS = {"hasMore": MISSING, "logs": None, "nextStartTime": "soon", "logs.0.timestamp": 1}
DATABASE = {"status": "tired", "owner": None, "version": 18, "readReplicas": MISSING}
JOB = {"status": "waiting", "planId": MISSING, "createdAt": "now"}
EVENT = {"type": "server_sad", "timestamp": 0, "details": MISSING}
SPOILED = {
    "service": SERVICE,
    "deploy": DEPLOY,
    "logs": LOGS,
    "database": DATABASE,
    "job": JOB,
    "event": EVENT,
}
CALLS = {
    "service": ("GET", "/services/{service_id}"),
    "deploy": ("GET", "/services/{service_id}/deploys/{deploy_id}"),
    "logs": ("GET", "/logs"),
    "database": ("GET", "/postgres/{database_id}"),
    "job": ("GET", "/services/{service_id}/jobs/{job_id}"),
    "event": ("GET", "/events/{event_id}"),
}


@pytest.fixture
async def ids(world, service):
    world.render.add_postgres("dpg-practice000000000000-a", "life-os-db")
    command = {"startCommand": "true"}
    job = (await world.client.post(f"/services/{service.id}/jobs", json=command)).json()["id"]
    await until(lambda: world.render._account.jobs[job].finished_at)
    deploy, event = service.history.latest.id, service.history.events[0].id
    wish = {"service": service.id, "deploy": deploy, "event": event, "job": job, "owner": OWNER}
    return sdk.Ids(**wish, postgres="dpg-practice000000000000-a")


class TestWrongAnswers:
    @pytest.mark.parametrize("name", CALLS)
    async def test_a_good_one_is_read(self, world, ids, name):
        async with sdk.client_of(str(world.client.base_url), response=[sdk.check_both]) as reader:
            assert (await sdk.DRIVES[CALLS[name]].ask(reader, ids)).parsed

    @pytest.mark.parametrize("name", SPOILED)
    async def test_the_sdk_notices(self, world, ids, name):
        async with sdk.client_of(str(world.client.base_url)) as reader:
            for path, value in SPOILED[name].items():
                world.render.faults.arm("twist", change={path: value})
                with pytest.raises(UNREADABLE):
                    await sdk.DRIVES[CALLS[name]].ask(reader, ids)

    @pytest.mark.parametrize("name", SPOILED)
    async def test_the_description_notices(self, described, world, ids, name):
        async with sdk.client_of(str(world.client.base_url), response=[sdk.check_both]) as reader:
            for path, value in SPOILED[name].items():
                world.render.faults.arm("twist", change={path: value})
                with pytest.raises(WRONG):
                    await sdk.DRIVES[CALLS[name]].ask(reader, ids)

    async def test_a_status_that_is_not_declared(self, described, world, ids):
        world.render.faults.arm("error", status=418, body={"message": "short and stout"})
        async with sdk.client_of(str(world.client.base_url)) as reader:
            with pytest.raises(UnexpectedStatus):
                await sdk.DRIVES[CALLS["service"]].ask(reader, ids)
        with pytest.raises(WRONG):
            render_openapi.check("GET", "/users", 418, b"{}")

    def test_a_body_where_there_is_none(self, described):
        with pytest.raises(WRONG):
            render_openapi.check("POST", "/services/srv-a/restart", 200, b"{}")


SRV = "srv-cu2k7g0gph6c73ffc4h0"


@pytest.mark.usefixtures("described")
class TestWrongRequests:
    @pytest.mark.parametrize(
        ("path", "query"),
        [
            ("/services", "sort=up"),
            ("/services", "limit=many"),
            ("/services", "limit=101"),
            ("/services", "type=web_service,toaster"),
            ("/services", "createdAfter=soon"),
            ("/logs", "resource=srv-a"),
            ("/logs", "ownerId=tea-a&resource=srv-a&direction=down"),
            (f"/services/{SRV}/events", "startTime=2026-03-02T12:00:00"),
            (f"/services/{SRV}/events", "type=server_sad"),
            ("/events/evt-1", ""),
            ("/nowhere", ""),
        ],
    )
    def test_questions(self, path, query):
        with pytest.raises((*WRONG, ValueError)):
            render_openapi.check_request("GET", path, query, b"")

    @pytest.mark.parametrize(
        ("path", "query"),
        [
            ("/services", "limit=100&type=web_service,background_worker&includePreviews=true"),
            ("/logs", "ownerId=tea-a&resource=srv-a&resource=srv-b&direction=forward"),
            (f"/services/{SRV}/events", "startTime=2026-03-02T12:00:00.460450%2B00:00"),
        ],
    )
    def test_good_questions(self, path, query):
        render_openapi.check_request("GET", path, query, b"")

    @pytest.mark.parametrize(
        ("method", "path", "body"),
        [
            ("POST", f"/services/{SRV}/rollback", {}),
            ("POST", f"/services/{SRV}/rollback", {"deployId": 1}),
            ("PATCH", f"/services/{SRV}", {"autoDeploy": "maybe"}),
            ("POST", f"/services/{SRV}/scale", {"numInstances": "two"}),
            ("POST", f"/services/{SRV}/jobs", {"planId": "plan"}),
            ("POST", f"/services/{SRV}/deploys", {"clearCache": True}),
            ("PUT", f"/services/{SRV}/env-vars", [{"key": "A"}]),
            ("PUT", f"/services/{SRV}/env-vars/A", {"generateValue": "yes"}),
            ("POST", f"/services/{SRV}/restart", {}),
        ],
    )
    def test_bodies(self, method, path, body):
        with pytest.raises(WRONG):
            render_openapi.check_request(method, path, "", json.dumps(body).encode())
