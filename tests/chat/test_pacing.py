"""How fast Telegram is spoken to, with a clock that only we move."""

import pytest

from bot.chat.pacing import Bucket, Pace, Pacing

PRIVATE, OTHER, GROUP = 42, 43, -100123
PACE = Pace(private=1.0, group=0.5, overall=10.0, burst=3, private_burst=3, edit_every=2.0)


class Clock:
    def __init__(self):
        self.at = 100.0

    def __call__(self):
        return self.at


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def pacing(clock):
    return Pacing(PACE, clock)


def sent(pacing, chat, tries=20):
    return sum(pacing.may_send(chat) for _ in range(tries))


@pytest.mark.parametrize(
    ("seconds", "allowed"), [(0, 0), (0.5, 0), (1, 1), (2, 2), (2.5, 2), (60, 3)]
)
def test_a_burst_and_then_the_rate(clock, pacing, seconds, allowed):
    assert sent(pacing, PRIVATE) == 3
    clock.at += seconds
    assert sent(pacing, PRIVATE) == allowed


@pytest.mark.parametrize(("chat", "allowed"), [(PRIVATE, 2), (GROUP, 1)])
def test_a_group_is_slower_than_a_person(clock, pacing, chat, allowed):
    sent(pacing, chat)
    clock.at += 2
    assert sent(pacing, chat) == allowed


def test_over_a_long_time_the_rate_holds(clock, pacing):
    total = 0
    for _ in range(600):
        clock.at += 0.1
        total += sent(pacing, GROUP, 2)
    assert 3 + 60 * 0.5 - 1 <= total <= 3 + 60 * 0.5


def test_one_chat_does_not_slow_another(pacing):
    assert sent(pacing, PRIVATE) == 3
    assert sent(pacing, OTHER) == 3


def test_all_chats_together_have_a_limit(clock, pacing):
    assert sum(sent(pacing, chat) for chat in range(1, 21)) == 10
    clock.at += 1
    assert sum(sent(pacing, chat) for chat in range(31, 51)) == 10


def test_a_pause_holds_for_its_chat_only(clock, pacing):
    pacing.pause(PRIVATE, 30)
    clock.at += 29.9
    assert not pacing.may_send(PRIVATE)
    assert not pacing.may_edit(PRIVATE, "card:1:0")
    assert pacing.may_send(OTHER)
    clock.at += 0.1
    assert pacing.may_send(PRIVATE)


def test_one_message_is_edited_now_and_then_only(clock, pacing):
    assert pacing.may_edit(PRIVATE, "card:1:0")
    clock.at += 1.9
    assert not pacing.may_edit(PRIVATE, "card:1:0")
    assert pacing.may_edit(PRIVATE, "log:1:0")
    clock.at += 0.1
    assert pacing.may_edit(PRIVATE, "card:1:0")


def test_edits_count_as_messages(pacing):
    assert [pacing.may_edit(PRIVATE, f"card:{n}:0") for n in range(4)] == [True, True, True, False]
    assert not pacing.may_send(PRIVATE)


def test_an_edit_that_was_held_back_is_not_counted_as_made(clock, pacing):
    sent(pacing, PRIVATE)
    assert not pacing.may_edit(PRIVATE, "card:1:0")
    clock.at += 1
    assert pacing.may_edit(PRIVATE, "card:1:0")


def test_a_bucket_never_holds_more_than_its_burst():
    bucket = Bucket(rate=1.0, burst=2)
    assert [bucket.take(0), bucket.take(0), bucket.take(0)] == [True, True, False]
    assert [bucket.take(1000), bucket.take(1000), bucket.take(1000)] == [True, True, False]


def test_a_person_is_never_sent_two_at_once(clock):
    pacing = Pacing(Pace(), clock)
    assert sent(pacing, PRIVATE) == 1
    clock.at += 60
    assert sent(pacing, PRIVATE) == 1


def test_after_a_rest_that_was_asked_for_nothing_is_saved_up(clock, pacing):
    pacing.pause(GROUP, 2)
    clock.at += 2
    assert sent(pacing, GROUP) == 1


def test_the_figures_are_those_that_telegram_advises():
    pace = Pace()
    assert pace.private <= 1.0
    assert pace.group * 60 <= 20
    assert pace.overall <= 30
