"""Secrets that are known by the place where they stand: commands, lists of variables, refusals."""

from __future__ import annotations

import re

from . import looks
from .names import Says, says
from .put import GLUE, Q, first, put

COMMANDS = tuple(
    (word, re.compile(pattern))
    for word, pattern in (
        ("curl", r"\s(?:-u|--user|-U|--proxy-user)[ =]?[\"']?[^\s:\"']{1,80}:([^\s\"']+)"),
        (
            " -p",
            r"\b(?:sshpass|(?:docker|podman) login|twine)\b[^\n]{0,200}?\s-p[ =]?[\"']?([^\s\"']+)",
        ),
        (" -p", r"\bmysql\w*\b[^\n]{0,200}?\s-p([^\s\"']{3,})"),
        (" -a", r"\bredis-cli\b[^\n]{0,200}?\s-a[ =]?[\"']?([^\s\"']+)"),
        ("auth", r"\bauth\s?=\s?(?:\w+\()?\([\"'][^\"'\n]{0,80}[\"'], ?[\"']([^\"'\n]+)[\"']\)"),
        ("basicauth(", r"BasicAuth\(\s?[\"'][^\"'\n]{0,80}[\"'], ?[\"']([^\"'\n]+)[\"']"),
        ("identified", r"\bIDENTIFIED (?:WITH \w+ )?BY '([^'\n]+)'"),
    )
)

# {"key": "APP_SECRET", "value": "..."}: answers about environment variables, and lists of them
VALUE = r"(?P<value>(?<=[\"'`])(?:\\(?![\"'])[^\n]|[^\"'`\\\n])+|[^\s\"'\\,;}>)]+)"
NAMED = re.compile(
    rf"\b(?:key|name|id){GLUE}(?P<name>[\w.-]{{2,80}})(?:{Q})?[,;]?\s{{0,40}}(?:-\s)?(?:b?{Q})?"
    rf"(?:value|val){GLUE}{VALUE}",
    re.IGNORECASE,
)
VALUED = re.compile(
    rf"\b(?:value|val){GLUE}{VALUE}(?:{Q})?,\s{{0,40}}(?:{Q})?"
    rf"(?:key|name){GLUE}(?P<name>[\w.-]{{2,80}})",
    re.IGNORECASE,
)
# What pydantic says about a field: its name, then the value that it refused
INPUT = re.compile(
    r"(?:[\"']loc[\"']: ?[\[(](?:[^\])\n]{0,80}, ?)?[\"'](?P<name>[\w.-]{2,80})[\"'],?[\])]"
    r"[^\n]{0,300}?[\"']input[\"']: ?|^(?P<field>[\w.]{2,80})\n[^\n]{0,300}?\binput_value=)"
    r"[\"'](?P<value>[^\"'\n]+)",
    re.MULTILINE,
)
SECRET_FILE = re.compile(r"[\"']content\\*[\"']\s?:\s?\\*[\"']((?:\\.|[^\"\\\n])*)")


def mask(text: str, low: str) -> str:
    """Mask by place; `low` is the text in small letters."""
    for word, pattern in COMMANDS:
        if word in low:
            text = pattern.sub(first, text)
    if "val" in low and ("key" in low or "name" in low or "id" in low):
        text = NAMED.sub(_named, text)
        text = VALUED.sub(_named, text)
    if "input" in low and ("input_value" in low or "loc" in low):
        text = INPUT.sub(_named, text)
    if "secretfile" in low:
        text = SECRET_FILE.sub(first, text)
    return text


def _named(match: re.Match[str]) -> str:
    field = match.groupdict().get("field")
    grade, value = says(match["name"] or field or ""), match["value"]
    if looks.is_none(value) or looks.is_place(value):
        return match[0]
    sure = grade > Says.MAYBE and not (grade is Says.TOKEN and looks.SHORT_NUMBER.fullmatch(value))
    return put(match, value, "value") if sure or looks.is_random(value) else match[0]
