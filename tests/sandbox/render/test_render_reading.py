"""The calls that show something: pages, windows, filters, and the form of every answer."""

from __future__ import annotations

from datetime import timedelta

import pytest
import render_openapi
from emulated_render import COMMITS, KEY, OWNER, tell, until

from bot.sandbox.pace import Pace
from bot.sandbox.render import Render
from bot.sandbox.render.times import now, stamp

INFO = {"level": "info", "type": "app"}


async def get(world, path, code=200, **params):
    answer = await world.client.get(path, params=params)
    assert answer.status_code == code, answer.text
    return answer.json()


async def test_form_of_every_answer(service, world):
    """The hook of the client holds each answer against the platform's own description."""
    if not render_openapi.available():
        pytest.skip("the platform's OpenAPI description is not beside this project")
    world.render.add_postgres("dpg-practice000000000000-a", "life-os-db")
    await until(lambda: service.snapshot()["memory_bytes"])
    await tell(service, "exit/1")
    await until(lambda: service.snapshot()["state"] == "running" and service.restarts)
    at = f"/services/{service.id}"
    deploy, event = service.history.latest.id, service.history.events[0].id
    for path in ("", "/deploys", f"/deploys/{deploy}", "/instances", "/events"):
        assert await get(world, at + path)
    for path in ("/owners", "/users", "/services", "/postgres", f"/events/{event}"):
        assert await get(world, path)
    assert await get(world, "/postgres/dpg-practice000000000000-a")
    query = {"ownerId": OWNER, "resource": service.id}
    assert await get(world, "/logs", **query)
    assert await get(world, "/logs/values", label="level", **query)
    for name in ("cpu", "cpu-limit", "memory", "memory-limit", "instance-count"):
        assert await get(world, f"/metrics/{name}", resource=service.id)


async def test_users_and_owners(world):
    user = await get(world, "/users")
    ((owner,),) = ([row["owner"] for row in await get(world, "/owners")],)
    assert (owner["id"], owner["email"]) == (OWNER, user["email"])


class TestPages:
    @pytest.fixture
    def services(self, world):
        return [world.add(name=f"service-{n:02}") for n in range(25)]

    async def test_default_page_and_the_next(self, world, services):
        first = await get(world, "/services")
        assert len(first) == 20
        rest = await get(world, "/services", cursor=first[-1]["cursor"])
        names = [row["service"]["name"] for row in first + rest]
        assert names == [one.name for one in services]
        assert await get(world, "/services", cursor=rest[-1]["cursor"]) == []

    @pytest.mark.parametrize("limit", ["0", "101", "-1", "many"])
    async def test_limits_of_the_limit(self, world, limit):
        assert "limit" in (await get(world, "/services", 400, limit=limit))["message"]

    async def test_cursor_of_somebody_else(self, world):
        await get(world, "/services", 400, cursor="§§§")

    async def test_lists_joined_by_commas(self, world, services):
        rows = await get(world, "/services", name="service-03,service-07", type="web_service")
        assert [row["service"]["name"] for row in rows] == ["service-03", "service-07"]
        assert await get(world, "/services", type="cron_job,static_site") == []
        assert await get(world, "/services", suspended="suspended") == []

    async def test_a_new_deploy_does_not_shift_a_page(self, world, services):
        one = services[0]
        for _ in range(3):
            one.history.open_deploy(COMMITS[0], "api", "canceled")
        path = f"/services/{one.id}/deploys"
        first = await get(world, path, limit=1)
        one.history.open_deploy(COMMITS[0], "api", "live")
        rest = await get(world, path, limit=2, cursor=first[-1]["cursor"])
        shown = [row["deploy"]["id"] for row in first + rest]
        assert shown == [deploy.id for deploy in one.history.newest_first()[1:]]

    async def test_deploys_by_status_and_time(self, world, services):
        one = services[0]
        for status in ("live", "canceled", "update_failed"):
            deploy = one.history.open_deploy(COMMITS[0], "api", "created")
            one.history.move(deploy.id, status)
        path = f"/services/{one.id}/deploys"
        rows = await get(world, path, status=["live", "update_failed"])
        assert [row["deploy"]["status"] for row in rows] == ["update_failed", "live"]
        oldest, _, newest = one.history.deploys.values()
        late = await get(world, path, createdAfter=stamp(oldest.created_at))
        assert len(late) == 2
        assert len(await get(world, path, createdBefore=stamp(newest.created_at))) == 2
        assert len(await get(world, path, finishedAfter=stamp(now()))) == 0


class TestEvents:
    @pytest.fixture
    def told(self, world):
        service = world.add()
        at = now()
        for hours, kind in ((3, "server_failed"), (2, "server_available"), (0, "server_failed")):
            service.history.add(kind, at=at - timedelta(hours=hours))
        return service

    async def ask(self, world, service, **params):
        rows = await get(world, f"/services/{service.id}/events", **params)
        return [row["event"] for row in rows]

    async def test_the_last_hour_unless_said_otherwise(self, world, told):
        assert len(await self.ask(world, told)) == 1
        long_ago = stamp(now() - timedelta(hours=5))
        assert len(await self.ask(world, told, startTime=long_ago)) == 3
        then = stamp(now() - timedelta(hours=2, minutes=30))
        assert len(await self.ask(world, told, startTime=long_ago, endTime=then)) == 1
        assert len(await self.ask(world, told, endTime=then)) == 1

    async def test_newest_first_by_type_and_page(self, world, told):
        wish = {"startTime": stamp(now() - timedelta(hours=5)), "type": "server_failed"}
        events = await self.ask(world, told, **wish)
        assert [one["type"] for one in events] == ["server_failed"] * 2
        assert events[0]["timestamp"] > events[1]["timestamp"]
        first = await get(world, f"/services/{told.id}/events", limit=1, **wish)
        (second,) = await self.ask(world, told, cursor=first[-1]["cursor"], **wish)
        assert second == events[1]
        assert await get(world, f"/events/{second['id']}") == second

    async def test_time_that_is_none(self, world, told):
        await get(world, f"/services/{told.id}/events", 400, startTime="yesterday")
        await get(world, f"/services/{told.id}/events", 400, startTime="2026-03-02T08:00:00")


class TestLogs:
    @pytest.fixture
    def spoken(self, world):
        service = world.add()
        at = now() - timedelta(minutes=30)
        for n in range(50):
            labels = {"resource": service.id, "instance": f"i-{n % 2}", **INFO}
            service._logs.write(at + timedelta(seconds=n // 5), f"line {n}", labels)
        return service

    async def ask(self, world, service, **params):
        return await get(world, "/logs", ownerId=OWNER, resource=service.id, **params)

    @pytest.mark.parametrize("direction", ["forward", "backward"])
    async def test_every_line_once_in_order(self, world, spoken, direction):
        page = await self.ask(world, spoken, direction=direction, limit=7)
        lines = page["logs"]
        while page["hasMore"]:
            times = {"startTime": page["nextStartTime"], "endTime": page["nextEndTime"]}
            page = await self.ask(world, spoken, direction=direction, limit=7, **times)
            assert page["logs"]
            lines += page["logs"]
        order = range(50) if direction == "forward" else reversed(range(50))
        assert [line["message"] for line in lines] == [f"line {n}" for n in order]
        assert len({line["id"] for line in lines}) == 50

    async def test_newest_twenty_by_default(self, world, spoken):
        page = await self.ask(world, spoken)
        assert [line["message"] for line in page["logs"]] == [
            f"line {n}" for n in range(49, 29, -1)
        ]
        assert page["hasMore"] is True

    async def test_labels_of_a_line(self, world, spoken):
        (line,) = (await self.ask(world, spoken, text="line 3", limit=1, direction="forward"))[
            "logs"
        ]
        labels = {label["name"]: label["value"] for label in line["labels"]}
        assert labels == {"resource": spoken.id, "instance": "i-1", **INFO}

    @pytest.mark.parametrize(
        ("wish", "count"),
        [
            ({"text": "line 4"}, 11),
            ({"text": ["line 41", "LINE 42"]}, 2),
            ({"text": "ne*9"}, 5),
            ({"text": "/line 1?3$/"}, 2),
            ({"instance": "i-1"}, 25),
            ({"instance": ["i-0", "i-1"]}, 50),
            ({"instance": "i-*"}, 50),
            ({"level": "error"}, 0),
            ({"type": "build"}, 0),
            ({"type": "app", "level": ["info", "warning"]}, 50),
            ({"host": "example.com"}, 0),
        ],
    )
    async def test_filters(self, world, spoken, wish, count):
        assert len((await self.ask(world, spoken, limit=100, **wish))["logs"]) == count

    async def test_window(self, world, spoken):
        at = spoken._logs.tail(spoken.id, 10)[0].at
        assert len((await self.ask(world, spoken, startTime=stamp(at)))["logs"]) == 10
        assert (await self.ask(world, spoken, endTime=stamp(at)))["logs"][0]["message"] == "line 40"
        assert (await self.ask(world, spoken, startTime=stamp(now())))["logs"] == []

    @pytest.mark.parametrize(
        ("params", "status"),
        [
            ({"resource": "srv-x"}, 400),
            ({"ownerId": OWNER}, 400),
            ({"ownerId": "tea-other", "resource": "srv-x"}, 404),
            ({"ownerId": OWNER, "resource": "srv-x"}, 404),
        ],
    )
    async def test_owner_and_resource_are_needed(self, world, params, status):
        await get(world, "/logs", status, **params)

    @pytest.mark.parametrize("wish", [{"direction": "up"}, {"limit": "200"}, {"text": "/(/"}])
    async def test_wishes_that_make_no_sense(self, world, spoken, wish):
        query = {"ownerId": OWNER, "resource": spoken.id}
        await get(world, "/logs", 400, **query, **wish)

    async def test_values(self, world, spoken):
        query = {"ownerId": OWNER, "resource": spoken.id}
        assert await get(world, "/logs/values", label="instance", **query) == ["i-0", "i-1"]
        assert await get(world, "/logs/values", label="statusCode", **query) == []
        await get(world, "/logs/values", 400, **query)
        await get(world, "/logs/values", 400, label="mood", **query)

    async def test_two_resources(self, world, spoken):
        other = world.add(name="other")
        other.say("Building...", kind="build")
        page = await self.ask(world, spoken, limit=100, type="build")
        assert page["logs"] == []
        query = {"ownerId": OWNER, "resource": [spoken.id, other.id]}
        assert len((await get(world, "/logs", limit=100, **query))["logs"]) == 51


async def test_what_the_service_says_is_its_log(service, world):
    await tell(service, "say/2026-03-02+ERROR+pool+exhausted")
    query = {"ownerId": OWNER, "resource": service.id, "level": "error"}
    await until(lambda: "pool exhausted" in service.tail(1)[0]["text"])
    (line,) = (await get(world, "/logs", **query))["logs"]
    assert line["message"] == "2026-03-02 ERROR pool exhausted"
    labels = {label["name"]: label["value"] for label in line["labels"]}
    assert labels["instance"] == service.instances[0].id
    assert labels["type"] == "app"


class TestMetrics:
    async def test_series_of_the_real_process(self, service, world):
        await until(lambda: service.snapshot()["memory_bytes"])
        (instance,) = service.instances
        (series,) = await get(world, "/metrics/memory", resource=service.id)
        assert series["labels"] == [
            {"field": "resource", "value": service.id},
            {"field": "instance", "value": instance.id},
        ]
        assert series["unit"] == "bytes"
        assert 1_000_000 < series["values"][-1]["value"] < 512 * 2**20
        (limit,) = await get(world, "/metrics/memory-limit", resource=service.id)
        assert limit["values"][-1]["value"] == 512 * 2**20
        (count,) = await get(world, "/metrics/instance-count", resource=service.id)
        assert (count["values"][-1]["value"], count["unit"]) == (1, "instances")

    async def test_what_does_not_apply_is_empty(self, service, world):
        assert await get(world, "/metrics/cpu", resource="srv-none") == []
        wish = {"resource": service.id, "instance": "srv-none-00000"}
        assert await get(world, "/metrics/cpu", **wish) == []
        assert (
            await get(
                world, "/metrics/cpu", resource=service.id, endTime=stamp(now() - timedelta(days=1))
            )
            == []
        )

    @pytest.mark.parametrize(
        "wish",
        [{"resolutionSeconds": "10"}, {"resolutionSeconds": "nan"}, {"aggregationMethod": "P9"}],
    )
    async def test_wishes_that_make_no_sense(self, world, wish):
        await get(world, "/metrics/cpu", 400, resource="srv-x", **wish)

    async def test_unknown_metric(self, world):
        await get(world, "/metrics/mood", 404)


async def test_postgres_follows_the_real_server(world):
    status = ["available"]
    world.render.add_postgres("dpg-practice000000000000-a", "life-os-db", status=lambda: status[0])
    (row,) = await get(world, "/postgres")
    assert (row["postgres"]["name"], row["postgres"]["status"]) == ("life-os-db", "available")
    status[0] = "unavailable"
    shown = await get(world, "/postgres/dpg-practice000000000000-a")
    assert shown["status"] == "unavailable"
    assert await get(world, "/postgres", name="another") == []


def test_routes_need_no_running_loop():
    assert len(Render(Pace(1), KEY, OWNER).routes) == 1
