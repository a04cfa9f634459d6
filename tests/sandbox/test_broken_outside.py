"""Others really broken by their switches: Claude, Render, networks, a certificate, sites."""

from __future__ import annotations

import asyncio
import ssl
import time
import tomllib

import httpx
import pytest
import pytest_asyncio
from broken_world import opened

from bot.sandbox import cast

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300)]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def home():
    async for one in opened(targets=50):
        yield one


@pytest_asyncio.fixture(loop_scope="module")
async def broken(home):
    yield home
    await home.repair()
    await home.until_well()


async def test_claude_refuses_and_everybody_asks_again(broken):
    await broken.flip("rate-limit")
    await broken.until(lambda: broken.count("anthropic.RateLimitError: Error code: 429") >= 5)
    assert broken.count("/ask failed for user 2001") >= 5
    assert await broken.pending() < 10  # it is not flooded
    await broken.repair()
    await broken.answered()
    said = broken.count("RateLimitError")
    broken.world.telegram.say(cast.UMA.id, cast.UMA.id, "/ask is it over?")
    await broken.until(lambda: broken.count("handled /ask for user"))
    assert broken.count("RateLimitError") <= said + 2  # what was on its way


async def test_claude_is_away_and_its_page_says_so(broken):
    await broken.flip("claude-away")
    broken.world.telegram.say(cast.UMA.id, cast.UMA.id, "/ask is anybody there?")
    await broken.until(lambda: broken.count("anthropic.OverloadedError"))
    assert await indicators(broken) == ["critical", "none", "none"]
    await broken.repair()
    assert await indicators(broken) == ["none"] * 3


async def indicators(broken):
    pages = [f"{broken.world.places.status}/{name}" for name in ("anthropic", "github", "render")]
    answers = [await broken.client.get(f"{page}/api/v2/summary.json") for page in pages]
    return [one.json()["status"]["indicator"] for one in answers]


async def test_render_is_away(broken):
    places = broken.world.places
    address = f"{places.base}/render/v1/services/{places.service_id}"
    key = {"Authorization": f"Bearer {cast.RENDER_KEY}"}
    await broken.flip("render-away")
    assert (await broken.client.get(address, headers=key)).status_code == 503
    await broken.repair()
    assert (await broken.client.get(address, headers=key)).status_code == 200


async def test_the_watchdogs_network_hangs_and_nobody_elses(broken):
    places, journal = broken.world.places, broken.world.render.journal
    await broken.until(lambda: journal)
    await broken.flip("network-away")
    await asyncio.sleep(0.5)  # what was on its way has arrived
    asked = len(journal)
    async with httpx.AsyncClient(timeout=1) as client:
        for path in ("/status/render/api/v2/summary.json", "/edge/life-os/healthz"):
            with pytest.raises(httpx.ReadTimeout):
                await client.get(f"{places.base}{path}")
    assert await broken.is_well()
    await broken.answered()
    assert len(journal) == asked
    await broken.repair()
    await broken.until(lambda: len(journal) > asked)
    assert (await broken.client.get(f"{places.edge}/healthz")).status_code == 200


async def test_the_certificate_ends_soon(broken):
    places = broken.world.places
    trusting = ssl.create_default_context(cafile=str(places.ca_file))

    async def days():
        _, writer = await asyncio.open_connection(places.tls_host, places.tls_port, ssl=trusting)
        ends = ssl.cert_time_to_seconds(writer.get_extra_info("peercert")["notAfter"])
        writer.close()
        return round((ends - time.time()) / 86400)

    assert await days() == 90
    await broken.flip("certificate")
    assert await days() == 5
    await broken.repair()
    assert await days() == 90
    async with httpx.AsyncClient(verify=trusting) as client:
        address = f"https://{places.tls_host}:{places.tls_port}/edge/life-os/healthz"
        assert (await client.get(address)).status_code == 200


async def test_fifty_sites_fail_at_once(broken):
    places = broken.world.places
    told = tomllib.loads(places.config.read_text())["services"]
    watched = {one["name"]: one["checks"][0].get("url") for one in told}
    assert len(watched) == 51
    assert watched["target-50"] == places.target_urls[-1]

    async def statuses():
        return {(await broken.client.get(url)).status_code for url in places.target_urls}

    assert await statuses() == {200}
    await broken.flip("storm")
    assert await statuses() == {500}
    await broken.repair()
    assert await statuses() == {200}
    beyond = await broken.client.get(f"{places.base}/targets/51")
    assert beyond.status_code == 404
