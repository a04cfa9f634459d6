"""Get every post onto the screen: one at a time, the most urgent first, none forgotten."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from telegram import Bot, InlineKeyboardMarkup
from telegram.error import ChatMigrated, RetryAfter, TelegramError

from bot.chat.buttons import every_button, keyboard
from bot.chat.delivery import edit, send
from bot.chat.outcome import Outcome, outcome, wait_of
from bot.chat.pacing import Pacing
from bot.ports import Lane, Posted, Stale, Store

log = logging.getLogger(__name__)

LONGEST = timedelta(seconds=60)
WHILE_BLOCKED = timedelta(minutes=5)  # a person must unblock us; then it should arrive soon


class Outbox:
    """One turn sends one post.

    A post is claimed (committed as `sending`) before the request leaves: what a crash leaves in
    that state may have arrived, and Telegram has no key by which to ask. So what must arrive is
    sent once more and marked as a repeat; the rest is not.
    """

    def __init__(self, bot: Bot, store: Store, pacing: Pacing, now: Callable[[], datetime]) -> None:
        self.bot, self.store, self.pacing, self.now = bot, store, pacing, now
        self.recovered = False

    async def turn(self) -> bool:
        if not self.recovered:
            await self.recover()
        for posted in await self.store.due(self.now()):
            if self.may_go(posted):
                await self.deliver(posted)
                return True
        return False

    async def recover(self) -> None:
        """At start: what was being sent when the process stopped may have arrived."""
        for posted in await self.store.interrupted():
            await self.unconfirmed(posted, "the process stopped while sending")
        self.recovered = True

    def may_go(self, posted: Posted) -> bool:
        chat, urgent = posted.post.chat, posted.post.lane is Lane.STORM
        if posted.message_id is None:
            return self.pacing.may_send(chat, urgent=urgent)
        return self.pacing.may_edit(chat, posted.post.key, urgent=urgent)

    async def deliver(self, posted: Posted) -> None:
        post = posted.post
        tokens = await self.store.issue(post.key, every_button(post.message))
        chat = await self.store.chat_now(post.chat)
        try:
            claimed = await self.store.sending(posted)
        except Stale:
            return  # its wish has changed meanwhile: the next turn sends the newer one
        markup = keyboard(post.message, tokens)
        try:
            message_id = await self.call(claimed, chat, markup)
        except TelegramError as error:
            await self.failed(claimed, error)
        except (KeyError, TypeError, ValueError) as error:  # a 2xx that PTB cannot read: facts §4
            await self.unconfirmed(claimed, f"unreadable answer: {type(error).__name__}")
        else:
            await self.store.sent(claimed, message_id, self.now())

    async def call(self, posted: Posted, chat: int, markup: InlineKeyboardMarkup | None) -> int:
        if posted.message_id is None:
            return await send(self.bot, posted, chat, markup)
        await edit(self.bot, posted, chat, posted.message_id, markup)
        return posted.message_id

    async def failed(self, posted: Posted, error: TelegramError) -> None:
        found = outcome(error)
        log.warning("post.failed", extra={"post": posted.post.key, "outcome": found.name})
        if found is Outcome.DONE and posted.message_id is not None:
            await self.store.sent(posted, posted.message_id, self.now())
        elif found is Outcome.GONE:
            await self.store.resend(posted)
        elif found is Outcome.MOVED and isinstance(error, ChatMigrated):
            await self.store.moved(posted.post.chat, error.new_chat_id)
            await self.again(posted, timedelta(), str(error))
        elif found is Outcome.FLOODED and isinstance(error, RetryAfter):
            self.pacing.pause(posted.post.chat, wait_of(error))
            await self.again(posted, timedelta(seconds=wait_of(error)), "flood limit")
        elif found is Outcome.AMBIGUOUS:
            await self.unconfirmed(posted, f"{type(error).__name__}")
        elif found is Outcome.NOT_DONE:
            await self.again(posted, backoff(posted), f"{type(error).__name__}")
        else:
            await self.refused(posted, found, str(error))

    async def refused(self, posted: Posted, found: Outcome, error: str) -> None:
        """Telegram says no until a person changes something (or to every form of the text)."""
        log.error("post.refused", extra={"post": posted.post.key, "why": found.name})
        if posted.post.lane.must_arrive:
            await self.again(posted, WHILE_BLOCKED, error)
        else:
            await self.store.dead(posted, error)

    async def unconfirmed(self, posted: Posted, error: str) -> None:
        if posted.message_id is not None:  # an edit may be repeated: it only says how it should be
            await self.again(posted, backoff(posted), error)
        elif posted.post.lane.must_arrive:
            at = self.now() + (backoff(posted) if posted.repeated else timedelta())
            await self.store.later(posted, at, error, repeated=True)
        else:
            await self.store.dead(posted, f"unconfirmed: {error}")

    async def again(self, posted: Posted, after: timedelta, error: str) -> None:
        await self.store.later(posted, self.now() + after, error)


def backoff(posted: Posted) -> timedelta:
    """1, 2, 4 … seconds, a minute at most."""
    return min(LONGEST, timedelta(seconds=2 ** min(posted.attempts, 10) / 2))
