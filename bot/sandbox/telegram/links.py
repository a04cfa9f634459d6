"""Which addresses Telegram takes for links."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

HOST = re.compile(r"^(?:[\w-]+\.)+[\w-]{2,}$|^\d{1,3}(?:\.\d{1,3}){3}$")


def checked(url: str) -> str | None:
    """Return the address in full, or None when Telegram refuses it (no dot in the host)."""
    url = url.strip()
    if url.lower().startswith(("tg://", "ton://", "tonsite://")):
        return url
    full = url if "://" in url else f"http://{url}"
    try:
        parts = urlsplit(full)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https", "ftp") or not HOST.match(host):
        return None
    if re.search(r"\s", full):
        return None
    return full if parts.path or parts.query or parts.fragment else f"{full}/"
