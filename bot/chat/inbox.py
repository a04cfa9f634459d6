"""Take updates in so that none is lost: committed here before Telegram may forget them."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from datetime import datetime

from telegram.error import Conflict, InvalidToken, TelegramError

from bot.chat.client import Client
from bot.flows.engine import Bell, News
from bot.ports import Store, Unavailable, Update

log = logging.getLogger(__name__)


LAST_ID = 2_000_000_000  # of an update (tdlib/td, TQueue::EventId::MAX_ID)


def numbered(update: object) -> Update | None:
    """The update as it is kept; None for one without a sane number, which nobody can confirm."""
    id = update.get("update_id") if isinstance(update, dict) else None
    if type(id) is int and 0 < id <= LAST_ID:
        return Update(id, json.dumps(update))
    log.error("update.unnumbered", extra={"form": type(update).__name__})
    return None


class Inbox:
    """One turn is one long poll.

    The offset is sent only for a batch that is committed, and only once: after a week without
    updates ids begin anew at random, so that no offset may be taken from the store
    (tdlib/telegram-bot-api, TQueue).
    """

    def __init__(self, api: Client, store: Store, bell: Bell, now: Callable[[], datetime]) -> None:
        self.api, self.store, self.bell, self.now = api, store, bell, now
        self.offset: int | None = None
        self.heard_at: datetime | None = None  # the last answer of Telegram, also an empty one

    async def turn(self) -> bool:
        try:
            batch = await self.api.updates(self.offset)
        except TelegramError as error:
            raise Unavailable(await self.reason(error)) from error
        except asyncio.CancelledError:
            await self.fresh_connections()  # it hung: what is left of that connection is poison
            raise
        self.offset, self.heard_at = None, self.now()
        known = [update for one in batch if (update := numbered(one))]
        if known:
            await self.store.take_in(known, self.now())
            self.offset = max(update.id for update in known) + 1
            self.bell.ring(News.UPDATE)
        elif batch:  # it would come again at once, and again
            raise Unavailable("Telegram: updates without a number")
        return True

    async def reason(self, error: TelegramError) -> str:
        """Say what is wrong with polling, and mend what can be mended."""
        text = str(error).lower()
        if isinstance(error, Conflict) and "webhook" in text:
            await self.drop_webhook()
            return "Telegram: a webhook was set for this bot; it is removed"
        if isinstance(error, Conflict):
            return "Telegram 409: somebody else polls with this bot's token"
        if isinstance(error, InvalidToken):
            return "Telegram: the bot's token is not accepted (401 or 404)"
        return f"Telegram: {type(error).__name__}"

    async def drop_webhook(self) -> None:
        try:
            await self.api.delete_webhook(drop_pending_updates=False)
        except TelegramError as error:
            log.warning("webhook.stays", extra={"error": type(error).__name__})

    async def fresh_connections(self) -> None:
        polling = self.api._request[0]  # noqa: SLF001 - PTB gives no other way to renew its pool
        await polling.shutdown()
        await polling.initialize()
