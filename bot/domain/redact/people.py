"""Numbers of cards, and on request the addresses and telephone numbers of people."""

from __future__ import annotations

import re

from .marks import mark

# Visa, Mastercard, American Express, Discover: in groups or in one piece.
CARD = re.compile(
    r"[2-6](?<![\w.+/#-].)"
    r"(?:(?:(?<=4)\d{3}|(?<=5)[1-5]\d\d|(?<=2)[2-7]\d\d|(?<=6)(?:011|5\d\d))"
    r"(?P<gap>[ -]?)\d{4}(?P=gap)\d{4}(?P=gap)\d{4}"
    r"|(?<=3)[47]\d\d(?P<space>[ -]?)\d{6}(?P=space)\d{5})(?![\w-]|\.\d)"
)
NEAR, ABOUT_CARDS = 20, ("card", "pan", "number")  # characters looked back for a word
EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}(?![\w@:/])")
PHONE = re.compile(
    r"(?<![\w.+/:=-])(?:\+|00)[1-9]\d{0,2}[ .-]?\(?\d{1,4}\)?(?:[ .-]?\d{2,4}){2,4}(?![\w.:-])"
)


def cards(text: str) -> str:
    return CARD.sub(_card, text)


def people(text: str) -> str:
    """Mask e-mail addresses and international telephone numbers."""
    if "@" in text:
        text = EMAIL.sub(_whole, text)
    return PHONE.sub(_whole, text)


def _whole(match: re.Match[str]) -> str:
    return mark(match[0])


def _card(match: re.Match[str]) -> str:
    before = match.string[max(0, match.start() - NEAR) : match.start()].lower()
    if before.endswith((":", "=")) and not any(word in before for word in ABOUT_CARDS):
        return match[0]  # an id
    digits = [int(c) for c in match[0] if c.isdigit()]
    doubled = [d * 2 - 9 * (d > 4) for d in digits[-2::-2]]  # noqa: PLR2004 - Luhn: digit sum
    return (
        match[0] if (sum(digits[-1::-2]) + sum(doubled)) % 10 else mark("".join(map(str, digits)))
    )
