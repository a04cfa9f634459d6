"""A house with every door open, spoken to as over HTTP."""

from __future__ import annotations

import pytest
from inbound_kit import House, Monotonic, spoken_to


@pytest.fixture
def monotonic():
    return Monotonic()


@pytest.fixture
def house(world):
    return House(world)


@pytest.fixture
async def http(house):
    async with spoken_to(house.inbound()) as client:
        yield client
