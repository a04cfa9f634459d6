"""Text between us and a model: without secrets, without what nobody sees, without what misleads."""

from __future__ import annotations

import re
import unicodedata

from bot.domain.logs.injection import attempts, hides
from bot.domain.redact import redact

READ = 4_000  # characters of one text that are looked at at all
LEFT_OUT = "[left out: it tries to instruct its reader]"
NO_LINK = "[link left out]"

# Control, bidirectional and zero-width marks, halves of characters, private ones.
UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn"}
SPACES = "\n\t\r\v\f"
# Combining marks that change no letter and can carry hidden bytes.
SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")

LINK = re.compile(
    r"!?\[[^\]\n]{0,200}\]\([^)\n]{0,500}\)|\b[a-z][a-z0-9+.-]{1,20}://\S*"
    r"|\b(?:www\.|t\.me/|mailto:|javascript:|data:\w+/)\S+",
    re.IGNORECASE,
)
HOST = re.compile(
    r"\b(?:[\w-]{1,63}\.){1,8}(?:(?:com|net|org|ru|cn|xyz|info|biz|tk|top|click|example)\b(?:[/:?#]\S*)?"
    r"|[a-z]{2,12}/\S+)",
    re.IGNORECASE,
)
KNOWN_HOSTS = ("telegram.org", "anthropic.com", "github.com", "render.com", "onrender.com")
MENTION = re.compile(r"(?<!\w)[@/](?=[A-Za-z]\w{2,})")
MARKUP = re.compile(r"[`*]+")


def plain(text: str, most: int) -> str:
    """Make outside text one line without secrets and without what nobody would see; cut it."""
    seen = "".join(" " if c in SPACES else c for c in text[:READ] if _is_seen(c))
    said = redact(" ".join(SELECTORS.sub("", seen).split()))
    return said if len(said) <= most else said[: most - 1] + "…"


def shown(text: str, most: int) -> str:
    """The same, without what tries to instruct its reader."""
    return LEFT_OUT if attempts(text[:READ]) or hides(text[:READ]) else plain(text, most)


def tidy(text: str, most: int) -> str:
    """Make a model's words plain: one line without links, mentions, commands and markup."""
    text = LINK.sub(NO_LINK, plain(text[: 4 * most], 4 * most))
    text = HOST.sub(_host, text)
    text = MENTION.sub("", MARKUP.sub(" ", text))
    return plain(text, most)


def _is_seen(char: str) -> bool:
    return char in SPACES or unicodedata.category(char) not in UNSEEN


def _host(found: re.Match[str]) -> str:
    host = re.split(r"[/:?#]", found[0].lower())[0]
    known = any(host == one or host.endswith(f".{one}") for one in KNOWN_HOSTS)
    return host if known else NO_LINK
