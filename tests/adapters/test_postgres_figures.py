"""What a database's figures amount to, of rows that a small one never shows."""

from __future__ import annotations

import pytest

from bot.adapters.postgres_health import (
    RANK,
    Health,
    Limits,
    Symptom,
    crowd,
    encryption,
    replication,
    sessions,
    size,
    slots,
    standby,
    taken,
    together,
    wraparound,
    writes,
)
from bot.adapters.postgres_locks import blocked
from bot.adapters.postgres_queries import DEADLOCKS, Examiner
from bot.adapters.postgres_words import length, said, volume
from bot.domain.redact.marks import MARK
from bot.domain.severity import TABLE

PATIENT = Limits()


def row(pid, blocker, who=None, waits=40, relation="goals"):
    return {"pid": pid, "blocker": blocker, "who": who, "waits": waits, "relation": relation}


@pytest.mark.parametrize(
    ("rows", "detail"),
    [
        (
            [row(1, 9, "report.py", 130), row(2, 9, "report.py"), row(2, 1), row(3, 2)],
            "session 9 (report.py) holds a lock on goals: 3 others wait, the longest 2 min 10 s",
        ),
        ([row(1, 9)], "session 9 holds a lock on goals: 1 other waits, for 40 s"),
        ([row(1, 0)], "a prepared transaction holds a lock on goals: 1 other waits, for 40 s"),
        ([row(1, None)], "somebody holds a lock on goals: 1 other waits, for 40 s"),
        ([row(1, 9, relation=None)], "session 9 holds a lock: 1 other waits, for 40 s"),
        (
            [row(1, 9, "\u202eevil\x1b[1m\npassword=hunter2" + "x" * 99, relation=None)],
            "session 9 (evil password=[secret]) holds a lock: 1 other waits, for 40 s",
        ),
    ],
)
def test_queues_for_locks(rows, detail):
    (found,) = blocked(rows, PATIENT).symptoms
    assert (found.code, MARK.sub("[secret]", found.detail)) == ("blocked", detail)


def test_a_deadlock_that_is_about_to_be_broken_ends_the_walk():
    found = blocked([row(1, 2), row(2, 1)], PATIENT)
    assert found.facts[0] == ("blocked", "2")
    assert found.symptoms


def test_a_short_wait_is_a_figure_only():
    found = blocked([row(1, 9, waits=29)], PATIENT)
    assert found == Health(facts=(("blocked", "1"), ("blocked_longest_s", "29")))


def replica(lag, behind, who="standby1"):
    return {"who": who, "lag": lag, "behind": behind}


def slot(retained, wal_status="extended", *, active=False):
    return {"slot": "s1", "active": active, "wal_status": wal_status, "retained": retained}


@pytest.mark.parametrize(
    ("found", "details"),
    [
        (replication([replica(400, 5e6)], PATIENT), ["6 min 40 s and 4.8 MB behind (limit 5 min)"]),
        (replication([replica(400, 0)], PATIENT), []),  # idle: the lag is that of long ago
        (replication([replica(None, None, None)], PATIENT), []),
        (replication([], PATIENT), []),
        (standby([], PATIENT), []),
        (standby([{"age": 999, "caught_up": True, "receiving": True}], PATIENT), []),
        (
            standby([{"age": 999, "caught_up": False, "receiving": True}], PATIENT),
            ["it is 16 min 39 s behind its primary"],
        ),
        (
            standby([{"age": 999, "caught_up": True, "receiving": False}], PATIENT),
            ["16 min 39 s behind its primary and receives nothing from it"],
        ),
        (standby([{"age": None, "caught_up": True, "receiving": False}], PATIENT), []),
        (slots([slot(2**20)], PATIENT), []),
        (slots([], PATIENT), []),
        (
            slots([slot(3 * 2**30)], PATIENT),
            ["slot s1 keeps 3.0 GB of WAL (limit 2.0 GB) and has no reader"],
        ),
        (slots([slot(3 * 2**30, active=True)], PATIENT), ["of WAL (limit 2.0 GB)"]),
        (slots([slot(None, "lost")], PATIENT), ["slot s1 has lost what it should have kept"]),
    ],
)
def test_replication(found, details):
    assert [one.code for one in found.symptoms] == ["replication"] * len(details)
    for one, detail in zip(found.symptoms, details, strict=True):
        assert one.detail.endswith(detail)


def test_wraparound():
    young = {"name": "app", "age": 200_000_000, "mxid_age": 0}
    old = {"name": "old", "age": 1_100_000_000, "mxid_age": 5}
    assert wraparound([young], PATIENT).symptoms == ()
    (found,) = wraparound([young, old], PATIENT).symptoms
    assert found == Symptom(
        "wraparound", "transaction ids of old run out: 1,100 million (limit 1,000 million)"
    )
    (found,) = wraparound([young | {"mxid_age": 1_000_000_000}], PATIENT).symptoms
    assert found.detail.startswith("multixact ids of app run out")


def test_the_size_is_judged_only_against_a_disk_that_somebody_has_named():
    rows = [{"here": 900 * 2**20, "whole": 950.0 * 2**20}]
    assert size(rows, PATIENT).symptoms == ()
    assert size(rows, Limits(disk_bytes=2 * 2**30)).symptoms == ()
    (found,) = size(rows, Limits(disk_bytes=2**30)).symptoms
    said = "its databases take 950.0 MB of 1.0 GB, 93 % of its disk (limit 90 %)"
    assert found == Symptom("disk", said)


@pytest.mark.parametrize(
    ("standby", "read_only", "source", "counts", "bad"),
    [
        (True, "off", "default", True, True),
        (False, "off", "default", True, False),
        (False, "on", "configuration file", True, True),
        (False, "on", "session", True, False),  # leaked through a pooler, by whomever
        (False, "on", "client", True, False),
        (False, "on", "user", False, False),
    ],
)
def test_what_keeps_it_from_writing(standby, read_only, source, counts, bad):
    row = {"standby": standby, "read_only": read_only, "source": source, "counts": counts}
    found = writes([row])
    assert [one.code for one in found.symptoms] == ["read_only"] * bad
    assert found.facts == (("takes_writes", "no" if bad else "yes"),)


@pytest.mark.parametrize(
    ("rows", "facts", "unseen"),
    [
        ([{"pid": 7, "ssl": True, "version": "TLSv1.3"}], (("tls", "TLSv1.3"),), ()),
        ([{"pid": 7, "ssl": False, "version": None}], (("tls", "none"),), ()),
        (
            [{"pid": 8, "ssl": True, "version": "TLSv1.3"}],
            (("pooler", "yes"),),
            ("TLS (a pooler is in between)",),
        ),
        ([], (), ("TLS (it does not say)",)),
    ],
)
def test_tls(rows, facts, unseen):
    found = encryption(rows, 7)
    assert (found.facts, found.unseen) == (facts, unseen)


def test_a_crowd_of_which_only_the_number_is_known():
    rows = [{"taken": 16, "usable": 17, "who": None, "held": None}]
    found = crowd(rows, PATIENT)
    assert found.symptoms[0].detail == "1 of 17 connections free (limit 90 % taken)"
    assert taken(found) == "it refuses another one, perhaps by a limit of the role, 16 of 17"
    assert taken(Health()) == "every connection is taken"


def test_the_sessions_of_nobody():
    assert sessions([], PATIENT).symptoms == ()


def test_deadlocks_are_counted_from_a_while_ago_and_never_fail():
    now = [0.0]
    examiner = Examiner(PATIENT, clock=lambda: now[0])

    def deadlocks(at, number, reset=None):
        now[0] = at
        found = examiner._judge(DEADLOCKS, [{"count": number, "reset": reset}], 7)
        assert found.symptoms == ()
        return dict(found.facts)["deadlocks"], found.lines

    assert deadlocks(0, 5) == ("0", ())
    assert deadlocks(100, 6) == ("1", ("1 deadlock in the last 1 min 40 s",))
    assert deadlocks(650, 8) == ("2", ("2 deadlocks in the last 9 min 10 s",))
    assert deadlocks(660, 1, "reset") == ("0", ())
    assert deadlocks(661, 3, "reset") == ("2", ("2 deadlocks in the last 1 s",))
    assert deadlocks(670, 0, "reset") == ("0", ())  # the statistics were lost in a crash


def test_every_rank_has_a_row_and_the_worst_is_first():
    assert all(("postgres", code) in TABLE for code in RANK)
    severities = [TABLE["postgres", code].severity for code in RANK]
    assert severities == sorted(severities)
    parts = [Health((Symptom("slow", "b"),)), Health((Symptom("blocked", "a"),), unseen=("x",))]
    found = together([*parts, Health(unseen=("x",))])
    assert [one.code for one in found.symptoms] == ["blocked", "slow"]
    assert found.unseen == ("x",)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 s"),
        (45.9, "45 s"),
        (60, "1 min"),
        (130, "2 min 10 s"),
        (3605, "1 h"),
        (11_100, "3 h 5 min"),
        (183_600, "2 d 3 h"),
    ],
)
def test_lengths(seconds, said):
    assert length(seconds) == said


def test_volumes_and_names():
    assert [volume(n) for n in (2048, 3 * 2**20, 1.5 * 2**30)] == ["2 kB", "3.0 MB", "1.5 GB"]
    assert said("a\n\x1b[31mb" + "c" * 99) == "a b" + "c" * 37
