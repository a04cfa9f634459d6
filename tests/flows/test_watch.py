"""What our own log says of a check: each change of its verdict, once."""

import logging

import pytest

from bot.flows.watch import watch


@pytest.fixture
def looks(world, http_check, clock):
    """Look once for each letter: well, failing or blind."""
    weathers = {
        "+": http_check.heals,
        "-": lambda: http_check.fails("refused", "connection refused"),
        "?": lambda: http_check.blind("no answer"),
    }

    async def go(sky):
        for sign in sky:
            weathers[sign]()
            clock.tick(seconds=30)
            await watch(world, http_check)

    return go


@pytest.mark.parametrize(
    ("sky", "verdicts"),
    [
        ("+", []),  # one look says nothing, and nothing was said before it
        ("++++", ["healthy"]),
        ("-----", ["failing"]),
        ("??????", ["blind"]),
        ("++-++", ["healthy", "unsure", "healthy"]),
        ("++---", ["healthy", "unsure", "failing"]),
        ("++--++", ["healthy", "unsure", "failing", "unsure", "healthy"]),
        ("--?-", ["failing"]),
        ("--???", ["failing", "blind"]),
        ("+-+-+-", []),
    ],
)
async def test_each_change_of_the_verdict_is_one_line(looks, caplog, sky, verdicts):
    with caplog.at_level(logging.INFO, "bot.flows.watch"):
        await looks(sky)
    lines = [r for r in caplog.records if r.message == "check.verdict"]
    assert [line.verdict for line in lines] == verdicts
    assert {(line.service, line.check) for line in lines} <= {("life-os", "http")}


async def test_the_line_says_what_was_seen(looks, caplog):
    with caplog.at_level(logging.INFO, "bot.flows.watch"):
        await looks("--")
    [line] = caplog.records
    assert (line.message, line.detail, line.levelname) == (
        "check.verdict",
        "connection refused",
        "INFO",
    )
