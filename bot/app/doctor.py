"""Is every key, id, right and address in order, and what is missing: asked, and never changed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from bot.adapters.checks.http import Http
from bot.adapters.web import FAILED, exchange, plain_client
from bot.app.doctor_database import database
from bot.app.doctor_render import render
from bot.app.doctor_store import reports, store
from bot.app.doctor_telegram import telegram
from bot.app.finding import Finding, Grade, advice, ok, safe, wrong
from bot.app.parts import utcnow
from bot.app.wiring import secrets_of
from bot.domain.check import Seen
from bot.settings import House, ServiceConfig, Settings

DEADLINE = 60.0  # seconds for all that one part asks
WITHIN = 10.0  # seconds for one answer
AT_MOST = 10_000  # bytes of a body nobody reads
MOST_APART = 30.0  # seconds that our clock may be wrong

Clock = Callable[[], datetime]


async def examine(settings: Settings, house: House, now: Clock = utcnow) -> list[Finding]:
    """Ask everything at once; the findings come in the order of the settings."""
    async with plain_client() as web:
        addresses = (settings.telegram_api_url, settings.render_api_url)
        asked = [
            in_time("Telegram", telegram(settings, house)),
            in_time("Render", render(settings, house, now())),
            *(in_time(s.name, database(s, settings)) for s in house.services),
            in_time("health pages", health_pages(house, web, now)),
            in_time("STORE_URL", one(store(settings.store_url.get_secret_value()))),
            in_time("clock", one(clock(addresses, web, now))),
        ]
        answers = await asyncio.gather(*asked)
    found = [
        named(house),
        *(finding for answer in answers for finding in answer),
        reports(settings.reports_dir),
        *optional(settings),
    ]
    secrets = list(secrets_of(settings, house))
    return [safe(finding, secrets) for finding in found]


async def in_time(about: str, asked: Awaitable[list[Finding]]) -> list[Finding]:
    try:
        async with asyncio.timeout(DEADLINE):
            return await asked
    except TimeoutError:
        said = f"It was not examined: no end in {DEADLINE:g} s."
        return [wrong(about, said, "See what holds it up, and ask again.")]


async def one(asked: Awaitable[Finding]) -> list[Finding]:
    return [await asked]


def named(house: House) -> Finding:
    """The settings could be read; what they name, so that people see what they forgot."""
    services = ", ".join(f"{s.name} ({', '.join(eyes(s))})" for s in house.services)
    return ok("settings", f"They watch {services}.")


def eyes(service: ServiceConfig) -> Iterator[str]:
    if service.render_service_id:
        yield "Render"
    if service.health_url:
        yield "health page"
    if service.database_url.get_secret_value():
        yield "database"
    if service.bot_token.get_secret_value():
        yield "bot"
    if own := len(service.checks):
        yield f"{own} of its own"


async def health_pages(house: House, web: httpx.AsyncClient, now: Clock) -> list[Finding]:
    slow = house.thresholds.http_slow_seconds
    pages = [Http(s.name, s.health_url, web, now, slow=slow) for s in house.services]
    return list(await asyncio.gather(*(health_page(page) for page in pages if page.url)))


async def health_page(page: Http) -> Finding:
    about, look = f"{page.service}: its health page", await page.look()
    if look.seen is Seen.PASS:
        return ok(about, f"{look.detail}.")
    if look.code == "slow":
        return advice(about, f"{look.detail}.", "See why it is slow, or raise http_slow_seconds.")
    todo = "Correct its address, or see why the service does not answer there."
    return wrong(about, f"{look.detail}.", todo)


async def clock(urls: Sequence[str], web: httpx.AsyncClient, now: Clock) -> Finding:
    """Offers and approvals run out by our clock, and the platform's times are compared to it."""
    for url in urls:
        if (ahead := await seconds_ahead(url, web, now)) is None:
            continue
        if abs(ahead) < MOST_APART:
            return ok("clock", "Right, as far as the answers of others tell.")
        side = "ahead of" if ahead > 0 else "behind"
        said = f"It is {abs(ahead):.0f} s {side} the time of others."
        return wrong("clock", said, "Set it, and keep it set by NTP.")
    return advice("clock", "Nobody told the time to compare it to.", "Ask again later.")


async def seconds_ahead(url: str, web: httpx.AsyncClient, now: Clock) -> float | None:
    """By the Date of any answer (RFC 9110), which is whole seconds."""
    try:
        began, request = now(), web.build_request("HEAD", url)
        page = await exchange(web, request, within=WITHIN, at_most=AT_MOST)
        said = parsedate_to_datetime(page.headers.get("Date", ""))
    except (*FAILED, ValueError):
        return None
    theirs = said.replace(tzinfo=UTC) if said.tzinfo is None else said
    return (began + (now() - began) / 2 - theirs).total_seconds()


def optional(settings: Settings) -> Iterator[Finding]:
    """Only whether they are set: to try them costs money or rights."""
    given = {
        "ANTHROPIC_API_KEY": settings.anthropic_api_key,
        "GITHUB_TOKEN": settings.github_token,
    }
    for name, secret in given.items():
        there = "Set" if secret.get_secret_value() else "Not set; it is optional"
        yield ok(name, f"{there}.")


def well(findings: Sequence[Finding]) -> bool:
    return all(finding.grade is not Grade.WRONG for finding in findings)


def account(findings: Sequence[Finding], at: datetime) -> dict[str, Any]:
    return {
        "ok": well(findings),
        "examined_at": at.isoformat(),
        "findings": [finding.as_json() for finding in findings],
    }
