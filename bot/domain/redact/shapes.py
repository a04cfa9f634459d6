"""Keys that are known by their own shape, whatever stands around them."""

from __future__ import annotations

import base64
import re

from . import looks
from .marks import DONE, mark

W = r"[\w-]"
# What a key begins with, and the rest of it. Sources: the vendors' pages on their key formats.
PREFIXES: tuple[tuple[str, str], ...] = (
    ("sk-", rf"(?:(?:ant|proj|or|svcacct|admin|lf|None)-{W}{{8,}}|(?={W}{{0,60}}\d){W}{{16,}})"),
    ("rnd_", rf"{W}{{8,}}"),
    ("ghp_", rf"{W}{{8,}}"),
    ("gho_", rf"{W}{{8,}}"),
    ("ghu_", rf"{W}{{8,}}"),
    ("ghs_", rf"{W}{{8,}}"),
    ("ghr_", rf"{W}{{8,}}"),
    ("github_pat_", rf"{W}{{8,}}"),
    ("whsec_", r"[\w+/=-]{8,}"),
    ("AKIA", r"[A-Z0-9]{16}\b"),
    ("ASIA", r"[A-Z0-9]{16}\b"),
    ("IQoJb3JpZ2lu", r"[\w+/=-]{40,}"),
    ("FwoGZXIvYXdz", r"[\w+/=-]{40,}"),
    ("sk_", r"(?:live|test)_\w{8,}"),
    ("rk_", r"(?:live|test)_\w{8,}"),
    ("xox", rf"[a-z](?:\.xox[a-z])?-{W}{{8,}}"),
    ("xapp-", rf"{W}{{16,}}"),
    ("AIza", rf"{W}{{30,}}"),
    ("ya29.", r"[\w.-]{16,}"),
    ("GOCSPX-", rf"{W}{{16,}}"),
    ("1//0", rf"{W}{{30,}}"),
    ("SG.", rf"{W}{{16,}}\.{W}{{16,}}"),
    ("npm_", r"[A-Za-z0-9]{30,}"),
    ("pypi-", rf"{W}{{32,}}"),
    ("gl", r"(?:pat|ptt|dt|rt|cbt|oas|soat|ft|imt|agent|ffct|rtr)-[\w.-]{16,}"),
    ("GR1348941", rf"{W}{{16,}}"),
    ("hf_", r"[A-Za-z0-9]{24,}"),
    ("shp", r"(?:at|ss|ca|pa|tka|ua)_[0-9a-fA-F]{24,}"),
    ("do", r"[opr]_v1_[0-9a-f]{40,}"),
    ("sq0", rf"[a-z]{{3}}-{W}{{16,}}"),
    ("EAAA", rf"(?<![\w+/=-]EAAA){W}{{50,}}"),
    ("key-", r"[0-9a-f]{32}\b"),
    ("xkeysib-", rf"{W}{{32,}}"),
    ("xsmtpsib-", rf"{W}{{32,}}"),
    ("SK", r"[0-9a-f]{32}\b"),
    ("dapi", r"[0-9a-f]{32}(?:-\d)?\b"),
    ("lin_", r"(?:api|oauth)_\w{24,}"),
    ("ntn_", r"\w{30,}"),
    ("secret_", r"[A-Za-z0-9]{40,}"),
    ("fig", rf"[dour]{{1,2}}_{W}{{30,}}"),
    ("PMAK-", rf"{W}{{32,}}"),
    ("hvs.", rf"{W}{{20,}}"),
    ("hvb.", rf"{W}{{20,}}"),
    ("dckr_", rf"(?:pat|oat)_{W}{{16,}}"),
    ("gsk_", r"\w{24,}"),
    ("xai-", r"\w{30,}"),
    ("pplx-", r"\w{30,}"),
    ("r8_", r"\w{30,}"),
    ("sbp_", r"[0-9a-f]{32,}"),
    ("sb_secret_", rf"{W}{{16,}}"),
    ("nvapi-", rf"{W}{{40,}}"),
    ("glsa_", r"\w{32,}"),
    ("glc_", r"[\w+/=]{32,}"),
    ("ATATT3", r"[\w=.-]{30,}"),
    ("ATCTT3", r"[\w=.-]{30,}"),
    ("ATBB", r"\w{24,}"),
    ("NRAK-", r"[A-Z0-9]{20,}"),
    ("NRII-", rf"{W}{{20,}}"),
    ("tskey-", rf"{W}{{16,}}"),
    ("AGE-SECRET-KEY-1", r"[A-Z0-9]{40,}"),
    ("re_", r"[A-Za-z0-9]{6,10}_[A-Za-z0-9]{16,}"),
    ("pat-", r"[a-z]{2}\d-[0-9a-f-]{30,}"),
    ("dp.", r"[a-z]{2,5}\.(?:[\w-]{1,40}\.)?\w{40,}"),
    ("fo1_", rf"{W}{{30,}}"),
    ("fm", r"[12][ar]?_[\w+/=]{30,}"),
    ("sntrys_", r"[\w+/=-]{30,}"),
    ("sntryu_", r"[0-9a-f]{32,}"),
    ("cfut_", r"\w{30,}"),
    ("cfat_", r"\w{30,}"),
    ("pul-", r"[0-9a-f]{32,}"),
    ("pscale_", r"(?:tkn|pw|oauth)_[\w.=-]{24,}"),
    ("lsv2_", r"(?:pt|sk)_\w{32,}"),
    ("tvly-", rf"{W}{{20,}}"),
    ("jina_", r"\w{40,}"),
    ("apify_api_", r"\w{24,}"),
    ("nfp_", r"\w{30,}"),
    ("rubygems_", r"[0-9a-f]{40,}"),
    ("PRIVATE-TOKEN-", rf"{W}{{16,}}"),
    ("access-", r"(?:sandbox|production|development)-[0-9a-f-]{36}\b"),
    ("CCIPAT_", r"\w{30,}"),
    ("bkua_", r"[0-9a-f]{32,}"),
    ("HRKU-", rf"{W}{{30,}}"),
    ("dt0", r"[a-z]\d{2}\.[A-Z0-9]{16,}\.[A-Z0-9]{32,}"),
    ("LTAI", r"[A-Za-z0-9]{16,20}\b"),
    ("sk.eyJ", r"[\w.-]{32,}"),
    ("AA", rf"(?<![\w+/=-]AA)[E-H]{W}{{32}}(?![\w+/=-])"),
    ("SharedAccessSignature sr=", r"\S{30,}"),
)


def _any_of(prefixes: tuple[tuple[str, str], ...]) -> re.Pattern[str]:
    """Join them by their first letters: each place of a text is then tried for few of them."""
    by_letter: dict[str, list[str]] = {}
    for word, rest in prefixes:
        by_letter.setdefault(word[0], []).append(f"{re.escape(word[1:])}(?:{rest})")
    joined = "|".join(f"{letter}(?:{'|'.join(some)})" for letter, some in by_letter.items())
    return re.compile(f"(?<![A-Za-z0-9])(?:{joined})")


PREFIXED = _any_of(PREFIXES)
TELEGRAM = re.compile(r"(\d(?<!\d\d)\d{4,11}(?::|%3[aA])([\w-]{30,}))")
JWT = re.compile(r"(?<![\w-])(eyJ[\w-]{8,}\.[\w-]{5,}(?:\.[\w-]*){0,3})")
HASHED = re.compile(
    r"(\$2[abxy]?\$\d\d\$[./A-Za-z0-9]{22,}|\$argon2(?:id|i|d)\$[\w$=,+/.-]{20,}"
    r"|\$(?:[1567y]|apr1)\$[\w$=./,]{16,}|pbkdf2_sha\d+\$\d+\$[\w$+/=.-]{16,}|(?:scrypt|pbkdf2):[\w:$+/=.-]{30,}"
    r"|SCRAM-SHA-256\$\d+:[\w+/=$:]{30,})"
)
AWS_SECRET = re.compile(r"(?<![\w+/=])([A-Za-z0-9+/]{40})(?![\w+/=])")
ATLAS = re.compile(r"\b(\w{14}\.atlasv1\.[\w-]{40,})")
AZURE = re.compile(r"(?<![\w~.-])([\w~.-]{3}[78]Q~[\w~.-]{31,34})(?![\w~.-])")
OPENAI = re.compile(r"(?<![\w-])([\w-]{16,}T3BlbkFJ[\w-]{16,})")
SHORTEST_BOT = 35  # of a token of Telegram
SHORTEST = 16  # characters of a key without blanks; lines of shorter words hold none


def mask(text: str) -> str:
    """Mask what is a key by its shape."""
    long = " ".join([word for word in text.split() if len(word) >= SHORTEST])
    if not long:
        return text
    if len(long) > SHORTEST_BOT and (":" in long or "%3" in long):
        text = TELEGRAM.sub(_telegram, text)
    if "AKIA" in text or "ASIA" in text or "aws" in text.lower():
        text = AWS_SECRET.sub(_random, text)
    if PREFIXED.search(long):
        text = PREFIXED.sub(_whole, text)
    if "eyJ" in long:
        text = JWT.sub(_first, text)
    if "$" in text or "pbkdf2:" in text or "scrypt:" in text:
        text = HASHED.sub(_first, text)
    for word, shape in ((".atlasv1.", ATLAS), ("Q~", AZURE), ("T3BlbkFJ", OPENAI)):
        if word in text:
            text = shape.sub(_first, text)
    return text


def _whole(match: re.Match[str]) -> str:
    return mark(match[0])


def _first(match: re.Match[str]) -> str:
    return match[0].replace(match[1], mark(match[1]))


def _telegram(match: re.Match[str]) -> str:
    body = match[2]
    if looks.UUID.match(body) or looks.HEX.fullmatch(body):
        return match[0]
    return mark(match[1].replace("%3A", ":").replace("%3a", ":"))


def _random(match: re.Match[str]) -> str:
    value = match[1]
    return mark(value) if looks.is_varied(value) and not looks.HEX.fullmatch(value) else value


def holds_credentials(encoded: str) -> bool:
    """Whether it is `user:password` in base64."""
    try:
        plain = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
        text = plain.decode()
    except ValueError:  # no base64, or no text in it
        return False
    return ":" in text.strip(":") and text.isprintable() and DONE not in encoded
