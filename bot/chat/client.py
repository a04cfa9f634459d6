"""The Bot API client: python-telegram-bot's, with deadlines of ours and updates kept raw."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from telegram import Bot
from telegram.request import HTTPXRequest

POLL = 25  # seconds a long poll waits; the server caps it at 50
MARGIN = 10.0  # seconds on top before a silent connection counts as dead
WANTED = ("message", "callback_query", "my_chat_member")  # the server remembers: always send it


class Client(Bot):
    """`updates` gives what getUpdates answered as it came: one odd update spoils no batch."""

    async def updates(self, offset: int | None, wait: int = POLL) -> Sequence[dict[str, Any]]:
        """Long-poll. `offset` confirms everything below it for good (Bot API getUpdates).

        Raises telegram.error.TelegramError.
        """
        data = {"offset": offset, "timeout": wait, "allowed_updates": list(WANTED)}
        result = await self._post("getUpdates", data, read_timeout=wait + MARGIN)
        return list(result)


def client(token: str, api_url: str) -> Client:
    """Build a client for the Bot API at `api_url` (https://api.telegram.org, or another)."""
    base = api_url.rstrip("/")
    return Client(
        token,
        base_url=f"{base}/bot",
        base_file_url=f"{base}/file/bot",
        request=HTTPXRequest(connection_pool_size=8, connect_timeout=5, read_timeout=10),
        get_updates_request=HTTPXRequest(connection_pool_size=4, connect_timeout=5),
    )
