"""What stands in a secret's place: the same mark for the same secret, and no way back."""

from __future__ import annotations

import hmac
import re
from secrets import token_bytes

DONE = "[secret:"
DIGITS = 6  # hex; two of a hundred secrets share a mark once in 3,000 logs
MARK = re.compile(r"\[secret:[0-9a-f]{4,8}\]")
SHORTEST_KEY = 16  # bytes

_key = [token_bytes(32)]


def key(secret: bytes) -> None:
    """Set the key of the marks: those of one key can be compared, also after a restart.

    Until it is set, the process has a random one. Keyed, because a bare hash of a weak password
    is found by trying words. Raises ValueError when it is shorter than 16 bytes.
    """
    if len(secret) < SHORTEST_KEY:
        raise ValueError(f"the key of the marks must have at least {SHORTEST_KEY} bytes")
    _key[0] = bytes(secret)


def mark(secret: str) -> str:
    said = hmac.digest(_key[0], secret.encode(errors="surrogatepass"), "sha256")
    return f"{DONE}{said.hex()[:DIGITS]}]"
