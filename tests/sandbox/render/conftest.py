"""A served emulator with one live service, and a client that knows its key."""

from __future__ import annotations

import pytest
from emulated_render import KEY, OWNER, World, client_of, served
from starlette.applications import Starlette
from starlette.routing import Mount

from bot.sandbox.pace import Pace
from bot.sandbox.render import Render, health, instance, preparing


@pytest.fixture
def speed():
    return 200.0


@pytest.fixture
async def world(tmp_path, speed, monkeypatch):
    monkeypatch.setattr(preparing, "BUILD_SECONDS", 4.0)
    monkeypatch.setattr(instance, "SHORTEST_GRACE", 0.3)
    monkeypatch.setattr(instance, "SHORTEST_START", 0.3)
    monkeypatch.setattr(health, "LEAST_ANSWER", 0.5)
    monkeypatch.setattr(health, "LEAST_PAUSE", 0.05)
    render = Render(Pace(speed), KEY, OWNER)
    app = Starlette(routes=[Mount("/render/v1", routes=render.routes)])
    async with served(app) as port, client_of(port) as client:
        yield World(render, tmp_path / "service", client, tmp_path / "switch")
        await render.close()


@pytest.fixture
def long_builds(world, monkeypatch):
    """Half a second of ours: time enough for something to happen meanwhile."""
    monkeypatch.setattr(preparing, "BUILD_SECONDS", 100.0)


@pytest.fixture
async def service(world):
    service = world.add()
    deploy = await service.start()
    assert deploy.status == "live"
    return service
