"""What the chat is asked to show: text in three strengths, and buttons."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Button:
    """One tap, one wish. `arg` is what the verb is about: an offer, a question, a severity."""

    label: str
    verb: str
    incident: int = 0
    arg: str = ""
    style: str = ""  # "", "danger", "success" or "primary": Bot API InlineKeyboardButton.style


@dataclass(frozen=True)
class Message:
    """A message to people.

    `html` is Telegram's HTML, already escaped; `minimal` one plain line that gets through when
    nothing else does. `rows` are the rows of the inline keyboard.
    """

    html: str
    minimal: str
    rows: tuple[tuple[Button, ...], ...] = ()


@dataclass(frozen=True)
class Picture:
    """A PNG in base64, as text that a row can hold; the message with it says what it shows."""

    png: str


@dataclass(frozen=True)
class Document:
    """A file to hand over."""

    name: str
    text: str
