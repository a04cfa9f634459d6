"""A certificate authority that nobody knows but the practice world, and what it signed."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme

NAME = "localhost"
USUAL_DAYS, SHORT_DAYS = 90.0, 5.0  # real days: a certificate cannot be in fast motion


class Authority:
    """`context` serves the newest certificate of `NAME`; `ends` is when that ends."""

    def __init__(self) -> None:
        self._authority = trustme.CA()
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.ends = self.sign(USUAL_DAYS)

    def sign(self, days: float) -> datetime:
        """From the next connection on a certificate is shown that ends in so many days."""
        now = datetime.now(UTC)
        self.ends = now + timedelta(days=days)
        begins = min(now, self.ends) - timedelta(days=USUAL_DAYS)
        leaf = self._authority.issue_cert(NAME, not_before=begins, not_after=self.ends)
        leaf.configure_cert(self.context)
        return self.ends

    @property
    def ends_soon(self) -> bool:
        return self.ends - datetime.now(UTC) <= timedelta(days=SHORT_DAYS)

    def write(self, path: Path) -> Path:
        """What a client must trust, as SSL_CERT_FILE wants it."""
        self._authority.cert_pem.write_to_path(path)
        return path
