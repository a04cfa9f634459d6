"""Whatever happened is stored in one canonical form and read back as it was."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from store_examples import FULL, FULL_POST, NOON

from bot.adapters.store.codec import CONTENT, EVENT, Content, decode, encode, storable
from bot.adapters.store.tables import EPOCH, Moment
from bot.domain.evidence import Evidence
from bot.domain.incident import Event
from bot.domain.moves import Kind
from bot.domain.remedy import Live, Proposal
from bot.ports import Button, Document, Message, Unavailable

ZONES = st.sampled_from([UTC, timezone(timedelta(hours=-9, minutes=-30))])
TIMES = st.datetimes(datetime(1971, 1, 1), datetime(2200, 1, 1), timezones=ZONES)
PROPOSALS = st.builds(Proposal, expires_at=TIMES, live=st.builds(Live))
EVENTS = st.builds(
    Event,
    at=TIMES,
    expires_at=st.none() | TIMES,
    by_id=st.integers(-(2**52), 2**52),
    evidence=st.lists(st.builds(Evidence), max_size=2).map(tuple),
    proposals=st.lists(PROPOSALS, max_size=2).map(tuple),
    live=st.none() | st.builds(Live),
)
BUTTONS = st.lists(st.builds(Button), max_size=2).map(tuple)
MESSAGES = st.builds(Message, rows=st.lists(BUTTONS, max_size=2).map(tuple))
CONTENTS = st.builds(Content, message=MESSAGES, document=st.none() | st.builds(Document))


def test_the_full_example_leaves_no_field_at_its_default():
    empty = Event(FULL.kind, FULL.at)
    same = {f.name for f in fields(Event) if getattr(FULL, f.name) == getattr(empty, f.name)}
    assert same == {"kind", "at"}


@settings(max_examples=30)
@given(EVENTS)
def test_events_come_back_equal(event):
    assert decode(EVENT, encode(event)) == event


@given(CONTENTS)
def test_contents_come_back_equal(content):
    assert decode(CONTENT, encode(content)) == content


def test_a_post_of_a_time_without_pictures_is_read():
    older = '{"document":null,"message":{"html":"<b>down</b>","minimal":"down","rows":[]}}'
    assert decode(CONTENT, older) == Content(Message("<b>down</b>", "down"))


def test_full_examples_come_back_equal():
    assert decode(EVENT, encode(FULL)) == FULL
    content = Content(FULL_POST.message, FULL_POST.document, FULL_POST.picture)
    assert decode(CONTENT, encode(content)) == content


def test_the_form_is_canonical():
    text = encode(FULL)
    again = json.dumps(json.loads(text), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert text == again
    assert encode(decode(EVENT, text)) == text


def test_an_event_of_an_older_version_is_read_with_defaults():
    old = '{"kind":"noted","at":"2026-05-04T12:00:00+00:00"}'
    assert decode(EVENT, old).note == ""


BEFORE_ROLLBACK = """{
    "kind": "triaged", "at": "2026-05-04T12:00:00+00:00", "by": "watchdog", "by_id": 0, "note": "",
    "key": "", "check": "", "code": "", "severity": null, "offer": "", "ask": "",
    "expires_at": null, "live": null, "phase": null, "step": 0, "evidence": [],
    "proposals": [{
        "id": "3.restart", "action": "restart", "target": "srv-1", "risk": "high",
        "why": "it is down", "effect": "Replaces every running instance.", "evidence": ["S1"],
        "live": {"deploy": "dep-1", "restart": "evt-0", "instances": ["srv-1-a"]},
        "expires_at": "2026-05-04T12:15:00+00:00"
    }]
}"""


def test_an_offer_of_the_version_before_rollbacks_is_read_with_defaults():
    [offer] = decode(EVENT, BEFORE_ROLLBACK).proposals
    assert (offer.id, offer.brief) == ("3.restart", ())
    assert offer.live == Live("dep-1", "evt-0", ("srv-1-a",), auto_deploy="")


def test_a_claim_of_the_version_before_rollbacks_is_read_with_defaults():
    old = """{
        "kind": "started", "at": "2026-05-04T12:00:00+00:00", "offer": "3.restart",
        "live": {"deploy": "dep-1", "restart": "evt-0", "instances": ["srv-1-a"]}
    }"""
    assert decode(EVENT, old).live == Live("dep-1", "evt-0", ("srv-1-a",))


@pytest.mark.parametrize("kind", [Kind.LEFT, Kind.SETTLED])
def test_what_is_left_to_do_comes_back_equal(kind):
    left = Event(kind, NOON, note="Switch auto-deploy on again", step=2)
    assert decode(EVENT, encode(left)) == left


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"kind":"no such","at":"2026-05-04T12:00:00Z"}'])
def test_what_we_never_wrote_is_said_plainly(text):
    with pytest.raises(Unavailable, match="cannot be read") as caught:
        decode(EVENT, text)
    assert caught.value.permanent


@given(st.text(st.characters()))
def test_storable_text_has_no_nul_and_encodes(text):
    kept = storable(text)
    assert kept.encode().decode() == kept
    assert "\x00" not in kept
    assert len(kept) == len(text)


@given(TIMES)
def test_moments_are_exact_to_the_microsecond(time):
    stored = Moment().process_bind_param(time, None)
    assert isinstance(stored, int)
    assert Moment().process_result_value(stored, None) == time


def test_moments_before_the_epoch_and_none():
    assert Moment().process_bind_param(EPOCH - timedelta(microseconds=1), None) == -1
    assert Moment().process_bind_param(None, None) is None
    assert Moment().process_result_value(None, None) is None


def test_a_naive_time_is_a_mistake():
    with pytest.raises(TypeError):
        Moment().process_bind_param(NOON.replace(tzinfo=None), None)
    assert replace(FULL, at=NOON).at == NOON
