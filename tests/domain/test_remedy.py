"""What is offered, in which order, how long it counts, and when its premise is gone."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.evidence import Evidence, Found
from bot.domain.remedy import Live, Reason, Risk, changed, propose
from bot.domain.rules import Rules

NOW = datetime(2026, 1, 1, 3, 12, tzinfo=UTC)
RULES = Rules(offer_valid=timedelta(minutes=10))
LIVE = Live("dep-1", "evt-1", ("a", "b"))
EVIDENCE = (Evidence("S1", "service", Found.SOMETHING, "crashed"),)


@dataclass(frozen=True)
class Remedy:
    name: str
    risk: Risk
    fits: bool = True
    likely: bool = True
    service: str = "life-os"
    effect: str = "does it"
    radius: str = "everybody"
    undo: str = "nothing to undo"
    takes: str = ""

    def suits(self, evidence, wish=None):
        assert evidence == EVIDENCE
        if not self.fits:
            return None
        brief = (("From", "bbb"), ("Back to", "aaa"))
        return Reason(f"{self.name} fits", "srv-1", ("S1",), LIVE, likely=self.likely, brief=brief)


def test_an_offer_says_what_will_be_run_on_what_and_why():
    [offer] = propose([Remedy("restart", Risk.HIGH)], EVIDENCE, 3, NOW, RULES)
    assert (offer.id, offer.action, offer.target) == ("3.restart", "restart", "srv-1")
    assert (offer.why, offer.effect, offer.evidence) == ("restart fits", "does it", ("S1",))
    assert (offer.risk, offer.live) == (Risk.HIGH, LIVE)
    assert offer.brief == (("From", "bbb"), ("Back to", "aaa"))
    assert offer.expires_at == NOW + timedelta(minutes=10)


def test_mildest_first_and_otherwise_as_they_were_named():
    remedies = [
        Remedy("a", Risk.HIGH),
        Remedy("b", Risk.LOW),
        Remedy("c", Risk.HIGH),
        Remedy("d", Risk.LOW),
    ]
    offers = propose(remedies, EVIDENCE, 1, NOW, RULES)
    assert [o.action for o in offers] == ["b", "d", "a", "c"]


def test_what_the_evidence_points_to_comes_first_however_risky():
    remedies = [
        Remedy("mild", Risk.LOW, likely=False),
        Remedy("bold", Risk.HIGH, likely=False),
        Remedy("sure", Risk.HIGH),
        Remedy("sure and mild", Risk.LOW),
        Remedy("sure too", Risk.HIGH),
    ]
    offers = propose(remedies, EVIDENCE, 1, NOW, RULES)
    assert [o.action for o in offers] == ["sure and mild", "sure", "sure too", "mild", "bold"]


def test_what_does_not_suit_is_not_offered():
    remedies = [Remedy("a", Risk.LOW, fits=False), Remedy("b", Risk.LOW)]
    assert [o.action for o in propose(remedies, EVIDENCE, 1, NOW, RULES)] == ["b"]
    assert propose([], EVIDENCE, 1, NOW, RULES) == ()


def test_two_looks_make_offers_that_cannot_be_confused():
    remedy = Remedy("restart", Risk.HIGH)
    offers = [propose([remedy], EVIDENCE, look, NOW, RULES)[0].id for look in (2, 12)]
    assert offers == ["2.restart", "12.restart"]


@pytest.mark.parametrize(
    ("now", "why"),
    [
        (LIVE, None),
        (Live("dep-1", "evt-1", ("c",)), None),  # instances come and go by themselves
        (Live("dep-2", "evt-1", ("a", "b")), "a newer deploy (dep-2) has appeared since"),
        (Live("dep-1", "evt-2", ("a", "b")), "it has been restarted since"),
        (Live("dep-2", "evt-2", ()), "a newer deploy (dep-2) has appeared since"),
        (replace(LIVE, auto_deploy="off"), None),  # it undoes nothing that was approved
    ],
)
def test_what_has_changed_about_the_target(now, why):
    assert changed(LIVE, now) == why
