"""The figures are those of the store, in a form that Prometheus' own parser reads."""

from __future__ import annotations

from dataclasses import replace

import pytest
from inbound_kit import METRICS, spoken_to
from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families

from bot.domain.check import Result, Seen
from bot.domain.incident import Event
from bot.domain.moves import Kind
from bot.domain.severity import Severity
from bot.inbound.health import Health
from bot.inbound.metrics import Metrics
from bot.ports import Unavailable


async def figures(client, **headers):
    answer = await client.get("/metrics", headers=headers)
    assert answer.status_code == 200
    return samples(answer.text)


def samples(text):
    found = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            key = (sample.name, *sorted(sample.labels.values()))
            assert key not in found, key
            found[key] = sample.value
    return found


async def look(house, clock, seen, code="", value=None, times=2, check="http"):
    for _ in range(times):
        await house.world.store.keep(Result("life-os", check, seen, clock(), code, "", value))
        clock.tick(seconds=30)


async def test_a_check_that_fails(http, house, clock):
    await look(house, clock, Seen.FAIL, "slow", 4.5, times=6)
    found = await figures(http)
    assert found["watchdog_check_verdict", "failing", "http", "life-os"] == 1
    assert found["watchdog_check_verdict", "healthy", "http", "life-os"] == 0
    assert found["watchdog_check_look_age_seconds", "http", "life-os"] == 30
    assert found["watchdog_check_value", "http", "life-os"] == 4.5


async def test_before_the_first_look(http):
    found = await figures(http)
    assert found["watchdog_check_verdict", "http", "life-os", "unsure"] == 1
    assert ("watchdog_check_look_age_seconds", "http", "life-os") not in found
    assert ("watchdog_check_value", "http", "life-os") not in found


async def test_the_house_itself(http, house, clock):
    event = Event(Kind.DETECTED, clock(), check="http", code="slow", severity=Severity.P2)
    await house.world.store.open("life-os", event)
    found = await figures(http)
    assert found["watchdog_incidents_open", "P2"] == 1
    assert found["watchdog_incidents_open", "P0"] == 0
    assert found["watchdog_posts_undelivered",] == 0
    assert found["watchdog_looks_total",] == 7
    assert found["watchdog_inbox_age_seconds",] == 3
    assert found["watchdog_ticks_age_seconds",] == 1
    assert found["watchdog_engine_age_seconds",] == 2
    assert found["process_resident_memory_bytes",] > 1_000_000


async def test_never_heard_is_no_figure(http, house):
    house.health = Health(1.0, 1.0)
    assert ("watchdog_inbox_age_seconds",) not in await figures(http)


async def test_it_is_closed_to_those_without_the_token(house):
    async with spoken_to(house.inbound(metrics_token=METRICS)) as client:
        for said in ("", METRICS, "Bearer x", f"Basic {METRICS}", f"Bearer {METRICS}x"):
            assert (
                await client.get("/metrics", headers={"authorization": said})
            ).status_code == 403
        assert await figures(client, authorization=f"bearer {METRICS}")


async def test_hostile_names_are_labels_like_others(world, monotonic, http_check, clock):
    names = ['a"b\\c\nd', "\ud800\u202e", "x" * 300, "x" * 301, "http_password=geheim1234567"]
    checks = []
    for name in names:
        check = type(http_check)(clock, name, "")
        checks.append(check)
    page = Metrics(replace(world, checks=checks), lambda: Health(1.0, 1.0), monotonic)
    text = (await page.page()).decode()
    assert "geheim" not in text
    labels = {
        s.labels["check"]
        for f in text_string_to_metric_families(text)
        for s in f.samples
        if "check" in s.labels
    }
    assert len(labels) == 4  # two have the same first eighty characters
    assert max(map(len, labels)) == 80
    samples(text)


async def test_the_store_is_not_asked_for_every_scrape(world, monotonic, monkeypatch):
    asked = []
    real = world.store.undelivered

    async def counted():
        asked.append(1)
        return await real()

    monkeypatch.setattr(world.store, "undelivered", counted)
    page = Metrics(world, lambda: Health(1.0, 1.0), monotonic)
    first = await page.page()
    assert await page.page() == first
    monotonic.at += 6
    await page.page()
    assert len(asked) == 2


async def test_no_store_no_figures(http, house, monkeypatch):
    async def gone():
        raise Unavailable("the database does not answer")

    monkeypatch.setattr(house.world.store, "undelivered", gone)
    assert (await http.get("/metrics")).status_code == 503


async def test_the_global_registry_is_left_alone(house):
    before = set(REGISTRY._names_to_collectors)
    house.inbound()
    house.inbound()
    assert set(REGISTRY._names_to_collectors) == before


def test_a_weak_metrics_token_is_refused(house):
    with pytest.raises(ValueError, match="metrics token must have at least 32"):
        house.inbound(metrics_token="short")
