"""Telegram as far as taps go: what stands on every screen, what people do to it, what we answer."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass

from telegram.error import NetworkError
from telegram.request import BaseRequest

from bot.chat.client import Client
from tests.cast import CHAT

TOKEN = "700:watchdog-token-of-the-tests-0000000000"
HOME = {"id": CHAT, "type": "supergroup", "title": "On call"}
EPOCH = 1_767_237_120


@dataclass(frozen=True)
class Shown:
    """A button as it once stood on a message."""

    message: int
    label: str
    data: str


@dataclass(frozen=True)
class Deed:
    """What a person has sent: `what` is the button's data or the text; `query` is of a tap."""

    update: int
    person: int
    what: str
    message: int
    query: str = ""


class Telegram:
    """Keeps every update until it is confirmed; may be asked to deliver an old one again."""

    def __init__(self):
        self.shown: list[Shown] = []  # newest last; what an edit took away may be tapped late
        self.deeds: dict[int, Deed] = {}
        self.answered: Counter[str] = Counter()
        self.waiting: dict[int, dict[str, object]] = {}
        self.known: dict[int, dict[str, object]] = {}
        self.messages, self.down = 100, False

    # people

    def tap(self, person, data, message):
        number = len(self.deeds) + 1
        query = {
            "id": f"q{number}",
            "from": of(person),
            "message": {"message_id": message, "date": EPOCH, "chat": HOME},
            "chat_instance": "1",
            "data": data,
        }
        self.sent(Deed(number, person.id, data, message, f"q{number}"), callback_query=query)

    def say(self, person, text):
        number, self.messages = len(self.deeds) + 1, self.messages + 1
        command = {"type": "bot_command", "offset": 0, "length": len(text.split()[0])}
        message = {"message_id": self.messages, "date": EPOCH, "chat": HOME, "from": of(person)}
        message |= {"text": text, "entities": [command]}
        self.sent(Deed(number, person.id, text, self.messages), message=message)

    def sent(self, deed, **what):
        self.deeds[deed.update] = deed
        self.known[deed.update] = self.waiting[deed.update] = {"update_id": deed.update, **what}

    def again(self, update):
        """Deliver it once more."""
        self.waiting[update] = self.known[update]

    # the Bot API

    def answer(self, method, given):
        if method == "answerCallbackQuery":
            self.answered[given["callback_query_id"]] += 1
        if self.down:
            raise NetworkError("down")
        match method:
            case "getUpdates":
                confirmed = [n for n in self.waiting if n < int(given.get("offset") or 0)]
                for number in confirmed:
                    del self.waiting[number]
                return list(self.waiting.values())
            case "sendMessage" | "sendDocument":
                self.messages += 1
                return self.show(self.messages, given)
            case "editMessageText":
                return self.show(int(given["message_id"]), given)
        return True

    def show(self, message, given):
        keyboard = json.loads(given.get("reply_markup") or '{"inline_keyboard": []}')
        for button in (b for row in keyboard["inline_keyboard"] for b in row):
            self.shown.append(Shown(message, button["text"], button["callback_data"]))
        return {"message_id": message, "date": EPOCH, "chat": HOME}


def of(person):
    return {"id": person.id, "is_bot": False, "first_name": person.name}


class Wire(BaseRequest):
    """What python-telegram-bot sends goes straight to the fake."""

    def __init__(self, telegram):
        self.telegram = telegram

    @property
    def read_timeout(self):
        return None

    async def initialize(self):
        pass

    async def shutdown(self):
        pass

    async def do_request(self, url, method, request_data=None, **_):
        given = request_data.json_parameters if request_data else {}
        result = self.telegram.answer(url.rpartition("/")[2], given)
        return 200, json.dumps({"ok": True, "result": result}).encode()


def client_of(telegram):
    wire = Wire(telegram)
    return Client(TOKEN, base_url="http://telegram/bot", request=wire, get_updates_request=wire)
