"""Changes that break nothing, and what the practice world reads in the watchdog's own log."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from bot.sandbox import cast, history
from bot.sandbox.plan import Places, watchdog_environment
from bot.sandbox.render.history import History
from bot.sandbox.seen import Note, Seen
from bot.sandbox.switches import BY_NAME

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
GREETING = "lifeos/features/start.py"


@pytest.fixture
def world(tmp_path):
    pushed = []
    service = SimpleNamespace(pushed=lambda: pushed.append(1))
    repository = history.build(tmp_path / "git", NOW)
    return SimpleNamespace(repository=repository, service=service, pushed=pushed)


async def test_each_harmless_push_is_a_new_commit_that_changes_words_alone(world):
    said = [world.repository.files("main")[GREETING]]
    for _ in range(3):
        before = world.repository.branches["main"]
        await BY_NAME["harmless-deploy"].flip(world)
        [change] = world.repository.changes(before, "main")
        assert (change.path, change.additions, change.deletions) == (GREETING, 1, 1)
        said.append(world.repository.files("main")[GREETING])
    assert said[0] == said[2] != said[1] == said[3]
    assert len(world.pushed) == 3


async def test_the_fix_of_a_bad_push_leaves_a_harmless_one_alone(world):
    await BY_NAME["harmless-deploy"].flip(world)
    words = world.repository.files("main")[GREETING]
    await BY_NAME["bad-deploy"].flip(world)
    await BY_NAME["push-fix"].flip(world)
    assert world.repository.files("main")[GREETING] == words
    assert world.repository.commit("main").subject.startswith('Revert "Send a weekly summary')


def test_nobody_has_deployed_for_days():
    book = History("srv-1", lambda: None)
    deploy = book.open_deploy(None, "other", "created")
    book.go_live(deploy.id)
    live = book.deploys[deploy.id]
    book.backdate(timedelta(days=3))
    old = book.deploys[deploy.id]
    assert live.created_at - old.created_at == live.finished_at - old.finished_at
    assert live.created_at - old.created_at == timedelta(days=3)
    assert old.status == "live"


def test_what_the_watchdog_took_for_the_cause_is_read_from_its_log():
    seen = Seen()
    line = "INFO cause.settled incident=3 look=investigated category=tls sure=likely by=rules"
    seen.hear(NOW, line)
    seen.hear(NOW, "INFO cause.unsettled incident=4")
    assert seen.notes == [Note(3, "investigated", "tls", "likely", "rules")]


@pytest.mark.parametrize(("asks", "key"), [(True, cast.CLAUDE_KEY), (False, "")])
def test_the_watchdog_has_a_key_for_claude_only_where_it_is_wished(tmp_path, asks, key):
    where = ("http://127.0.0.1:1", "srv-1", "dpg-1", "postgresql://", "sqlite://")
    places = Places(tmp_path, *where, ca_file=tmp_path / "ca.pem", tls_port=1, asks_claude=asks)
    told = watchdog_environment(places, {"ANTHROPIC_API_KEY": "the developer's own"})
    assert told["ANTHROPIC_API_KEY"] == key
    assert told["ANTHROPIC_BASE_URL"] == "http://127.0.0.1:1/anthropic"
