"""Private keys: over many lines, on one line, with prefixes, or cut off."""

from __future__ import annotations

import re

from .marks import MARK, mark

BEGIN = re.compile(r"-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----")
END = re.compile(r"-----END [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----")
# The text of a key; what stands before a line of it (a time, a container) has blanks or is short.
BODY = re.compile(
    r"((?:\\+[nrt])*)([A-Za-z0-9+/_=]{16,}|[A-Za-z0-9+/=]{8,}(?=\s*(?:$|\\|-----|[\"'])))"
)
# How keys in DER begin, without a header: PKCS#8, PKCS#1, SEC 1, OpenSSH.
BARE = re.compile(
    r"(?<![A-Za-z0-9+/])((?:MII[A-Za-z0-9+/]{2}[A-Za-z0-9+/]{0,2}IBADANBgkqhkiG9w0BAQEFAASC"
    r"|MII[A-Za-z0-9+/]{2}[gw]IBAAKCA|MI[GH][A-Za-z0-9+/]AgEAMBMGByqGSM49|MHcCAQEEI"
    r"|MC4CAQAwBQYDK2VwBCIEI|b3BlbnNzaC1rZXktdjE)[A-Za-z0-9+/=]{16,})"
)
MOST_LINES = 200  # of one key; the largest in use have about 100
MOST_OTHERS = 3  # lines in a row without a piece of the key: it was cut off


class KeyLines:
    """Reads line after line and remembers whether a private key is open."""

    def __init__(self) -> None:
        self._left, self._others = 0, 0

    @property
    def inside(self) -> bool:
        return self._left > 0

    def line(self, text: str) -> str:
        """Return the line with the pieces of a private key masked."""
        if not self._left and "PRIVATE KEY" not in text:
            return text
        done, at = [], 0
        while at < len(text):
            border = (END if self._left else BEGIN).search(text, at)
            stop = border.start() if border else len(text)
            part = text[at:stop]
            done.append(self._inside(part, last=border is None) if self._left else part)
            if border:
                done.append(border.group())
                self._left, self._others = 0 if self._left else MOST_LINES, 0
            at = border.end() if border else len(text)
        return "".join(done)

    def _inside(self, part: str, *, last: bool) -> str:
        masked, found = BODY.subn(_body, part)
        if last:
            held = found or MARK.search(part)
            self._others = 0 if held or not part.strip() else self._others + 1
            self._left = 0 if self._others >= MOST_OTHERS else self._left - 1
        return masked


def _body(match: re.Match[str]) -> str:
    return match[1] + mark(match[2])


def whole(text: str) -> str:
    """Mask the private keys in a text of one or many lines."""
    lines = KeyLines()
    return "".join(lines.line(line) for line in text.splitlines(keepends=True))


def bare(match: re.Match[str]) -> str:
    return mark(match[0])
