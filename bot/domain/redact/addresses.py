"""Secrets in addresses: passwords, tokens in paths and queries, hooks, signed links."""

from __future__ import annotations

import re

from . import looks
from .marks import DONE
from .put import first, put

# scheme://user:password@host. Greedy to the last @, because a password may hold one.
ADDRESS = re.compile(r":(?:\\?/){2}([^\s:/\"'<>\[\]]{0,128}):([^\s\"'<>]{1,512})@")
WITH_PORT = re.compile(r"\d{1,5}(?:[/?#,]|$)")
QUERY_AFTER = re.compile(r"@[\w.-]+(?::\d+)?(?:/[^\s?@]*)?\?[^@]*=")
USER_ONLY = re.compile(r":(?:\\?/){2}([\w-]{20,256})(?=(?::[^\s/@]{0,64})?@)")
NO_SCHEME = re.compile(
    r"(?<![\w:/@.\[])[\w.-]{1,64}:([^\s:@/\"'<>]{4,128})@(?=tcp\(|unix\(|[\w.-]{1,128}:\d{2,5}(?![\w.]))"
)
IN_CODE = re.compile(
    r"%3A%2F%2F(?:(?!%3A)[^\s/@&]){0,128}%3A((?:(?!%40)[^\s/@&]){1,256})%40", re.IGNORECASE
)
BOT = re.compile(r"(?:/|%2F)bot(\d+(?::|%3A)[^/\s\"'%&?\\]+)", re.IGNORECASE)
HOOKS = re.compile(
    r"(?:hooks\.slack\.com/(?:services|workflows|triggers)/\w+/\w+/(?:\w+/)?"
    r"|discord(?:app)?\.com/api/(?:v\d+/)?webhooks/\d+/"
    r"|webhook\.office\.com/webhookb2/|hooks\.zapier\.com/hooks/catch/\d+/"
    r"|maker\.ifttt\.com/trigger/\w+/(?:json/)?with/key/"
    r"|events\.pagerduty\.com/integration/)([^\s\"'<>?&)]{6,})"
)
DEPLOY_HOOK = re.compile(r"/deploy/[\w-]+\?(?:[^\s\"'<>]{0,200}?&)?key=([^\s\"'&<>]+)")
QUERY_KEY = re.compile(
    r"[?&](?:key|code|auth|code_verifier|client_assertion|SAMLResponse|ticket)=([^\s\"'&<>]{6,})"
)
SIGNED = re.compile(
    r"(?:[?&;]|%26|amp;)(?:X-(?:Amz|Goog)-(?:Signature|Credential|Security-Token)|signature|sig|sign|hmac)"
    r"=([^\s\"'&<>]{8,})",
    re.IGNORECASE,
)
LINK = re.compile(
    r"/(?:[\w-]{0,20}(?:reset|activate|magic|invite)[\w-]{0,20})/(?:[\w-]{1,12}/)?([\w.-]{16,})",
    re.IGNORECASE,
)
SHORTEST_HEX = 32
PGPASS = re.compile(r":5432:[^:\s]{1,64}:[^:\s]{1,64}:([^\s\"']+)")


def mask(text: str, low: str) -> str:
    """Mask what is secret in addresses; `low` is the text in small letters."""
    if "@" in low:
        text = ADDRESS.sub(_address, text)
        text = USER_ONLY.sub(_user, text)
        text = NO_SCHEME.sub(_loose, text)
    if "%40" in low:
        text = IN_CODE.sub(first, text)
    if "bot" in low and (":" in low or "%3a" in low):
        text = BOT.sub(first, text)
    if "=" in low and ("?" in low or "&" in low or ";" in low):
        text = _queries(text, low)
    if ":5432:" in low:
        text = PGPASS.sub(first, text)
    return _hooks(text, low)


def _hooks(text: str, low: str) -> str:
    if "hook" in low or "ifttt" in low or "pagerduty" in low:
        text = HOOKS.sub(first, text)
    if "reset" in low or "activate" in low or "magic" in low or "invite" in low:
        text = LINK.sub(_path, text)
    return text


def _queries(text: str, low: str) -> str:
    if "/deploy/" in low:
        text = DEPLOY_HOOK.sub(first, text)
    if "sig" in low or "x-amz-" in low or "x-goog" in low or "hmac" in low:
        text = SIGNED.sub(first, text)
    return QUERY_KEY.sub(_query, text)


def _address(match: re.Match[str]) -> str:
    scheme = match.string[max(0, match.start() - 5) : match.start()].lower()
    secret = match[2]
    if WITH_PORT.match(secret) and (
        scheme.endswith(("http", "https", "ws", "wss")) or "?" in secret
    ):
        return match[0]
    cut = QUERY_AFTER.search(secret) or re.search(r"@[^@]*,\w+://", secret)
    secret = secret[: cut.start()] if cut else secret
    if DONE in secret or not secret.strip("*x•.") or re.fullmatch(r"[<{$\[%].*|[A-Z]+", secret):
        return match[0]
    return put(match, secret, 2)


def _user(match: re.Match[str]) -> str:
    user = match[1]
    odd = looks.is_random(user) or (len(user) >= SHORTEST_HEX and looks.HEX.fullmatch(user))
    return put(match, user) if odd else match[0]


def _loose(match: re.Match[str]) -> str:
    secret = match[1]
    user = match[0].partition(":")[0].lower()
    if user in {"mailto", "to", "from", "sip", "acct", "npm", "image"} or not looks.is_mixed(
        secret
    ):
        return match[0]
    return put(match, secret)


def _path(match: re.Match[str]) -> str:
    value = match[1]
    odd = looks.is_random(value) or (
        len(value) >= SHORTEST_HEX and looks.HEX.fullmatch(value) is not None
    )
    return put(match, value) if odd else match[0]


def _query(match: re.Match[str]) -> str:
    value = match[1]
    if looks.is_none(value) or looks.is_evidence(value) or looks.is_code(value):
        return match[0]
    odd = looks.kinds(value) > 1 and (looks.is_varied(value) or any(map(str.isdigit, value)))
    return put(match, value) if odd and looks.CHARS.fullmatch(value.replace("%", "")) else match[0]
