"""Our own log: to standard error, with every secret taken out before it is written."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from bot.domain.redact import redact

FORM = "%(asctime)s %(levelname)s %(name)s %(message)s"
# httpx and httpx2 log whole URLs, with the bot's token, at INFO; the others are only loud.
QUIET = (
    "httpx",
    "httpx2",
    "httpcore",
    "telegram",
    "apscheduler",
    "alembic",
    "sqlalchemy",
    "asyncio",
)
STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class Redacted(logging.Formatter):
    """Formats the record with its `extra` keys and its traceback, then takes the secrets out."""

    def __init__(self, known: Iterable[str] = ()) -> None:
        super().__init__(FORM)
        self.known = sorted((k for k in known if len(k) > 5), key=len, reverse=True)  # noqa: PLR2004 - shorter ones are words

    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record)
        extra = {k: v for k, v in vars(record).items() if k not in STANDARD}
        if extra:
            head, newline, rest = text.partition("\n")
            said = " ".join(f"{key}={value}" for key, value in extra.items())
            text = f"{head} {said}{newline}{rest}"
        for secret in self.known:
            text = text.replace(secret, "[secret]")
        return redact(text)


def start_log(known_secrets: Iterable[str] = ()) -> None:
    """Log to standard error. The formatter sits on the root handler: nothing goes round it."""
    handler = logging.StreamHandler()
    handler.setFormatter(Redacted(known_secrets))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
