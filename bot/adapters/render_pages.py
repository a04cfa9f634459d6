"""What an answer of the Render API that is no data says: done, refused, or wait."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import httpx

from bot.adapters import render_answers as answers
from bot.adapters.web import Page
from bot.domain.length import about
from bot.domain.logs.lines import clean
from bot.domain.redact import redact
from bot.domain.remedy import Answer
from bot.ports import Reply

MOST_SAID = 20_000  # bytes of an answer that is not the API's, read for its first words
LONGEST_SAID = 86_400.0  # seconds; the limits are of a minute or an hour
UNSAID_PAUSE = 5.0  # seconds to wait after a 429 that does not say how long
FOR_GOOD = frozenset({401, 403, 404, 410})  # asking again gives the same
UNSURE = frozenset({408, 409, 429})  # of the 4xx: a proxy may say them after the act


def reply(page: Page) -> Reply:
    if page.fine:
        return Reply(Answer.ACCEPTED, "Render accepted it")
    if is_of_the_limit(page):
        pause = about(timedelta(seconds=min(asked_pause(page), LONGEST_SAID)))
        return Reply(Answer.REFUSED, f"Render: {refusal(page)}; it may be asked again in {pause}")
    proved = httpx.codes.is_client_error(page.status) and page.status not in UNSURE
    answer = Answer.REFUSED if proved else Answer.UNCLEAR
    return Reply(answer, f"Render: {refusal(page)}")


def is_of_the_limit(page: Page) -> bool:
    """Whether Render's own rate limit turned it away: that stands before all else, so nothing ran.

    It counts in every answer what is left of it, and adds Retry-After to its 429 alone; Render's
    own Terraform provider sends any write again after that one. A 429 without both may be what
    somebody behind the limit, or a proxy, has said after the act.
    """
    turned_away = page.status == httpx.codes.TOO_MANY_REQUESTS
    none_left = page.headers.get("Ratelimit-Remaining", "").strip() == "0"
    return turned_away and none_left and "Retry-After" in page.headers


def refusal(page: Page) -> str:
    """`HTTP 404 (not found: srv-…)`: the API's message, or the raw text of whoever answered."""
    try:
        data = page.data()
        message = answers.said(data, "message") if isinstance(data, Mapping) else ""
    except ValueError:
        message = redact(page.body[:MOST_SAID].decode(errors="replace"))
    message = clean(" ".join(message.split()))[:160]
    return f"HTTP {page.status} ({message})" if message else f"HTTP {page.status}"


def asked_pause(page: Page) -> float:
    """Seconds to wait: both headers say seconds left, not an epoch (as recorded by others)."""
    for name in ("Retry-After", "Ratelimit-Reset"):
        text = page.headers.get(name, "")
        if text.isascii() and text.isdecimal():
            return max(float(text), 1.0)
    return UNSAID_PAUSE
