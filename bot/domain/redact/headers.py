"""Secrets in headers: authorization, bearer, basic, cookies."""

from __future__ import annotations

import re

from . import looks
from .put import GLUE, Q, first, put
from .shapes import SHORTEST, holds_credentials

EDGE = r"(?:\b|(?<=\\[rnt]))"  # where a word begins, also after an escaped end of line
AUTHORIZATION = re.compile(
    rf"{EDGE}authorization{GLUE}(?:(?P<scheme>[A-Za-z][\w-]{{1,24}}) +)?(?P<value>[^\s\"'`\\,]+)",
    re.IGNORECASE,
)
PROOF = re.compile(r"(?:\bSignature|\bresponse|\btoken)=\\*\"?([0-9A-Za-z+/=_-]{16,})")
BEARER = re.compile(
    EDGE + r"bearer(?:[ :=]|%20){1,3}[\"'`]?"
    r"(?=[\w.~+/-]{0,256}\d)([\w.~+/-]{12,}+={0,2}(?![\w=]))",
    re.IGNORECASE,
)
BASIC = re.compile(EDGE + r"basic +([A-Za-z0-9+/_-]{8,}={0,2})", re.IGNORECASE)

COOKIE = re.compile(
    rf"(?:{EDGE}(?P<set>set-)?cookies?{GLUE}|<Cookie +|\s(?:-b|--cookie) +(?:{Q})?)", re.IGNORECASE
)
CRUMB = re.compile(r"([\w!#$%&*+.^|~-]{1,80})(?:=|\\*[\"']: ?b?\\*[\"'])\"?([^;\s\"',}\\]+)")
ATTRIBUTES = frozenset(
    ("expires", "path", "domain", "max-age", "samesite", "version", "comment", "priority")
)


def mask(text: str, low: str) -> str:
    """Mask what is secret in headers; `low` is the text in small letters."""
    if "authorization" in low:
        text = PROOF.sub(first, AUTHORIZATION.sub(_authorization, text))
    if "bearer" in low:
        text = BEARER.sub(first, text)
    if "basic" in low:
        text = BASIC.sub(_basic, text)
    if "cookie" in low or " -b " in low:
        text = _cookies(text)
    return text


def _cookies(text: str) -> str:
    """Mask the values of cookies; their names and attributes stay."""
    done, at = [], 0
    while found := COOKIE.search(text, at):
        stop = _end_of_cookie(text, found)
        inside = CRUMB.sub(_crumb, text[found.end() : stop])
        done += [text[at : found.end()], inside]
        at = max(stop, found.end())
    return "".join(done) + text[at:] if done else text


def _end_of_cookie(text: str, found: re.Match[str]) -> int:
    """A quoted header ends with its quote, a dict with its brace, any other with the line."""
    line = text.find("\n", found.end())
    line = len(text) if line < 0 else line
    if text.startswith("{", found.end()):
        stop = text.find("}", found.end(), line)
    elif found[0].lower().startswith("<cookie"):
        stop = text.find(" for ", found.end(), line)
    else:
        quote = found[0][-1]
        stop = text.find(quote, found.end(), line) if quote in "\"'`" else -1
    return line if stop < 0 else stop


def _authorization(match: re.Match[str]) -> str:
    value = match["value"].rstrip(",;.)}]>")
    plain = value.isalpha() and (match["scheme"] is None or value.islower())
    if looks.is_none(value) or looks.is_code(value) or plain or "realm=" in value:
        return match[0]
    listed = "," in match[0][: match.start("value") - match.start()]
    if listed and not looks.is_mixed(value):  # ["Authorization", "X-Other"]: names of headers
        return match[0]
    return (
        match[0]
        if value.startswith("Credential=") or value.endswith("token=")
        else put(match, value, "value")
    )


def _basic(match: re.Match[str]) -> str:
    value = match[1]
    known = holds_credentials(value) or (len(value) >= SHORTEST and looks.is_varied(value))
    return put(match, value) if known else match[0]


def _crumb(match: re.Match[str]) -> str:
    name, value = match[1].lower(), match[2]
    if name in ATTRIBUTES or looks.is_none(value) or looks.SHORT_NUMBER.fullmatch(value):
        return match[0]
    return put(match, value, 2)
