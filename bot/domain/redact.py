"""Secrets out, once, at the border where text comes in."""

from __future__ import annotations

import re
from hashlib import sha256

# The one group of a pattern that matches is the secret; what stands around it stays, as evidence.
# The words before it are cheap to look for: most lines hold none of them, and end there.
# Repeats run over one class of characters, so that hostile text costs little.
PATTERNS = tuple(
    (words, re.compile(pattern, re.IGNORECASE))
    for words, pattern in (
        (("private key",), r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----([^-]+)"),
        (
            # scheme://user:password@host, greedy to the last @ because a password may hold one;
            # in a web address a port with a path before some later @ is none
            ("://",),
            (
                r"(?:(?<!http)(?<!https)|(?=://[^\s:/@]*:(?!\d{1,5}[/?#])))"
                r"://[^\s:/@]*:([^\s\"'<>]{1,256})@"
            ),
        ),
        (("/bot",), r"/bot(\d+:[^/\s\"']+)"),
        ((":",), r"(?<!\d)(\d{5,12}:[\w-]{30,})"),
        (
            ("authorization",),
            (
                r"authorization\\?[\"']?\s{0,3}[:=]\s{0,3}\\?[\"']?"
                r"(?:(?:bearer|basic|token)\s+)?([^\s\"'\\]+)"
            ),
        ),
        (("bearer",), r"\bbearer\s+(?=\S*\d)([\w.~+/=-]{12,})"),
        (("basic",), r"\bbasic\s+(?=\S*[\d=])([\w+/=-]{12,})"),
        (("eyj",), r"\b(eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*)"),
        (
            ("sk-", "rnd_", "gh", "github_pat_", "whsec_"),
            r"(?<![A-Za-z0-9])((?:sk-|rnd_|gh[pousr]_|github_pat_|whsec_)[\w-]{8,})",
        ),
        (("akia", "asia"), r"\b((?:AKIA|ASIA)[A-Z0-9]{16})\b"),
        (("key=",), r"[?&]key=([^\s\"'&]+)"),  # a deploy hook
        (
            ("pass", "pwd", "secret", "token", "key"),
            (
                r"(?!secret:[0-9a-f]{4}\])"
                r"(?:passw(?:or)?d|passphrase|pwd|secret|token|(?:api|access|private)[_-]?key)"
                r"\\?[\"']?\s{0,3}[=:]\s{0,3}"
                r"(?:\\?\"([^\"\\\n]+)|'([^'\n]+)|([^\s\"'&\\]+))"
            ),
        ),
    )
)
DONE = "[secret:"
NO_SECRET = frozenset({"none", "null", "true", "false", "undefined", "not", "is", "unset"})
AFTER = ",;.)}]>*:"  # closes a sentence or a bracket around the secret


PASSES = 8  # more than any text but a made-up one needs


def redact(text: str) -> str:
    """Replace every secret by `[secret:xxxx]`, the same secret by the same four hex digits.

    Idempotent. Commit hashes, UUIDs and the platform's ids are evidence and stay.
    """
    for _ in range(PASSES):  # what one pattern has masked may complete the match of another
        masked = _pass(text)
        if masked == text:
            break
        text = masked
    return text


def _pass(text: str) -> str:
    low = text.lower()
    for words, pattern in PATTERNS:
        if any(word in low for word in words):
            text = pattern.sub(_masked, text)
    return text


def _masked(match: re.Match[str]) -> str:
    whole, group = match.group(), match.lastindex or 0
    secret = match.group(group).rstrip(AFTER)
    if not secret or DONE in whole or secret.lower() in NO_SECRET:
        return whole
    mark = f"{DONE}{sha256(secret.encode(errors='replace')).hexdigest()[:4]}]"
    start = match.start(group) - match.start()
    return whole[:start] + mark + whole[start + len(secret) :]
