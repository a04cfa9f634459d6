"""The one public door of the analysis that these sets knock at: what `diagnose --json` says."""

from __future__ import annotations

import io
import json
import sys
import tempfile
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from bot.app.diagnose import run_diagnosis


def diagnose(text: str, deploys: str = "") -> dict[str, Any]:
    """What `python -m bot diagnose FILE --json [--deploys FILE]` prints, in this process."""
    out = io.StringIO()
    with tempfile.TemporaryDirectory() as folder:
        log, past = Path(folder, "log"), Path(folder, "deploys.json")
        log.write_bytes(text.encode())  # as it is: \r\n too
        past.write_text(deploys or "[]", "utf-8")
        with redirect_stdout(out):
            run_diagnosis(str(log), str(past), out=Console(file=out), wanted_json=True)
    return json.loads(out.getvalue())


@dataclass(frozen=True)
class Figure:
    """One line of the table: so many of so many, and the limit that holds."""

    name: str
    good: int
    of: int
    limit: float
    at_most: bool = False  # the share may not exceed the limit, instead of having to reach it

    @property
    def share(self) -> float:
        return self.good / self.of if self.of else 0.0

    @property
    def holds(self) -> bool:
        return self.share <= self.limit if self.at_most else self.share >= self.limit

    def __str__(self) -> str:
        sign = "≤" if self.at_most else "≥"
        said = f"{self.good} of {self.of} = {self.share:.1%}"
        return f"{self.name:44} {said:24} {sign} {self.limit:.1%}"


def say(*lines: object) -> None:
    sys.stdout.write("\n" + "\n".join(map(str, lines)) + "\n")


def table(rows: dict[str, tuple[int, int]]) -> list[str]:
    """Kind → (right, all) as lines, the worst first."""
    worst = sorted(rows.items(), key=lambda row: (row[1][0] / row[1][1], row[0]))
    return [f"  {kind:24} {good:4} of {of:4}" for kind, (good, of) in worst]
