"""What is taken out of real-shaped lines, and what is left alone: counted on a labelled set."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from bot.domain.redact import redact
from tests.quality.door import Figure
from tests.quality.page import missing

SET = Path(__file__).parent / "redaction"
OURS = {"telegram", "render", "anthropic", "postgres", "github"}
LEAK = 8  # so many characters in a row of a secret that survive are a leak
# Written in two halves, so that no scanner takes the made-up secrets of the set for real ones.
HALVES = re.compile(r"\{\{join:([^|}]*)\|([^}]*)\}\}")


def whole(value):
    if isinstance(value, str):
        return HALVES.sub(r"\1\2", value)
    return [whole(one) for one in value]


def read(name):
    lines = (SET / name).read_text(encoding="utf-8").splitlines()
    return [{key: whole(value) for key, value in json.loads(line).items()} for line in lines]


SECRETS, BENIGN = read("secrets.jsonl"), read("benign.jsonl")
OUR_OWN = [one for one in SECRETS if one["kind"] in OURS]
STAY = [(one["text"], kept) for one in SECRETS for kept in one.get("stay", [])]


def leaks(secret, text):
    size = min(LEAK, len(secret))
    return any(secret[at : at + size] in text for at in range(len(secret) - size + 1))


def survivors(one):
    text = redact(one["text"])
    return [secret for secret in one["gone"] if leaks(secret, text)]


def share(of, among):
    return 1 - len(of) / len(among)


def judged():
    """The lines that leak, the benign ones that are touched, and what was lost beside a secret."""
    leaked = [one for one in SECRETS if survivors(one)]
    touched = [one["text"] for one in BENIGN if redact(one["text"]) != one["text"]]
    return leaked, touched, [(text, kept) for text, kept in STAY if kept not in redact(text)]


def rows():
    """The lines of docs/quality.md."""
    leaked, touched, _ = judged()
    ours = [one for one in leaked if one["kind"] in OURS]
    return [
        Figure("redaction: recall, our stack", len(OUR_OWN) - len(ours), len(OUR_OWN), 0.99),
        Figure("redaction: recall, all", len(SECRETS) - len(leaked), len(SECRETS), 0.98),
        Figure("redaction: harmless lines touched", len(touched), len(BENIGN), 0.01, at_most=True),
    ]


@pytest.fixture(scope="module")
def figures():
    leaked, touched, lost = judged()
    found = {
        "recall, our stack": share([one for one in leaked if one["kind"] in OURS], OUR_OWN),
        "recall, all": share(leaked, SECRETS),
        "benign lines touched": len(touched) / len(BENIGN),
        "text kept beside a secret": share(lost, STAY),
    }
    print(f"\nredaction: {len(SECRETS)} lines with secrets, {len(BENIGN)} benign")  # noqa: T201 - the figures are the point
    for name, value in found.items():
        print(f"  {name:26} {value:.1%}")  # noqa: T201 - the same
    for kind, count in sorted(Counter(one["kind"] for one in leaked).items()):
        print(f"  leaked, {kind}: {count}")  # noqa: T201 - the same
    for said in [one["text"] for one in leaked] + touched + [f"{k!r} of {t}" for t, k in lost]:
        print(f"  ! {said!r}\n    {redact(said)!r}")  # noqa: T201 - the same
    return found


def test_the_set_is_large_enough():
    assert len(SECRETS) + len(BENIGN) >= 250
    assert len(BENIGN) >= 100
    assert len({one["text"] for one in SECRETS + BENIGN}) == len(SECRETS) + len(BENIGN)


def test_no_secret_of_our_stack_survives(figures):
    assert figures["recall, our stack"] >= 0.99


def test_hardly_any_secret_survives(figures):
    assert figures["recall, all"] >= 0.98


def test_harmless_lines_are_left_alone(figures):
    assert figures["benign lines touched"] <= 0.01


def test_what_stands_beside_a_secret_is_kept(figures):
    assert figures["text kept beside a secret"] >= 0.98


def test_the_page_keeps_these_figures():
    assert not missing(rows())


@pytest.mark.parametrize("one", SECRETS, ids=lambda one: one["kind"])
def test_twice_is_once(one):
    text = redact(one["text"])
    assert redact(text) == text
