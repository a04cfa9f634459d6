"""Status pages of vendors: the shape of the feeds, the life of an incident, what goes wrong."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta

import httpx
import jsonschema
import pytest
import pytest_asyncio
from starlette.applications import Starlette
from starlette.routing import Mount

from bot.sandbox.pace import Pace
from bot.sandbox.server import Server
from bot.sandbox.statuspage import StatusPages

pytestmark = pytest.mark.asyncio(loop_scope="module")

START = datetime(2026, 1, 1, 3, 12, tzinfo=UTC)
FEEDS = (
    *("summary", "status", "components", "incidents", "incidents/unresolved"),
    *("scheduled-maintenances", "scheduled-maintenances/upcoming"),
    "scheduled-maintenances/active",
)


def record(**fields):
    return {
        "type": "object",
        "properties": fields,
        "required": list(fields),
        "additionalProperties": False,
    }


def many(of):
    return {"type": "array", "items": of}


TEXT, FLAG, NULL = {"type": "string"}, {"type": "boolean"}, {"type": "null"}
MOMENT = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$"}
ID = {"type": "string", "pattern": "^[0-9a-z]{12}$"}
MAYBE = {"anyOf": [MOMENT, NULL]}
STATUS = {
    "enum": [
        *("operational", "degraded_performance", "partial_outage", "major_outage"),
        "under_maintenance",
    ]
}
PAGE = record(id=ID, name=TEXT, url=TEXT, time_zone=TEXT, updated_at=MOMENT)
INDICATOR = record(
    indicator={"enum": ["none", "minor", "major", "critical", "maintenance"]}, description=TEXT
)
COMPONENT = record(
    id=ID,
    name=TEXT,
    status=STATUS,
    created_at=MOMENT,
    updated_at=MOMENT,
    position={"type": "integer"},
    description={"type": ["string", "null"]},
    showcase=FLAG,
    start_date={"type": ["string", "null"]},
    group_id={"type": ["string", "null"]},
    page_id=ID,
    group=FLAG,
    only_show_if_degraded=FLAG,
)
UPDATE = record(
    id=ID,
    status=TEXT,
    body=TEXT,
    incident_id=ID,
    created_at=MOMENT,
    updated_at=MOMENT,
    display_at=MOMENT,
    affected_components=many(record(code=ID, name=TEXT, old_status=STATUS, new_status=STATUS)),
    deliver_notifications=FLAG,
    custom_tweet=NULL,
    tweet_id=NULL,
)
COMMON = {
    "id": ID,
    "name": TEXT,
    "status": TEXT,
    "created_at": MOMENT,
    "updated_at": MOMENT,
    "monitoring_at": MAYBE,
    "resolved_at": MAYBE,
    "impact": {"enum": ["none", "minor", "major", "critical", "maintenance"]},
    "shortlink": TEXT,
    "started_at": MOMENT,
    "page_id": ID,
    "incident_updates": many(UPDATE),
    "components": many(COMPONENT),
}
INCIDENTS = many(record(**COMMON))
MAINTENANCES = many(record(**COMMON, scheduled_for=MOMENT, scheduled_until=MOMENT))
SHAPES = {
    "summary": record(
        page=PAGE,
        components=many(COMPONENT),
        incidents=INCIDENTS,
        scheduled_maintenances=MAINTENANCES,
        status=INDICATOR,
    ),
    "status": record(page=PAGE, status=INDICATOR),
    "components": record(page=PAGE, components=many(COMPONENT)),
    "incidents": record(page=PAGE, incidents=INCIDENTS),
    "scheduled-maintenances": record(page=PAGE, scheduled_maintenances=MAINTENANCES),
}


class Clock:
    def __init__(self):
        self.at = START

    def __call__(self):
        self.at += timedelta(seconds=1)
        return self.at


class Swap:
    def __init__(self):
        self.app = Starlette()

    async def __call__(self, scope, receive, send):
        await self.app(scope, receive, send)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served():
    swap, server = Swap(), Server(0)
    await server.start(swap)
    swap.base = server.base
    yield swap
    await server.close()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def pages(served, clock):
    one = StatusPages(Pace(1000), now=clock)
    served.app = Starlette(routes=[Mount("/status", routes=one.routes)])
    yield one
    one.close()


@pytest_asyncio.fixture(loop_scope="module")
async def client(served, pages):
    no_tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    async with httpx.AsyncClient(
        base_url=f"{served.base}/status", trust_env=False, verify=no_tls, timeout=0.5
    ) as one:
        yield one


async def feed(client, name, vendor="anthropic"):
    answer = await client.get(f"/{vendor}/api/v2/{name}.json")
    assert answer.status_code == 200
    told = answer.json()
    jsonschema.validate(told, SHAPES[name.split("/")[0]])
    return told


@pytest.mark.parametrize("vendor", ["anthropic", "github", "render"])
@pytest.mark.parametrize("name", FEEDS)
async def test_a_quiet_day(client, vendor, name):
    told = await feed(client, name, vendor)
    assert not told.get("incidents")
    assert not told.get("scheduled_maintenances")
    assert {one["status"] for one in told.get("components", ())} <= {"operational"}
    if "status" in told:
        assert told["status"] == {"indicator": "none", "description": "All Systems Operational"}


async def test_the_life_of_an_incident(client, pages):
    page = pages["anthropic"]
    opened = page.degrade("Claude API", "partial_outage", "Elevated errors on Opus", "major")
    assert page.troubled
    told = await feed(client, "summary")
    assert told["status"] == {"indicator": "major", "description": "Partial System Outage"}
    (one,) = told["incidents"]
    assert (one["name"], one["status"], one["impact"]) == (
        "Elevated errors on Opus",
        "investigating",
        "major",
    )
    assert one["components"][0]["status"] == "partial_outage"
    touched = [c["name"] for c in told["components"] if c["status"] != "operational"]
    assert touched == ["Claude API (api.anthropic.com)"]

    page.update("identified", "A bad rollout.")
    page.update("monitoring", "Rolled back.", component_status="degraded_performance")
    told = await feed(client, "incidents/unresolved")
    (one,) = told["incidents"]
    assert [u["status"] for u in one["incident_updates"]] == [
        "monitoring",
        "identified",
        "investigating",
    ]
    first = one["incident_updates"][0]
    assert first["affected_components"][0]["old_status"] == "partial_outage"
    assert first["affected_components"][0]["new_status"] == "degraded_performance"
    assert one["monitoring_at"] == first["created_at"]
    assert one["resolved_at"] is None
    assert told["page"]["updated_at"] == one["updated_at"]

    assert page.resolve() is opened
    assert (await feed(client, "incidents/unresolved"))["incidents"] == []
    assert (await feed(client, "summary"))["incidents"] == []
    (one,) = (await feed(client, "incidents"))["incidents"]
    assert one["status"] == "resolved"
    assert one["resolved_at"] == one["updated_at"]
    assert (await feed(client, "status"))["status"]["indicator"] == "none"
    assert not page.troubled


async def test_vendors_do_not_touch_each_other(client, pages):
    pages["github"].degrade("API Requests", "major_outage", "API is down", "critical")
    assert (await feed(client, "status", "github"))["status"]["indicator"] == "critical"
    assert (await feed(client, "status", "render"))["status"]["indicator"] == "none"
    pages["github"].clear()
    assert (await feed(client, "status", "github"))["status"]["indicator"] == "none"


async def test_the_newest_is_first_and_updated_unless_named(client, pages):
    page = pages["render"]
    older, newer = page.degrade("API", title="one"), page.degrade("Builds", title="two")
    page.update("monitoring", "of the newer")
    page.resolve(older)
    assert [one["name"] for one in (await feed(client, "incidents", "render"))["incidents"]] == [
        "two",
        "one",
    ]
    assert (older.status, newer.status) == ("resolved", "monitoring")


async def test_a_maintenance(client, pages, clock):
    page = pages["render"]
    page.schedule("PostgreSQL", "Upgrade", START + timedelta(hours=1), START + timedelta(hours=2))
    upcoming = await feed(client, "scheduled-maintenances/upcoming", "render")
    assert [one["name"] for one in upcoming["scheduled_maintenances"]] == ["Upgrade"]
    assert upcoming["scheduled_maintenances"][0]["scheduled_for"] == "2026-01-01T04:12:00.000Z"
    assert (await feed(client, "status", "render"))["status"]["indicator"] == "none"
    page.update("in_progress", "We begin.", component_status="under_maintenance")
    active = await feed(client, "scheduled-maintenances/active", "render")
    assert len(active["scheduled_maintenances"]) == 1
    summary = await feed(client, "summary", "render")
    assert (summary["status"]["indicator"], summary["incidents"]) == ("maintenance", [])
    assert len(summary["scheduled_maintenances"]) == 1
    page.resolve()
    assert (await feed(client, "summary", "render"))["scheduled_maintenances"] == []
    every = await feed(client, "scheduled-maintenances", "render")
    assert every["scheduled_maintenances"][0]["status"] == "completed"


async def test_ids_are_the_same_in_every_world(client, pages, clock):
    other = StatusPages(Pace(1), now=clock)
    assert pages["github"].degrade("Issues").id == other["github"].degrade("Issues").id
    assert pages["github"].incidents[0].id != other["render"].degrade("API").id


async def test_what_does_not_exist(client, pages):
    for path in ("/anthropic/api/v2/uptime.json", "/aws/api/v2/summary.json", "/anthropic"):
        assert (await client.get(path)).status_code == 404
    for wrong in (
        lambda: pages["anthropic"].degrade("Mail"),
        lambda: pages["anthropic"].degrade("claude", "broken"),
        lambda: pages["anthropic"].degrade("claude", impact="huge"),
    ):
        with pytest.raises(ValueError):
            wrong()
    with pytest.raises(LookupError):
        pages["render"].resolve()


async def test_a_stale_feed(client, pages):
    pages.arm("stale", times=None)
    pages["anthropic"].degrade("Claude API")
    assert (await feed(client, "summary"))["incidents"] == []
    pages.faults.clear("stale")
    assert len((await feed(client, "summary"))["incidents"]) == 1


@pytest.mark.parametrize(
    ("name", "status", "json"),
    [
        ("garbage", 200, False),
        ("html", 200, False),
        ("wrong_shape", 200, True),
        ("challenge", 405, False),
        ("down", 503, False),
        ("moved", 302, False),
    ],
)
async def test_mishaps(client, pages, name, status, json):
    pages.arm(name, vendor="github")
    assert (await feed(client, "status"))["page"]["name"] == "Claude"
    answer = await client.get("/github/api/v2/status.json")
    assert answer.status_code == status
    if json:
        assert "page" not in answer.json()
    else:
        with pytest.raises(ValueError):
            answer.json()
    assert (await feed(client, "status", "github"))["page"]["name"] == "GitHub"
    assert [call.fault for call in pages.journal] == [None, name, None]


async def test_a_redirect_can_be_followed(client, pages):
    pages.arm("moved")
    answer = await client.get("/anthropic/api/v2/status.json", follow_redirects=True)
    assert answer.json()["page"]["name"] == "Claude"


async def test_slow_and_hanging(client, pages):
    pages.arm("slow", seconds=100)
    began = datetime.now(UTC)
    await feed(client, "status")
    assert datetime.now(UTC) - began >= timedelta(seconds=0.1)
    pages.arm("hang")
    with pytest.raises(httpx.ReadTimeout):
        await client.get("/anthropic/api/v2/status.json")
