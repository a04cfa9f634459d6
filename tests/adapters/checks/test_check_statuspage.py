"""What an outside service says about itself."""

import httpx
import pytest

from bot.adapters.checks.statuspage import Statuspage
from bot.domain.check import Seen
from bot.domain.severity import TABLE
from tests.adapters.render_kit import NOW

SEEN = []


def now():
    return NOW


def feed(indicator="none", description="All Systems Operational", incidents=(), **components):
    listed = [{"name": n.replace("_", " "), "status": s} for n, s in components.items()]
    return {
        "page": {"id": "x", "name": "Claude"},
        "status": {"indicator": indicator, "description": description},
        "components": listed or [{"name": "API", "status": "operational"}],
        "incidents": list(incidents),
    }


def check(answer, url="https://status.test", **more):
    def handle(request):
        SEEN.append(str(request.url))
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, httpx.Response) else httpx.Response(200, json=answer)

    client = httpx.AsyncClient(transport=httpx.MockTransport(handle))
    return Statuspage("claude", url, client, now, **more)


INCIDENT = {"name": "Elevated errors", "impact": "major", "status": "investigating"}


@pytest.mark.parametrize(
    ("answer", "seen", "said"),
    [
        (feed(), Seen.PASS, "says “All Systems Operational”"),
        (feed("minor", "Minor Outage"), Seen.PASS, "says “Minor Outage”"),
        (feed("maintenance", "Under Maintenance"), Seen.PASS, "says “Under Maintenance”"),
        (feed("major", "Partial Outage"), Seen.FAIL, "says “Partial Outage”"),
        (feed("critical", ""), Seen.FAIL, "says “critical”"),
        (feed("purple", None), Seen.PASS, "says “purple”"),
        (
            feed("minor", "Slow", [INCIDENT], API="degraded_performance", Site="operational"),
            Seen.PASS,
            "says “Slow”; API: degraded performance; “Elevated errors” (investigating)",
        ),
        (feed("minor", "x", API="partial_outage"), Seen.FAIL, "API: partial outage"),
        (feed("minor", "x", API="major_outage"), Seen.FAIL, "API: major outage"),
        (feed("minor", "x", API="under_maintenance"), Seen.PASS, "API: under maintenance"),
        (feed("minor", "x", API="on_fire"), Seen.PASS, "API: on fire"),
        (feed("minor", "x", Other="major_outage"), Seen.PASS, "Other: major outage"),
    ],
)
async def test_look(answer, seen, said):
    result = await check(answer, components=(" api",)).look()
    assert (result.service, result.check, result.at) == ("claude", "statuspage", NOW)
    assert (result.seen, result.code) == (seen, "outage" if seen is Seen.FAIL else "")
    assert said in result.detail
    assert ("statuspage", "outage") in TABLE


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (httpx.Response(503), "its status page: HTTP 503"),
        (httpx.Response(404, json=feed("critical")), "its status page: HTTP 404"),
        (httpx.Response(200, text="<html>"), "its status page: its answer is not JSON"),
        (httpx.Response(200, content=b"[" * 100_000), "its status page: its answer is not JSON"),
        ([feed("critical")], "its status page: an answer of an unknown form"),
        ({"status": "critical"}, "its status page: an answer of an unknown form"),
        ({"status": {"indicator": 3}}, "its status page: an answer of an unknown form"),
        (httpx.ReadTimeout("x"), "its status page: no answer in 10 s"),
        (httpx.ConnectError("x"), "its status page: the connection failed"),
    ],
)
async def test_what_cannot_be_read_says_nothing_of_the_service(answer, said):
    result = await check(answer).look()
    assert (result.seen, result.code, result.detail) == (Seen.BLIND, "", said)


@pytest.mark.parametrize(
    "url",
    ["https://status.test", "https://status.test/", "https://status.test/api/v2/summary.json"],
)
async def test_the_page_or_its_feed_may_be_named(url):
    await check(feed(), url).look()
    assert SEEN[-1] == "https://status.test/api/v2/summary.json"


async def test_a_page_that_has_moved_is_followed():
    def handle(request):
        if request.url.host == "old.test":
            moved = {"Location": "https://new.test/api/v2/summary.json"}
            return httpx.Response(301, headers=moved)
        return httpx.Response(200, json=feed("major", "Outage"))

    client = httpx.AsyncClient(transport=httpx.MockTransport(handle))
    assert (await Statuspage("s", "https://old.test", client, now).look()).code == "outage"


async def test_a_long_and_hostile_page_is_one_short_line():
    incidents = [{"name": "a\nb\u202e password=hunter2 " * 50, "status": "x" * 500}] * 90
    names = {f"n{n}": "major_outage" for n in range(90)}
    result = await check(feed("critical", "z" * 900, incidents, **names)).look()
    assert len(result.detail) < 500
    assert "hunter2" not in result.detail
    assert len(result.detail.splitlines()) == 1
