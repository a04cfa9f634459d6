"""What our libraries would load and nobody here uses: it stays out of the watchdog's memory."""

from __future__ import annotations

import sys

# Each is loaded by a `try … except ImportError` of the library, which goes on without it.
UNUSED = {
    "httpx._main": "httpx's own command line, with rich, pygments and click: 5 MB",
    "cryptography": "Telegram Passport of python-telegram-bot, where installed: 8 MB",
}


def leave_out_unused() -> None:
    """Before the first import of them. None is how Python marks what must not be found.

    (Python reference, "the module cache".)
    """
    for name in UNUSED:
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]  # None is allowed here
