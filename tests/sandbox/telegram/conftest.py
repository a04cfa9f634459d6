"""The emulated Telegram of each test, reached in the process or over real HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
from telegram_kit import OTHER, Bot, Clock, House, app_of, furnished, serving

from bot.sandbox.telegram import Telegram


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def telegram(clock: Clock) -> Telegram:
    telegram = furnished(speed=1)
    telegram.clock = clock
    return telegram


@pytest.fixture
async def http(telegram: Telegram) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app_of(telegram))
    async with httpx.AsyncClient(
        trust_env=False, transport=transport, base_url="http://sandbox"
    ) as client:
        yield client


@pytest.fixture
def bot(http: httpx.AsyncClient, telegram: Telegram) -> Bot:
    return Bot(http, telegram)


@pytest.fixture
def other(http: httpx.AsyncClient, telegram: Telegram) -> Bot:
    return Bot(http, telegram, OTHER)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house() -> AsyncIterator[House]:
    async with serving(house := House()) as (_, house.url):
        yield house
        house.telegram.close()
