from datetime import UTC, datetime

import pytest

from bot.domain.iso import moment

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2026-03-02T12:00:00Z", NOW),
        ("2026-03-02T12:00:00.1Z", NOW.replace(microsecond=100_000)),
        ("2026-03-02T12:00:00.46045Z", NOW.replace(microsecond=460_450)),
        ("2026-03-02T12:00:00.123456789Z", NOW.replace(microsecond=123_456)),
        ("2026-03-02T14:00:00+02:00", NOW),
        ("2026-03-02T12:00:00", NOW),
        ("yesterday", None),
        ("", None),
        (None, None),
        (1772452800, None),
        ("0001-01-01T00:00:00+14:00", None),
        ("9999-12-31T23:59:59-14:00", None),
    ],
)
def test_times(text, read):
    found = moment(text)
    assert found == read
    assert found is None or found.tzinfo is UTC
