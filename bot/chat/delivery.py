"""Put one post on the screen: send it or edit it, in the strongest form Telegram will take."""

from __future__ import annotations

from collections.abc import Iterator

from telegram import Bot, InlineKeyboardMarkup, InputFile, LinkPreviewOptions, ReplyParameters
from telegram.constants import ParseMode
from telegram.error import TelegramError

from bot.chat.outcome import Outcome, outcome
from bot.ports import Posted
from bot.views.message import Message
from bot.views.words import LIMIT, plain, short, units

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
CAPTION = 1024  # characters: Bot API sendDocument
REPEAT = "\n\n↻ Repeat: the first copy is unconfirmed."

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
    limit = CAPTION if posted.post.document else LIMIT
    for text, mode in forms(posted.post.message, repeated=repeated, limit=limit):
        try:
            return await send_form(bot, posted, chat, markup, (text, mode))
        except TelegramError as error:
            if outcome(error) is not Outcome.UNREADABLE:
                raise
            refused = error
    raise refused


async def send_form(
    bot: Bot, posted: Posted, chat: int, markup: InlineKeyboardMarkup | None, form: Form
) -> int:
    text, mode = form
    above = posted.reply_to_id
    reply = ReplyParameters(above, allow_sending_without_reply=True) if above else None
    document = posted.post.document
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
    for text, mode in forms(posted.post.message, repeated=False):
        try:
            await bot.edit_message_text(
                text,
                chat,
                message_id,
                parse_mode=mode,
                reply_markup=markup,
                link_preview_options=NO_PREVIEW,
            )
        except TelegramError as error:
            if outcome(error) is not Outcome.UNREADABLE:
                raise
            refused = error
        else:
            return
    raise refused
