"""What an issue and a comment are: kept in memory, numbered from one."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass
class Comment:
    id: int
    author: str
    body: str
    at: datetime


@dataclass
class Issue:
    number: int
    author: str
    title: str
    body: str | None
    labels: list[str]
    at: datetime
    updated_at: datetime
    state: str = "open"
    reason: str | None = None
    closed_at: datetime | None = None
    comments: list[Comment] = field(default_factory=list)
