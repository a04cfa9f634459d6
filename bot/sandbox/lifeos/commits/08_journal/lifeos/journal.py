"""A journal of what was asked, one line each, on the disk that outlives the instances."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

FILE = Path(os.environ["LIFE_OS_JOURNAL"])


def keep(command: str, user_id: int) -> None:
    """Write it down; `OSError` when the disk takes no more."""
    line = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} /{command} {user_id}\n"
    with FILE.open("ab", buffering=0) as file:
        file.write(line.encode())
