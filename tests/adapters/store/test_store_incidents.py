from __future__ import annotations

from dataclasses import replace

import pytest
from store_examples import FULL, MINUTE, NOON, Clock, detected, noted, post

from bot.adapters.store import known, open_store
from bot.domain.incident import Event, Incident, Refused
from bot.domain.moves import WHILE_LIVE, Kind, Status
from bot.ports import Stale

CLOSING = (Kind.HEALED, Kind.RECOVERED, Kind.REPORTED)


async def moved_on(store, incident: Incident, *kinds: Kind) -> Incident:
    for kind in kinds:
        incident = await store.record(incident, Event(kind, NOON))
    return incident


async def test_an_incident_opens_with_a_number_and_one_event(store):
    opened = await store.open("svc", detected())
    assert opened == Incident(1, "svc", Status.OPEN, (detected(),))
    assert await store.incident(opened.id) == opened
    assert await store.incident(opened.id + 1) is None


async def test_every_field_of_an_event_comes_back(store):
    incident = await store.record(await store.open("svc", detected()), FULL)
    assert await store.incident(incident.id) == incident
    assert incident.timeline[1] == FULL


async def test_half_a_character_in_a_log_line_does_not_stop_the_record(store):
    incident = await store.record(await store.open("svc", detected()), noted("cut \ud83d here"))
    kept = await store.incident(incident.id)
    assert kept.timeline[1].note == "cut ? here"
    assert await store.proven(incident.id)


async def test_a_service_has_one_live_incident(store):
    incident = await store.open("svc", detected())
    other = await store.open("other", detected())
    for kind in CLOSING:
        with pytest.raises(Stale):
            await store.open("svc", detected())
        incident = await moved_on(store, incident, kind)
    assert incident.status is Status.CLOSED
    again = await store.open("svc", detected())
    assert again.id == other.id + 1


async def test_what_is_open_shows_at_once_what_we_wrote(store):
    assert await store.having(Status.OPEN) == []
    incident = await store.open("svc", detected())
    assert await store.having(Status.OPEN) == [incident]
    incident = await store.record(incident, FULL)
    assert await store.having(Status.OPEN) == [incident]
    await moved_on(store, incident, Kind.HEALED)
    assert await store.having(Status.OPEN) == []


async def test_what_is_open_shows_soon_what_another_process_wrote(url, store, monkeypatch):
    other = await open_store(url, Clock())
    assert await store.having(Status.OPEN) == []
    assert await store.unannounced() == []
    incident = await other.open("svc", detected())
    await other.close()
    monkeypatch.setattr(known, "FRESH", 0.0)  # as when a second has passed
    assert await store.having(Status.OPEN) == [incident]
    assert await store.unannounced() == [(incident, 0)]


async def test_who_was_slower_than_another_process_reads_what_it_wrote(url, store):
    mine = await store.open("svc", detected())
    assert await store.having(Status.OPEN) == [mine]
    other = await open_store(url, Clock())
    theirs = await other.record(mine, Event(Kind.HEALED, NOON))
    await other.close()
    with pytest.raises(Stale):
        await store.record(mine, noted())
    assert await store.having(Status.OPEN) == []
    assert await store.having(Status.VERIFYING) == [theirs]


async def test_every_status_shows_at_once_what_we_wrote(store):
    incident = await store.open("svc", detected())
    for kind in CLOSING:
        assert await store.having(incident.status) == [incident]
        incident = await moved_on(store, incident, kind)
    assert await store.having(*WHILE_LIVE, Status.RESOLVED) == []
    assert await store.having(Status.CLOSED) == [incident]


async def test_of_ten_at_once_one_opens(store, all_at_once):
    done = await all_at_once(*(store.open("svc", detected()) for _ in range(10)))
    assert sum(isinstance(d, Incident) for d in done) == 1
    assert sum(isinstance(d, Stale) for d in done) == 9
    assert len(await store.recent(50)) == 1


async def test_a_refused_opening_uses_up_no_number(store):
    incident = await store.open("svc", detected())
    for _ in range(3):
        with pytest.raises(Stale):
            await store.open("svc", detected())
    await moved_on(store, incident, *CLOSING)
    assert (await store.open("svc", detected())).id == incident.id + 1


async def test_of_ten_records_at_once_one_wins(store, all_at_once):
    incident = await store.open("svc", detected())
    done = await all_at_once(*(store.record(incident, noted(str(n))) for n in range(10)))
    winners = [d for d in done if isinstance(d, Incident)]
    assert len(winners) == 1
    assert sum(isinstance(d, Stale) for d in done) == 9
    assert await store.incident(incident.id) == winners[0]
    assert await store.proven(incident.id)


async def test_an_old_copy_writes_nothing(store, sql):
    old = await store.open("svc", detected())
    new = await store.record(old, noted())
    with pytest.raises(Stale):
        await store.record(old, Event(Kind.HEALED, NOON))
    assert await store.incident(old.id) == new
    assert sql("SELECT count(*) FROM event") == [(2,)]


async def test_an_incident_nobody_opened_is_stale(store):
    with pytest.raises(Stale):
        await store.record(Incident.opened(99, "svc", detected()), noted())


async def test_what_the_table_forbids_is_refused(store, sql):
    incident = await store.open("svc", detected())
    with pytest.raises(Refused):
        await store.record(incident, Event(Kind.RAN, NOON))
    assert sql("SELECT count(*) FROM event") == [(1,)]


async def test_a_relapse_reopens_the_same_incident(store):
    closed = await moved_on(store, await store.open("svc", detected()), *CLOSING)
    reopened = await store.record(closed, detected(NOON + MINUTE))
    assert (reopened.id, reopened.status, reopened.relapses) == (closed.id, Status.OPEN, 1)
    with pytest.raises(Stale):
        await store.open("svc", detected())


async def test_a_relapse_cannot_reopen_beside_a_live_one(store):
    closed = await moved_on(store, await store.open("svc", detected()), *CLOSING)
    live = await store.open("svc", detected())
    with pytest.raises(Stale):
        await store.record(closed, detected(NOON + MINUTE))
    assert await store.incident(closed.id) == closed
    assert await store.having(Status.OPEN) == [live]


async def test_having_lists_by_number(store):
    first = await store.open("a", detected())
    second = await store.open("b", detected())
    third = await moved_on(store, await store.open("c", detected()), Kind.HEALED)
    first = await store.record(first, noted())
    assert await store.having(Status.OPEN) == [first, second]
    assert await store.having(Status.OPEN, Status.VERIFYING) == [first, second, third]
    assert await store.having(Status.CLOSED) == []
    assert await store.having() == []


async def test_latest_is_the_newest_of_the_service(store):
    assert await store.latest("svc") is None
    await moved_on(store, await store.open("svc", detected()), *CLOSING)
    newest = await moved_on(store, await store.open("svc", detected()), *CLOSING)
    await store.open("other", detected())
    assert await store.latest("svc") == newest


async def test_recent_is_newest_first(store):
    opened = [await store.open(name, detected()) for name in "abc"]
    assert await store.recent(2) == opened[:0:-1]


async def test_what_nobody_was_told_of_is_unannounced(store):
    incident = await store.open("svc", detected())
    quiet = await store.open("other", detected())
    assert await store.unannounced() == [(incident, 0), (quiet, 0)]
    await store.announce(quiet, [post("card:2")])
    await store.announce(incident, [post("card:1"), post("page:1")])
    assert await store.unannounced() == []
    assert [p.post.key for p in await store.due(NOON)] == ["card:1", "card:2", "page:1"]
    later = await store.record(incident, noted())
    assert await store.unannounced() == [(later, 1)]
    await store.announce(later, [])
    await store.announce(incident, [])  # an old copy takes nothing back
    assert await store.unannounced() == []


async def test_an_announcement_is_posted_whole_or_not_at_all(store):
    incident = await store.open("svc", detected())
    broken = replace(post("page:1"), chat=2**70)
    with pytest.raises(Exception, match=r"(?i)int"):
        await store.announce(incident, [post("card:1"), broken])
    assert await store.posted("card:1") is None
    assert await store.unannounced() == [(incident, 0)]
