"""Put one post on the screen: send it or edit it, in the strongest form Telegram will take."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator
from dataclasses import replace

from telegram import (
    Bot,
    InlineKeyboardMarkup,
    InputFile,
    InputMediaPhoto,
    LinkPreviewOptions,
    ReplyParameters,
)
from telegram.constants import ParseMode
from telegram.error import TelegramError

from bot.chat.outcome import Outcome, outcome
from bot.ports import Post, Posted
from bot.views.message import Message, Picture
from bot.views.words import LIMIT, plain, short, units

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
CAPTION = 1024  # characters: Bot API sendDocument, sendPhoto
REPEAT = "\n\n↻ Repeat: the first copy is unconfirmed."

REFUSED = "\nTelegram does not take the picture."

Form = tuple[str, ParseMode | None]


def forms(message: Message, *, repeated: bool, limit: int = LIMIT) -> Iterator[Form]:
    """Give HTML, then the same as plain text, then one line that always gets through."""
    mark = REPEAT if repeated else ""
    text = plain(message.html)
    if units(text + mark) <= limit:
        yield message.html + mark, ParseMode.HTML
    yield short(text, limit - 2 * len(mark) - 200) + mark, None
    yield short(plain(message.minimal), 500) + mark, None


async def send(bot: Bot, posted: Posted, chat: int, markup: InlineKeyboardMarkup | None) -> int:
    """Send it as a new message; return its id. Raises TelegramError when no form gets through."""
    repeated = posted.repeated and posted.message_id is None
    for post, form in ladder(posted.post, repeated=repeated):
        try:
            return await send_form(bot, replace(posted, post=post), chat, markup, form)
        except TelegramError as error:
            if outcome(error) is not Outcome.UNREADABLE:
                raise
            refused = error
    raise refused


def ladder(post: Post, *, repeated: bool) -> Iterator[tuple[Post, Form]]:
    """Give every form of the text, with its picture first, if it has one, and then without."""
    limit = CAPTION if post.document or post.picture else LIMIT
    for form in forms(post.message, repeated=repeated, limit=limit):
        yield post, form
    if post.picture:
        told = replace(post.message, html=post.message.html + REFUSED)
        yield from ladder(replace(post, message=told, picture=None), repeated=repeated)


async def send_form(
    bot: Bot, posted: Posted, chat: int, markup: InlineKeyboardMarkup | None, form: Form
) -> int:
    text, mode = form
    above = posted.reply_to_id
    reply = ReplyParameters(above, allow_sending_without_reply=True) if above else None
    document, picture = posted.post.document, posted.post.picture
    if picture:
        sent = await bot.send_photo(
            chat,
            png(picture),
            caption=text,
            parse_mode=mode,
            disable_notification=posted.post.silent,
            reply_parameters=reply,
            reply_markup=markup,
        )
        return sent.message_id
    if document:
        file = InputFile(document.text.encode(), filename=document.name)
        sent = await bot.send_document(
            chat,
            file,
            caption=text,
            parse_mode=mode,
            disable_notification=posted.post.silent,
            reply_parameters=reply,
            reply_markup=markup,
        )
        return sent.message_id
    sent = await bot.send_message(
        chat,
        text,
        parse_mode=mode,
        disable_notification=posted.post.silent,
        reply_parameters=reply,
        reply_markup=markup,
        link_preview_options=NO_PREVIEW,
    )
    return sent.message_id


async def edit(
    bot: Bot, posted: Posted, chat: int, message_id: int, markup: InlineKeyboardMarkup | None
) -> None:
    """Bring the shown message up to date. Raises TelegramError when no form gets through."""
    for post, form in ladder(posted.post, repeated=False):
        try:
            await edit_form(bot, post, (chat, message_id), markup, form)
        except TelegramError as error:
            if outcome(error) is not Outcome.UNREADABLE:
                raise
            refused = error
        else:
            return
    raise refused


async def edit_form(
    bot: Bot, post: Post, place: tuple[int, int], markup: InlineKeyboardMarkup | None, form: Form
) -> None:
    """A picture takes the place of one before it, and of a text (Bot API, editMessageMedia)."""
    (chat, message_id), (text, mode) = place, form
    if post.picture:
        media = InputMediaPhoto(png(post.picture), caption=text, parse_mode=mode)
        await bot.edit_message_media(media, chat, message_id, reply_markup=markup)
        return
    await bot.edit_message_text(
        text,
        chat,
        message_id,
        parse_mode=mode,
        reply_markup=markup,
        link_preview_options=NO_PREVIEW,
    )


def png(picture: Picture) -> InputFile:
    return InputFile(b64decode(picture.png), filename="chart.png", attach=True)
