"""Databases are really restarted, suspended and resumed; maintenance comes on demand."""

from __future__ import annotations

import asyncio

import pytest
from emulated_render import until

from bot.sandbox.render.times import now, parse, stamp

ID = "dpg-practice000000000000-a"


class Server:
    """What stands for the real PostgreSQL; it stays down until it is let go."""

    def __init__(self):
        self.done, self.go_on = [], asyncio.Event()
        self.go_on.set()

    async def restart(self):
        self.done.append("restart")
        await self.go_on.wait()

    async def suspend(self):
        self.done.append("suspend")

    async def resume(self):
        self.done.append("resume")


@pytest.fixture
def server():
    return Server()


@pytest.fixture
def database(world, server):
    return world.render.add_postgres(
        ID,
        "life-os-db",
        restart=server.restart,
        suspend=server.suspend,
        resume=server.resume,
        url="postgresql://lifeos:s3cret@127.0.0.1:5433/life",
    )


async def act(world, what, code=202):
    answer = await world.client.post(f"/postgres/{ID}/{what}")
    assert answer.status_code == code
    assert code != 202 or answer.content == b""


async def shown(world):
    return (await world.client.get(f"/postgres/{ID}")).json()


def kinds(database):
    return [one.type for one in database.history.events]


async def test_restart(world, database, server):
    server.go_on.clear()
    await act(world, "restart")
    await until(lambda: server.done == ["restart"])
    assert (await shown(world))["status"] == "unavailable"
    server.go_on.set()
    await until(lambda: len(kinds(database)) == 3)
    assert (await shown(world))["status"] == "available"
    assert kinds(database) == ["postgres_restarted", "postgres_unavailable", "postgres_available"]
    event = database.history.events[0]
    found = (await world.client.get(f"/events/{event.id}")).json()
    assert found["serviceId"] == ID
    assert found["details"]["user"]["id"] == world.render.user_id


async def test_suspend_and_resume(world, database, server):
    await act(world, "suspend")
    await until(lambda: server.done == ["suspend"])
    row = await shown(world)
    assert (row["status"], row["suspended"]) == ("suspended", "suspended")
    assert row["suspenders"] == ["user"]
    await act(world, "suspend")
    await act(world, "restart", 400)
    await act(world, "resume")
    await until(lambda: not database.suspended)
    assert server.done == ["suspend", "resume"]
    assert (await shown(world))["status"] == "available"
    assert kinds(database) == ["postgres_available"]


async def test_failover_needs_high_availability(world, database, server):
    await act(world, "failover", 400)
    database.high_availability = True
    await act(world, "failover")
    await until(lambda: "postgres_cluster_leader_changed" in kinds(database))
    assert server.done == ["restart"]


async def test_connection_info_is_in_clear(world, database):
    info = (await world.client.get(f"/postgres/{ID}/connection-info")).json()
    assert info["password"] == "s3cret"
    assert info["internalConnectionString"] == database.url
    assert info["psqlCommand"] == "PGPASSWORD=s3cret psql -h 127.0.0.1 -p 5433 -U lifeos life"
    row = await shown(world)
    assert (row["databaseName"], row["databaseUser"]) == ("life", "lifeos")
    assert "s3cret" not in str(row)


async def test_what_goes_down_by_itself_is_an_event(world, database):
    status = ["available"]
    database.status = lambda: status[0]
    for said in ("unavailable", "unavailable", "available"):
        status[0] = said
        await shown(world)
    assert kinds(database) == ["postgres_unavailable", "postgres_available"]


async def test_databases_by_name_time_and_owner(world, database):
    async def count(**query):
        return len((await world.client.get("/postgres", params=query)).json())

    assert await count(name="life-os-db,other", region="frankfurt") == 1
    assert await count(suspended="suspended") == 0
    assert await count(ownerId="tea-other") == 0
    assert await count(createdAfter=stamp(now())) == 0
    assert await count(updatedBefore=stamp(now())) == 1


async def test_a_free_database_expires(world, database):
    assert "expiresAt" not in await shown(world)
    database.plan = "free"
    row = await shown(world)
    assert parse(row["expiresAt"]) > parse(row["createdAt"])


class TestMaintenance:
    async def test_it_comes_and_goes(self, world, database, server):
        run = world.render.plan_maintenance(ID, within=100, lasts=20)
        row = await shown(world)
        assert (row["status"], row["maintenance"]["id"]) == ("maintenance_scheduled", run.id)
        await until(lambda: run.state == "in_progress")
        await until(lambda: server.done == ["restart"])
        await until(lambda: run.ended)
        row = await shown(world)
        assert row["status"] == "available"
        assert "maintenance" not in row
        assert run.state == "succeeded"
        assert kinds(database) == [
            "maintenance_started",
            "postgres_unavailable",
            "postgres_available",
            "maintenance_ended",
        ]
        (event, *_) = database.history.events
        assert event.details["trigger"] == {"manual": False, "startedByRender": True}

    async def test_it_is_begun_by_hand(self, world, database):
        run = world.render.plan_maintenance(ID, within=1e6, lasts=1)
        assert (await world.client.post(f"/maintenance/{run.id}/trigger")).status_code == 202
        await until(lambda: run.ended)
        assert database.history.events[0].details["trigger"]["manual"]
        assert (await world.client.post(f"/maintenance/{run.id}/trigger")).status_code == 400

    async def test_it_is_moved(self, world, service):
        run = world.render.plan_maintenance(service.id, within=1e6)
        at = f"/maintenance/{run.id}"
        later = {"scheduledAt": "2099-01-01T00:00:00Z"}
        assert (await world.client.patch(at, json=later)).status_code == 202
        assert (await world.client.get(at)).json()["scheduledAt"] == later["scheduledAt"]
        assert (await world.client.patch(at, json={"scheduledAt": "soon"})).status_code == 400

    async def test_it_is_listed(self, world, database, service):
        mine = world.render.plan_maintenance(service.id, within=1e6)
        other = world.render.plan_maintenance(ID, within=1e6)

        async def ids(**query):
            rows = (await world.client.get("/maintenance", params=query)).json()
            return [row["id"] for row in rows]

        assert await ids() == [mine.id, other.id]
        assert await ids(resourceId=f"{ID},srv-x") == [other.id]
        assert await ids(state=["in_progress", "failed"]) == []
        assert await ids(ownerId="tea-other") == []

    async def test_nothing_is_planned_for_nobody(self, world):
        with pytest.raises(LookupError):
            world.render.plan_maintenance("srv-none", within=1)
