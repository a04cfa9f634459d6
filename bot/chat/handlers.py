"""Turn every update that was taken in into a wish, and answer in one line."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from contextlib import suppress

from telegram import CallbackQuery, Message
from telegram.constants import ChatType
from telegram.error import TelegramError

from bot.chat.buttons import token_of
from bot.chat.client import ODD, Client, understood
from bot.chat.commands import (
    Spoken,
    Typed,
    carry_out,
    spoken,
    typed,
)
from bot.chat.gate import sender, tapper
from bot.chat.reading import asked, number, number_and_rest
from bot.chat.taps import answered
from bot.domain.incident import Refused
from bot.domain.people import Person, Role
from bot.domain.severity import Severity
from bot.flows import desk, question, quiet, wishes
from bot.flows.engine import Bell, News
from bot.ports import IssuedButton, Lane, Post, Unavailable, World
from bot.ports import Update as Kept
from bot.views.silence import covered
from bot.views.status import NextLook

log = logging.getLogger(__name__)

TRIES = 3  # of one update, before it is given up
GIVEN_UP = "No: that failed several times on my side. See the newest card, then try again."
SETTLING = 1.5  # seconds until a message just sent has its number in the store
ANSWER = 200  # characters: Bot API answerCallbackQuery
ANSWER_WITHIN = 5.0  # seconds


class Handlers:
    """One turn handles what waits in the inbox, in the order of arrival."""

    def __init__(
        self, world: World, api: Client, bell: Bell, next_look: NextLook | None = None
    ) -> None:
        self.world, self.api, self.bell, self.next_look = world, api, bell, next_look
        self.tries: Counter[int] = Counter()

    async def turn(self) -> bool:
        waiting = await self.world.store.unhandled()
        for kept in waiting:
            outcome = await self.handle(kept)
            await self.world.store.handled(kept.id, outcome)
            self.tries.pop(kept.id, None)
        if waiting:
            self.bell.ring(News.INCIDENT, News.POST)
        return False

    async def handle(self, kept: Kept) -> str:
        """Return what came of it. What fails again and again is given up, not in the way."""
        self.tries[kept.id] += 1
        if self.tries[kept.id] > TRIES:
            log.error("update.given_up", extra={"update": kept.id})
            return await self.give_up(kept)
        try:
            update = understood(kept.body, self.api)
        except ValueError as odd:
            log.warning("update.unreadable", extra={"update": kept.id, "why": str(odd)[:ANSWER]})
            return "unreadable"
        if update.callback_query:
            return await self.tapped(update.callback_query, f"tg:{kept.id}")
        if update.message:
            return await self.told(update.message, kept.id)
        return "nothing to do"

    async def give_up(self, kept: Kept) -> str:
        """Say so to whoever waits: what is never answered looks as if it were still under way."""
        with suppress(*ODD):
            update = understood(kept.body, self.api)
            if update.callback_query:
                await self.answer(update.callback_query, GIVEN_UP)
            elif update.message and await self.is_for_us(update.message):
                await self.say(spoken(GIVEN_UP), update.message, kept.id)
        return "given up"

    async def is_for_us(self, message: Message) -> bool:
        """Whether it is a command of a person in the on-call chat that names no other bot."""
        command = typed(message)
        if command is None or command.at or sender(message) is None:
            return False
        return message.chat.id == await self.world.store.chat_now(self.world.chat)

    async def tapped(self, query: CallbackQuery, key: str) -> str:
        try:
            said = await self.press(query, key)
        except Refused as no:
            said = f"No: {no}"
        await self.answer(query, said)
        return said

    async def press(self, query: CallbackQuery, key: str) -> str:
        by = tapper(query)
        if by is None:
            raise Refused("only people may tap here")
        wishes.allow(self.world, by, Role.RESPONDER)
        issued = await self.its_button(query)
        return await self.carry_out(issued, by, key)

    async def its_button(self, query: CallbackQuery) -> IssuedButton:
        """Find the button in the store, and see that it was tapped where it was put."""
        token = token_of(query.data)
        issued = await self.world.store.issued(token) if token else None
        if token is None or issued is None:
            raise Refused("that button is not one of mine, or too old")
        if issued.message_id is None:  # tapped quicker than its sending was written down
            await asyncio.sleep(SETTLING)
            issued = await self.world.store.issued(token) or issued
        here = query.message
        home = await self.world.store.chat_now(issued.chat)
        if here is None or (here.chat.id, here.message_id) != (home, issued.message_id):
            raise Refused("that card is out of date; use the newest one")
        return issued

    async def carry_out(self, issued: IssuedButton, by: Person, key: str) -> str:
        world, button = self.world, issued.button
        match button.verb:
            case "ask":
                said = asked(await desk.ask(world, button.incident, button.arg, by, key), key)
            case "approve":
                await desk.approve(world, button.arg, by, key)
                said = "Approved."
            case "deny":
                await desk.deny(world, button.arg, by, key)
                said = "Denied; nothing will be done."
            case "stop":
                await desk.stop(world, button.incident, by, key)
                said = "Stopped: nothing is done by itself here."
            case "ack":
                await desk.acknowledge(world, button.incident, by, key)
                said = "You have it; pages stop."
            case "settle":
                await desk.settle(world, button.incident, int(button.arg), by, key)
                said = "Done; it is off the list."
            case "lift":
                said = f"Heard again: {covered(await quiet.lift(world, int(button.arg), by, key))}."
            case "severity":
                severity = Severity(button.arg)
                await desk.set_severity(world, button.incident, severity, by, key)
                said = f"Severity is {severity}."
            case _:
                said = await answered(world, button, by, key)
        return said

    async def answer(self, query: CallbackQuery, said: str) -> None:
        """Best effort: the decision stands in the store, whatever becomes of the toast."""
        try:
            alert = said.startswith("No: ")
            await query.answer(said[:ANSWER], show_alert=alert, read_timeout=ANSWER_WITHIN)
        except TelegramError as error:
            log.info("tap.unanswered", extra={"error": type(error).__name__})

    async def told(self, message: Message, update_id: int) -> str:
        command, by = typed(message), sender(message)
        if by is None:
            return "not of a person"
        if command is None:
            return await self.replied(message, by, update_id)
        if command.at and command.at.lower() != (await self.own_name()).lower():
            return "meant for another bot"
        home = await self.world.store.chat_now(self.world.chat)
        if command.name == "id":
            said = spoken(f"Your id is {by.id}; this chat's is {message.chat.id}.")
        elif message.chat.id != home and message.chat.type != ChatType.PRIVATE:
            return "a chat that is not ours"
        elif message.chat.id != home:
            said = spoken("I answer in the on-call chat only.")
        elif command.name == "ask":
            id, text = number_and_rest(command.text)
            return await self.asked(message, text, by, update_id, id or await self.about(message))
        else:
            said = await self.in_one_line(command, by, f"tg:{update_id}")
        done = await self.say(said, message, update_id)
        if command.name == "diagnose":
            await question.look_deeper(
                self.world, number(command.text), by, update=update_id, message=message.message_id
            )
        return done

    async def replied(self, message: Message, by: Person, update_id: int) -> str:
        """What answers a message of an incident, and is no command, is a question about it."""
        id = await self.about(message)
        if id is None or not message.text:
            return "neither a command nor a question"
        return await self.asked(message, message.text, by, update_id, id)

    async def about(self, message: Message) -> int | None:
        """The incident of the message that this one replies to, if it is one of ours."""
        above, home = message.reply_to_message, await self.world.store.chat_now(self.world.chat)
        if above is None or message.chat.id != home:
            return None
        return await question.about(self.world, home, above.message_id)

    async def asked(
        self, message: Message, text: str, by: Person, update_id: int, id: int | None
    ) -> str:
        here = message.message_id
        try:
            await question.ask(self.world, text, id, by, update=update_id, message=here)
        except Refused as no:
            return await self.say(spoken(f"No: {no}."), message, update_id)
        return "a question"

    async def say(self, said: Spoken, message: Message, update_id: int) -> str:
        post = Post(
            said.key or f"answer:{update_id}",
            message.chat.id,
            Lane.ANSWER,
            said.message,
            silent=True,  # who asked is looking; the others sleep
            document=said.document,
        )
        await self.world.store.post(post)
        return "answered"

    async def in_one_line(self, command: Typed, by: Person, key: str) -> Spoken:
        try:
            wishes.allow(self.world, by, Role.VIEWER)
            return await carry_out(self.world, command, by, key, self.next_look)
        except Refused as no:
            return spoken(f"No: {no}.")

    async def own_name(self) -> str:
        try:
            return await self.api.own_name()
        except TelegramError as error:
            raise Unavailable(f"Telegram, our own name: {type(error).__name__}") from error
