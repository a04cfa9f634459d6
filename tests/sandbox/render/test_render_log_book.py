"""What the log book does not show: lines that are late, too old or too many."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.sandbox.pace import Pace
from bot.sandbox.render.account import Account
from bot.sandbox.render.logs import LINES_PER_MINUTE, LogBook, Query
from bot.sandbox.render.state import Person
from bot.sandbox.render.times import now

APP = {"resource": "srv-a", "instance": "srv-a-1", "type": "app", "level": "info"}


@pytest.fixture
def asked():
    at = now()
    return Query(frozenset({"srv-a"}), at - timedelta(days=30), at, backward=False, limit=100)


def texts(book, query):
    return [line["message"] for line in book.page(query)["logs"]]


def test_late_lines_come_later(asked):
    book = LogBook()
    book.write(now() - timedelta(seconds=90), "early", APP)
    book.write(now() - timedelta(seconds=30), "late", APP)
    book.lag = timedelta(seconds=60)
    assert texts(book, asked) == ["early"]
    assert book.values(asked, "instance") == ["srv-a-1"]
    assert [line.text for line in book.tail("srv-a", 5)] == ["early", "late"]
    late = book.tail("srv-a", 1)[0]
    assert 25 < book.lag_left(late) <= 30
    book.lag = timedelta(seconds=20)
    assert texts(book, asked) == ["early", "late"]


def test_old_lines_are_gone(asked):
    book = LogBook()
    for days in (8, 6):
        book.write(now() - timedelta(days=days), f"{days} days old", APP)
    assert texts(book, asked) == ["6 days old"]
    book.retention = timedelta(days=1)
    assert texts(book, asked) == []


def test_too_many_lines_of_one_instance_are_dropped_silently(asked):
    book, at = LogBook(per_minute=3), (now() - timedelta(hours=1)).replace(second=0, microsecond=0)
    for number in range(5):
        book.write(at + timedelta(seconds=number), str(number), APP)
    book.write(at + timedelta(seconds=9), "another", {**APP, "instance": "srv-a-2"})
    book.write(at + timedelta(seconds=10), "build", {"resource": "srv-a", "type": "build"})
    book.write(at + timedelta(seconds=61), "next minute", APP)
    assert texts(book, asked) == ["0", "1", "2", "another", "build", "next minute"]


async def test_the_allowance_is_of_the_world_s_minutes():
    account = Account(Pace(20), "tea-1", Person("usr-1", "A", "a@example.com"))
    assert account.logs.per_minute == 20 * LINES_PER_MINUTE
