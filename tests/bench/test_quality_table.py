"""How often the analysis is right, on our own labelled sets: the table of docs/quality.md."""

import pytest

from tests.quality.door import say
from tests.quality.page import missing
from tests.quality.table import measured

pytestmark = [pytest.mark.bench, pytest.mark.timeout(900)]


def test_the_table_of_quality():
    figures = measured()
    say(*figures)
    assert not [str(each) for each in figures if not each.holds]
    assert not missing(figures)
