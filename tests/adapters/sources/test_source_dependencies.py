"""How everything stands that is leaned on: from the looks in the store, and nobody is asked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.adapters.sources.dependencies import Dependencies, Leaned
from bot.domain.check import Patience, Result, Seen
from bot.domain.evidence import Found
from bot.domain.incident import Event, Incident
from bot.domain.moves import Kind
from bot.domain.rules import Rules
from bot.domain.severity import Severity
from bot.domain.why.dependencies import Sort, State, read
from bot.ports import Unavailable

NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
RULES = Rules(patience_for={"statuspage": Patience(2, 2), "reach": Patience(2, 2)})
INCIDENT = Incident.opened(1, "life-os", Event(Kind.DETECTED, NOW, severity=Severity.P1))
DATABASE = Leaned("database", Sort.DATABASE, (("life-os", "postgres"),))
ANTHROPIC = Leaned("anthropic", Sort.UPSTREAM, (("anthropic", "statuspage"),))
TELEGRAM = Leaned("telegram", Sort.UPSTREAM, (("telegram", "reach"),))


class FakeStore:
    """The part of the store that keeps looks."""

    def __init__(self):
        self.looks = {}
        self.asked = []

    def saw(self, service, check, sky, code="", detail="", every=30):
        """The newest first: + passes, - fails, ? sees nothing."""
        seen = {"+": Seen.PASS, "-": Seen.FAIL, "?": Seen.BLIND}
        self.looks[service, check] = [
            Result(service, check, seen[s], NOW - timedelta(seconds=n * every), code, detail)
            for n, s in enumerate(sky)
        ]

    async def results(self, service, check, *, since=None, limit=50):
        self.asked.append((service, check, limit))
        found = self.looks.get((service, check), [])
        if isinstance(found, Exception):
            raise found
        return found[:limit]


@pytest.fixture
def store():
    store = FakeStore()
    store.saw("life-os", "postgres", "+" * 10, detail="answers in 0.01 s")
    store.saw("anthropic", "statuspage", "+" * 10, detail="says “All Systems Operational”")
    store.saw("telegram", "reach", "+" * 10, detail="HTTP 200 in 0.10 s")
    return store


async def gathered(store, *leans_on, rules=RULES):
    source = Dependencies("life-os", leans_on, store, rules, lambda: NOW)
    return await source.gather(INCIDENT)


async def test_all_is_well(store):
    found = await gathered(store, DATABASE, ANTHROPIC, TELEGRAM)
    assert (found.id, found.source, found.found) == ("U1", "dependencies", Found.NOTHING)
    assert found.summary == "up: the database, Anthropic, Telegram"
    assert found.lines == ()
    assert [one.state for one in read([found])] == [State.UP] * 3
    assert {limit for _, _, limit in store.asked} == {50}


async def test_one_is_down(store):
    store.saw("anthropic", "statuspage", "----+", "outage", "says “Major Service Outage”", 60)
    found = await gathered(store, DATABASE, ANTHROPIC)
    assert found.found is Found.SOMETHING
    assert found.summary == (
        "Anthropic down since 02:57 UTC: says “Major Service Outage”; up: the database"
    )
    assert found.lines == ("anthropic: says “Major Service Outage”",)
    assert found.fact("anthropic.since") == "2026-03-02T02:57:00+00:00"
    assert found.fact("down") == "anthropic"


async def test_since_when_a_long_outage_lasts_is_looked_up(store):
    store.saw("anthropic", "statuspage", "-" * 200 + "+", "outage", "red", 60)
    found = await gathered(store, ANTHROPIC)
    [one] = read([found])
    assert (one.since, one.longer) == (NOW - timedelta(minutes=199), False)
    assert [limit for *_, limit in store.asked] == [50, 500]
    store.saw("anthropic", "statuspage", "-" * 900, "outage", "red", 60)
    assert "since before 01 Mar 18:41 UTC" in (await gathered(store, ANTHROPIC)).summary


async def test_what_is_blind_stale_or_never_looked_at_is_not_known(store):
    store.saw("anthropic", "statuspage", "???", detail="HTTP 503")
    store.looks["telegram", "reach"] = [
        Result("telegram", "reach", Seen.PASS, NOW - timedelta(minutes=30), "", "HTTP 200")
    ]
    other = Leaned("github", Sort.UPSTREAM, (("github", "statuspage"),))
    found = await gathered(store, ANTHROPIC, TELEGRAM, other)
    assert found.found is Found.SOMETHING
    assert found.summary == (
        "not known: Anthropic (cannot be seen: HTTP 503), Telegram (last looked at 30 min ago),"
        " GitHub (never looked at yet)"
    )
    assert found.fact("unseen") == "anthropic, telegram, github"


async def test_how_fresh_a_look_must_be_is_told(store):
    store.looks["telegram", "reach"] = [
        Result("telegram", "reach", Seen.PASS, NOW - timedelta(minutes=30), "", "HTTP 200")
    ]
    rare = Leaned("telegram", Sort.UPSTREAM, TELEGRAM.looks, fresh_for=timedelta(hours=1))
    assert (await gathered(store, rare)).found is Found.NOTHING


async def test_parts_of_a_page_that_are_used(store):
    said = "says “Partial System Outage”; Console: major outage"
    store.saw("anthropic", "statuspage", "---", "outage", said)
    for component, ours in (("Claude API", "no"), ("Console", "yes")):
        one = Leaned("anthropic", Sort.UPSTREAM, ANTHROPIC.looks, components=(component,))
        assert (await gathered(store, one)).fact("anthropic.ours") == ours
    assert (await gathered(store, ANTHROPIC)).fact("anthropic.ours") is None


async def test_another_service_is_as_bad_as_the_worst_of_its_checks(store):
    store.saw("backend", "http", "+++")
    store.saw("backend", "service", "---", "crashed", "exited with code 1")
    backend = Leaned("backend", Sort.SERVICE, (("backend", "http"), ("backend", "service")))
    found = await gathered(store, backend)
    assert (found.fact("backend.state"), found.fact("backend.said")) == (
        "down",
        "exited with code 1",
    )


async def test_each_check_has_its_own_patience(store):
    store.saw("life-os", "postgres", "--+", "refused", "connection refused")
    assert (await gathered(store, DATABASE)).fact("database.state") == "not known"
    rules = Rules(patience_for={"life-os/postgres": Patience(2, 1)})
    assert (await gathered(store, DATABASE, rules=rules)).fact("database.state") == "down"


async def test_nothing_is_leaned_on(store):
    found = await gathered(store, Leaned("x", Sort.UPSTREAM, ()))
    assert (found.found, found.summary) == (
        Found.NOTHING,
        "it leans on nothing that is watched",
    )


async def test_a_store_that_cannot_be_read(store):
    store.looks["anthropic", "statuspage"] = Unavailable("the store does not answer")
    with pytest.raises(Unavailable):
        await gathered(store, DATABASE, ANTHROPIC)
