"""The values of those variables that the settings call fit to be shown; no other is ever read."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from bot.adapters.render import Render


async def read_variables(render: Render, id: str, names: Sequence[str]) -> Mapping[str, str | None]:
    """By name; None is not set. Raises Unavailable."""
    values = await asyncio.gather(*(render.variable(id, name) for name in names))
    return dict(zip(names, values, strict=True))
