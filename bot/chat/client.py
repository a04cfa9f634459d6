"""The Bot API client: python-telegram-bot's, with deadlines of ours and updates kept raw."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import nullcontext, suppress
from datetime import timedelta
from typing import Any

from telegram import Bot, MessageEntity, Update
from telegram.error import ChatMigrated, NetworkError, RetryAfter
from telegram.request import HTTPXRequest

POLL = 25  # seconds a long poll waits; the server caps it at 50
MARGIN = 10.0  # seconds on top before a silent connection counts as dead
UPLOAD = 10.0  # seconds for a file: what waits behind it may be a page
WANTED = ("message", "callback_query", "my_chat_member")  # the server remembers: always send it
LONGEST_WAIT = 3_600  # seconds that a flood limit is believed: an odd one must not end all posts
NUMBERS = 2**53  # ids have 52 significant bits at most (Bot API, Chat and User)

# What we read of an answer, and of which type it must be (Bot API); "?" marks what may be missing
# or null, "~" what may have another form, too: a command must not be lost for what it replies to.
# The rest may have any form: it is left out before PTB, which checks no type, reads it.
USER = {"id": int, "is_bot": bool, "first_name": str}
CHAT = {"id": int, "type": str}
SENT = {"message_id": int, "date": int, "chat": CHAT}
ENTITY = {"type": str, "offset": int, "length": int}
SAID = {"from?": USER, "sender_chat?": CHAT, "text?": str, "entities?": [ENTITY]}
MESSAGE = SENT | SAID | {"reply_to_message~": SENT}
TAP = {"id": str, "from": USER, "message?": SENT, "chat_instance": str, "data?": str}
UPDATE = {"update_id": int, "message?": MESSAGE, "callback_query?": TAP}
SENDS = ("sendMessage", "sendDocument", "sendPhoto", "editMessageText", "editMessageMedia")
ANSWERS = dict.fromkeys(SENDS, SENT)
# What PTB raises when an answer is no object, or its parts are of other types than it thinks.
ODD = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


class Client(Bot):
    """`updates` gives what getUpdates answered as it came: one odd update spoils no batch.

    An answer of an unknown form raises telegram.error.NetworkError: what it stands for may be done.
    """

    async def updates(self, offset: int | None, wait: int = POLL) -> Sequence[object]:
        """Long-poll. `offset` confirms everything below it for good (Bot API getUpdates).

        Raises telegram.error.TelegramError.
        """
        data = {"offset": offset, "timeout": wait, "allowed_updates": list(WANTED)}
        result = await self._post("getUpdates", data, read_timeout=wait + MARGIN)
        if not isinstance(result, list):
            raise NetworkError("an answer of an unknown form")
        return result

    async def own_name(self) -> str:
        """Our @name without the @. Raises telegram.error.TelegramError."""
        me = await self._post("getMe")
        name = me.get("username") if isinstance(me, Mapping) else None
        if not isinstance(name, str):
            raise NetworkError("an answer of an unknown form")
        return name

    async def _do_post(self, endpoint: str, data: dict[str, Any], **timeouts: Any) -> Any:  # noqa: ANN401 - PTB's own form
        try:
            result = await super()._do_post(endpoint, data, **timeouts)
            shape = ANSWERS.get(endpoint)
            return result if shape is None or result is True else cut(result, shape)
        except RetryAfter as wait:
            raise RetryAfter(round(min(max(seconds(wait), 1), LONGEST_WAIT))) from wait
        except ChatMigrated as moved:
            if type(moved.new_chat_id) is int:
                raise
            raise NetworkError("a group moved to an unknown form of id") from moved
        except ODD as error:
            raise NetworkError("an answer of an unknown form") from error


def seconds(wait: RetryAfter) -> float:
    """PTB gives a number or a timedelta."""
    asked = wait.retry_after
    return asked.total_seconds() if isinstance(asked, timedelta) else float(asked)


def understood(body: str, api: Bot) -> Update:
    """Read an update as it was kept. Raises ValueError when what we need of it has another form."""
    try:
        update = Update.de_json(cut(json.loads(body), UPDATE), api)
    except (ArithmeticError, OSError, RecursionError) as error:  # a date of no calendar; no bottom
        raise ValueError("beyond any calendar or depth") from error
    if update.message and update.message.entities:
        if update.message.text is None:
            raise ValueError("marks of a text that is not there")
        commands = update.message.parse_entities([MessageEntity.BOT_COMMAND])
        if not all(text.startswith("/") for text in commands.values()):
            raise ValueError("a command that is none")
    return update


def cut(value: object, shape: object) -> Any:  # noqa: ANN401 - as JSON as what it is cut from
    """Return only what the shape names. Raises ValueError where something has another type."""
    if isinstance(shape, dict) and isinstance(value, dict):
        found = {}
        for key, inner in shape.items():
            name = key.rstrip("?~")
            if value.get(name) is None and name != key:
                continue
            with suppress(ValueError) if key.endswith("~") else nullcontext():
                found[name] = cut(value.get(name), inner)
        return found
    if isinstance(shape, list) and isinstance(value, list):
        return [cut(item, shape[0]) for item in value]
    if type(value) is not shape or (isinstance(value, int) and abs(value) >= NUMBERS):
        raise ValueError("of another type than the Bot API says")
    return value.encode(errors="replace").decode() if isinstance(value, str) else value


def client(token: str, api_url: str) -> Client:
    """Build a client for the Bot API at `api_url` (https://api.telegram.org, or another)."""
    base = api_url.rstrip("/")
    return Client(
        token,
        base_url=f"{base}/bot",
        base_file_url=f"{base}/file/bot",
        request=HTTPXRequest(
            connection_pool_size=8, connect_timeout=5, read_timeout=10, media_write_timeout=UPLOAD
        ),
        get_updates_request=HTTPXRequest(connection_pool_size=4, connect_timeout=5),
    )
