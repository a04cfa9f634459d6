"""The models that exist, oldest last, as GET /v1/models shows them.

Ids, context and output: facts of claude.md §3; fields: `ModelInfo` of the anthropic SDK 2.12.
Dates of release are unknown and made up; `capabilities` is left out, as the field allows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Model:
    id: str
    name: str
    line: str
    created: str
    lifecycle: str = "active"
    retires: str | None = None
    max_output: int = 128_000
    context: int = 1_000_000

    def shown(self) -> dict[str, object]:
        retiring = self.lifecycle != "active"
        return {
            "type": "model",
            "id": self.id,
            "display_name": self.name,
            "created_at": self.created,
            "lifecycle": self.lifecycle,
            "line": self.line,
            "deprecated_at": self.created if retiring else None,
            "retires_at": self.retires,
            "max_input_tokens": self.context,
            "max_tokens": self.max_output,
        }


MODELS = (
    Model("claude-sonnet-5-5", "Claude Sonnet 5.5", "sonnet", "2026-09-01T00:00:00Z"),
    Model("claude-haiku-5-5", "Claude Haiku 5.5", "haiku", "2026-09-01T00:00:00Z"),
    Model("claude-opus-5-5", "Claude Opus 5.5", "opus", "2026-08-01T00:00:00Z"),
    Model("claude-fable-5-1", "Claude Fable 5.1", "fable", "2026-07-01T00:00:00Z"),
    Model(
        "claude-sonnet-4-5",
        "Claude Sonnet 4.5",
        "sonnet",
        "2025-09-29T00:00:00Z",
        "deprecated",
        "2026-11-30T00:00:00Z",
        64_000,
        200_000,
    ),
)
BY_ID = {model.id: model for model in MODELS}


def listed(
    models: Sequence[Model], after: str | None, before: str | None, limit: int
) -> dict[str, object]:
    """One page; `after` and `before` name a model of the list, else the page is empty."""
    ids = [model.id for model in models]
    start = ids.index(after) + 1 if after in ids else (len(ids) if after else 0)
    end = ids.index(before) if before in ids else (0 if before else len(ids))
    rows = list(models[start:end])
    page = rows[-limit:] if before else rows[:limit]
    return {
        "data": [model.shown() for model in page],
        "has_more": len(rows) > len(page),
        "first_id": page[0].id if page else None,
        "last_id": page[-1].id if page else None,
    }
