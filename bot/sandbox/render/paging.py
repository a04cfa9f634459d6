"""Cursor pages: wrapped items, each with an opaque cursor; past the end there is nothing."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence

DEFAULT_LIMIT = 20
HIGHEST_LIMIT = 100


def page(
    items: Sequence[dict[str, object]],
    wrapper: str,
    *,
    cursor: str | None,
    limit: int,
    by: str = "id",
) -> list[dict[str, object]]:
    """The items after `cursor`; it names an item by its field `by`: new ones never shift a page."""
    start = 0 if cursor is None else _position(items, by, _opened(cursor)) + 1
    return [
        {wrapper: item, "cursor": _closed(str(item[by]))} for item in items[start : start + limit]
    ]


def _position(items: Sequence[dict[str, object]], by: str, name: str) -> int:
    return next((n for n, item in enumerate(items) if item[by] == name), len(items))


def _closed(name: str) -> str:
    return base64.urlsafe_b64encode(name.encode()).decode()


def _opened(cursor: str) -> str:
    """`ValueError` when it is none of ours."""
    try:
        return base64.b64decode(cursor.encode(), altchars=b"-_", validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise ValueError("invalid cursor") from None
