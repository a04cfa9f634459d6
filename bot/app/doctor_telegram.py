"""The doctor at Telegram: our bot, its chats, the people in them, and the watched bots.

Only getMe, getWebhookInfo, getChat and getChatMember are called, which read (Bot API); getUpdates
would take messages away from the watchdog that runs.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterator
from typing import TypeVar
from urllib.parse import urlsplit

import httpx
from telegram import ChatFullInfo, ChatMember, ChatMemberAdministrator, ChatMemberRestricted
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    RetryAfter,
    TelegramError,
)

from bot.adapters.web import few_words, why
from bot.app.finding import Finding, advice, ok, wrong
from bot.chat.client import Client, client
from bot.settings import House, Settings

T = TypeVar("T")
OURS, CHAT, PEOPLE = "TELEGRAM_BOT_TOKEN", "TELEGRAM_CHAT_ID", "people"
ADDRESS = "TELEGRAM_API_URL"
PATIENCE = 10.0  # seconds of the client
GONE = frozenset({ChatMember.LEFT, ChatMember.BANNED})
# What a proxy or another server than Telegram may make of an answer.
UNKNOWN_FORM = (TypeError, KeyError, AttributeError, ValueError)


class Unheard(Exception):  # noqa: N818 - it says what it is
    """Telegram did not tell: why, for people."""


async def telegram(settings: Settings, house: House) -> list[Finding]:
    """Everything about Telegram; of a token that is refused nothing more is asked."""
    api = client(settings.telegram_bot_token.get_secret_value(), settings.telegram_api_url)
    try:
        found, known = await our_bot(api)
        chats = [settings.telegram_chat_id, *(r.chat for r in house.escalation if r.chat)]
        if known:
            for chat in dict.fromkeys(chats):
                found += await a_chat(api, chat, settings, house)
    finally:
        await api.shutdown()
    watched = await asyncio.gather(*watched_bots(settings, house))
    return [*found, *watched]


async def our_bot(api: Client) -> tuple[list[Finding], bool]:
    """What there is to say, and whether Telegram knows our bot."""
    try:
        me = await told(api.get_me())
    except InvalidToken:
        todo = "Copy the token from @BotFather again, and see that TELEGRAM_API_URL is Telegram."
        return [wrong(OURS, "Telegram knows no bot of this token.", todo)], False
    except (TelegramError, Unheard) as unheard:
        todo = "See that this machine reaches it, and that it is Telegram."
        return [wrong(ADDRESS, f"Telegram does not tell: {reason(unheard)}.", todo)], False
    found = [ok(OURS, f"It is the token of @{me.username}.")]
    return [*found, await our_webhook(api)], True


async def our_webhook(api: Client) -> Finding:
    """A webhook takes away what our polling asks for (Bot API, getUpdates)."""
    about = "our bot's messages"
    try:
        hook = await told(api.get_webhook_info())
    except (TelegramError, Unheard) as unheard:
        return advice(
            about, f"Whether a webhook is set is not told: {reason(unheard)}.", "Ask again."
        )
    if not hook.url:
        return ok(about, "No webhook is set: polling gets them.")
    said = f"A webhook to {host(hook.url)} is set: the watchdog hears nobody."
    return wrong(about, said, "Give the watchdog a bot of its own, or call deleteWebhook once.")


async def a_chat(api: Client, id: int, settings: Settings, house: House) -> list[Finding]:
    """May we write there, what kind is it, and of the on-call chat: who of our people is in it."""
    ours = id == settings.telegram_chat_id
    about = CHAT if ours else f"the chat {id} of escalation"
    try:
        chat = await told(api.get_chat(id))
    except ChatMigrated as moved:
        todo = f"Write {moved.new_chat_id} there."
        return [advice(about, "The group has become a supergroup with a new id.", todo)]
    except (BadRequest, Forbidden):
        todo = "Add our bot to the chat (in a private chat, send it /start), or correct the id."
        return [wrong(about, f"Our bot does not see the chat {id}.", todo)]
    except (TelegramError, Unheard) as unheard:
        todo = "See that this machine reaches TELEGRAM_API_URL."
        return [wrong(about, f"Telegram does not tell: {reason(unheard)}.", todo)]
    found = [await may_write(api, chat, about)]
    return [*found, *await people(api, chat, house)] if ours else found


async def may_write(api: Client, chat: ChatFullInfo, about: str) -> Finding:
    kind = kind_of(chat)
    if chat.type == chat.CHANNEL:
        todo = "Take a group or a private chat: in a channel nobody can answer as a person."
        return wrong(about, f"{kind}.", todo)
    if chat.type == chat.PRIVATE:
        return ok(about, f"{kind}; whether it has blocked us shows only when we write.")
    try:
        us = await told(api.get_chat_member(chat.id, own_id(api)))
    except (TelegramError, Unheard) as unheard:
        todo = "See that our bot is in the group and may send messages there."
        what = f"{kind}; whether we may write is not told: {reason(unheard)}."
        return advice(about, what, todo)
    if us.status in GONE:
        return wrong(about, f"{kind}; our bot is not in it.", "Add our bot to the group.")
    if silenced(chat, us):
        return wrong(about, f"{kind}; our bot may not write there.", "Allow it to send messages.")
    return ok(about, f"{kind}; our bot is {us.status} and may write.")


def silenced(chat: ChatFullInfo, us: ChatMember) -> bool:
    if isinstance(us, ChatMemberRestricted):
        return not us.can_send_messages
    allowed = chat.permissions.can_send_messages if chat.permissions else True
    leads = isinstance(us, ChatMemberAdministrator) or us.status == ChatMember.OWNER
    return allowed is False and not leads


def kind_of(chat: ChatFullInfo) -> str:
    if chat.type == chat.PRIVATE:
        return "A private chat with one person"
    if chat.type == chat.CHANNEL:
        return "A channel"
    return "A group with topics" if chat.is_forum else "A group without topics"


async def people(api: Client, chat: ChatFullInfo, house: House) -> list[Finding]:
    """Whether those who may approve, and those who may be called, can read the chat."""
    deciding = house.people.admins | house.people.responders
    ids = sorted(deciding | {member.id for member in house.roster})
    present: dict[int, bool | None] = {id: id == chat.id for id in ids}
    if chat.type != chat.PRIVATE:
        asked = await asyncio.gather(*(is_there(api, chat.id, id) for id in ids))
        present = dict(zip(ids, asked, strict=True))
    return list(people_found(present, deciding))


def people_found(present: dict[int, bool | None], deciding: frozenset[int]) -> Iterator[Finding]:
    """`present` says of each id whether it is in the chat; None: Telegram does not tell."""
    if not any(present[id] is not False for id in deciding):
        todo = f"Invite one of {listed(deciding)}, or correct TELEGRAM_ADMINS."
        yield wrong(PEOPLE, "Nobody who may approve is in the chat.", todo)
        return
    away = [id for id, there in present.items() if there is False]
    unknown = [id for id, there in present.items() if there is None]
    if away:
        yield advice(PEOPLE, f"Not in the chat: {listed(away)}.", "Invite them, or drop their ids.")
    if unknown:
        todo = "Correct the ids, or make our bot an administrator: then Telegram tells for sure."
        yield advice(PEOPLE, f"Not known in the chat: {listed(unknown)}.", todo)
    if not away and not unknown:
        yield ok(PEOPLE, f"In the chat: {listed(present)}.")


async def is_there(api: Client, chat: int, id: int) -> bool | None:
    """None: not told; of others Telegram answers for sure only administrators (getChatMember)."""
    try:
        member = await told(api.get_chat_member(chat, id))
    except (TelegramError, Unheard):
        return None
    return member.status not in GONE and (
        not isinstance(member, ChatMemberRestricted) or member.is_member
    )


def watched_bots(settings: Settings, house: House) -> Iterator[Awaitable[Finding]]:
    ours = settings.telegram_bot_token.get_secret_value()
    for service in house.services:
        if token := service.bot_token.get_secret_value():
            yield watched_bot(service.name, token, ours, settings.telegram_api_url)


async def watched_bot(service: str, token: str, ours: str, url: str) -> Finding:
    about = f"{service}: its bot's token"
    if token.partition(":")[0] == ours.partition(":")[0]:
        todo = "Give the watchdog a bot of its own: two who poll one bot take turns in hearing."
        return wrong(about, "It is the watchdog's own bot.", todo)
    api = client(token, url)
    try:
        me = await told(api.get_me())
    except InvalidToken:
        return wrong(about, "Telegram knows no bot of this token.", "Copy it from @BotFather.")
    except (TelegramError, Unheard) as unheard:
        return wrong(about, f"Telegram does not tell: {reason(unheard)}.", "Ask again later.")
    finally:
        await api.shutdown()
    return ok(about, f"It is @{me.username}, another bot than ours.")


async def told(asked: Awaitable[T]) -> T:
    """Give what Telegram says; Unheard for what is neither its answer nor its refusal."""
    try:
        return await asked
    except InvalidToken as refused:
        if refused.__cause__ is not None:  # no JSON: somebody else's 404
            raise Unheard("its answer is not that of Telegram") from refused
        raise
    except (BadRequest, Forbidden, ChatMigrated):
        raise
    except TelegramError as error:
        raise Unheard(reason(error)) from error
    except UNKNOWN_FORM as error:
        raise Unheard("an answer of an unknown form") from error


def reason(error: Exception) -> str:
    """Of a connection by its cause: the words about it may hold the address, and that the token."""
    if isinstance(error, Unheard):
        return str(error)
    if isinstance(error.__cause__, httpx.HTTPError | OSError):
        return why(error.__cause__, PATIENCE).detail
    if isinstance(error, RetryAfter):
        return "it asks us to wait"
    return few_words(str(error), 120).rstrip(".")


def listed(ids: object) -> str:
    many = sorted(ids) if isinstance(ids, dict | frozenset | list) else []
    return ", ".join(str(id) for id in many)


def host(url: str) -> str:
    """The host alone: the path of a webhook is often a secret."""
    try:
        return urlsplit(url).hostname or "an unknown host"
    except ValueError:
        return "an unknown host"


def own_id(api: Client) -> int:
    """A token begins with the id of its bot (Bot API, authorizing your bot)."""
    return int(api.token.partition(":")[0])
