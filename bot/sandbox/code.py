"""What the platform deploys: the commits of main in the git repository of Life OS."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bot.sandbox.render import Commit
from bot.sandbox.repository import Repository


@dataclass(frozen=True)
class Code:
    repository: Repository

    def commits(self) -> list[Commit]:
        """Newest last."""
        found = self.repository.commits()
        return [Commit(one.id, one.message, one.at) for one in reversed(found)]

    def checkout(self, commit_id: str, into: Path) -> None:
        self.repository.checkout(commit_id, into)
