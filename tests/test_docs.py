"""The documents say what the code does, and lead somewhere."""

import re
from pathlib import Path

import pytest

from bot.domain.check import Patience
from bot.domain.rules import FROM_SERVICE, FROM_UPSTREAM, Rules
from bot.domain.severity import MEANING, TABLE
from bot.settings import House

ROOT = Path(__file__).parents[1]
DETECTION = (ROOT / "docs/detection.md").read_text(encoding="utf-8")
ARCHITECTURE = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
KINDS = {kind for kind, _ in TABLE}


def between(mark):
    return DETECTION.partition(f"<!-- {mark} -->")[2].partition(f"<!-- /{mark} -->")[0]


def cells(text):
    rows = [line for line in text.strip().splitlines() if line.startswith("| ")]
    return [tuple(cell.strip(" `") for cell in row.strip("|").split("|")) for row in rows]


def test_the_severity_table_is_the_real_one():
    rows = cells(between("severities"))[1:]
    real = [(*key, row.severity.value, row.impact, row.reason) for key, row in TABLE.items()]
    assert sorted(rows) == sorted(real)


def test_the_severities_mean_what_the_code_says():
    rows = {row[0]: row[1] for row in cells(DETECTION) if row[0] in {*MEANING}}
    assert rows == {severity.value: meaning for severity, meaning in MEANING.items()}


def test_every_kind_has_its_part_with_all_its_codes():
    part = re.compile(r"^### (\w+)\n\n(Sees.*?|What other.*?)(?=^##|\Z)", re.MULTILINE | re.DOTALL)
    parts = dict(part.findall(DETECTION))
    assert set(parts) == KINDS
    for kind, said in parts.items():
        (listed,) = re.findall(r"^Codes: (.*)\.$", said, re.MULTILINE)
        assert set(re.findall(r"`(\w+)`", listed)) == {c for k, c in TABLE if k == kind}, kind
        assert "Cannot see" in said, kind


def test_there_is_a_place_for_the_nights():
    assert DETECTION.count("<!-- nights -->\n") == DETECTION.count("<!-- /nights -->\n") == 1


def test_the_numbers_in_the_prose_are_the_defaults():
    """Whoever changes one of these has a sentence to change, too."""
    patience, rules, house = Patience(), Rules(), House()
    assert (patience.turns, patience.of) == (4, 20)
    assert (rules.confirm_after.seconds, rules.confirm_at_most.seconds) == (1, 30)
    assert (rules.flaps, rules.flaps_within.seconds) == (3, 3600)
    assert (rules.storm, rules.storm_within.seconds) == (5, 60)
    assert (rules.start_grace.seconds, rules.remind_every.seconds) == (60, 300)
    assert house.checks.http.failures == 3
    assert (house.daily_at, house.day) == (9, (8, 22))


def test_what_may_follow_from_what_is_what_the_code_says():
    said = re.search(
        r"From a service, another's (.*?) may fail; from an upstream, (.*?)\.", DETECTION
    )
    service, upstream = (set(re.findall(r"`(\w+)`", part)) for part in said.groups())
    assert (service, upstream) == (FROM_SERVICE, FROM_UPSTREAM)


def test_the_map_names_every_file_of_the_small_rooms():
    for room in ("domain", "views", "flows", "inbound"):
        for file in (ROOT / "bot" / room).glob("[a-z]*"):
            assert re.search(rf"\b{file.stem}\b", ARCHITECTURE), f"{room}/{file.name}"


def anchors(page):
    heads = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head).strip().lower().replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(page):
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith(("http://", "https://", "mailto:")):
            continue
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        assert there.exists(), target
        assert not anchor or there.suffix != ".md" or anchor in anchors(there), target
