"""Environment variables: single ones, the whole list, and that nothing is deployed by itself."""

from __future__ import annotations

import base64

import pytest


@pytest.fixture
def at(world):
    service = world.add(env={"A": "1", "B": "2"})
    return f"/services/{service.id}/env-vars"


async def asked(world, method, path, code=200, **more):
    answer = await world.client.request(method, path, **more)
    assert answer.status_code == code, answer.text
    return answer.json() if answer.content else None


async def stored(world, at):
    rows = await asked(world, "GET", at)
    return {row["envVar"]["key"]: row["envVar"]["value"] for row in rows}


async def test_the_list_is_paged(world, at):
    wanted = [{"key": f"NAME_{n:02}", "value": str(n)} for n in range(45)]
    assert len(await asked(world, "PUT", at, json=wanted)) == 45
    found, cursor = [], None
    while page := await asked(world, "GET", at, params={"cursor": cursor} if cursor else None):
        assert len(page) <= 20
        found += [row["envVar"] for row in page]
        cursor = page[-1]["cursor"]
    assert found == wanted


async def test_what_the_list_leaves_out_is_gone(world, at):
    await asked(world, "PUT", at, json=[{"key": "C", "value": "3"}])
    assert await stored(world, at) == {"C": "3"}


async def test_one_by_one(world, at):
    assert await asked(world, "GET", f"{at}/A") == {"key": "A", "value": "1"}
    assert (await asked(world, "PUT", f"{at}/A", json={"value": ""}))["value"] == ""
    made = await asked(world, "PUT", f"{at}/SECRET", json={"generateValue": True})
    assert len(base64.b64decode(made["value"])) == 32
    await asked(world, "DELETE", f"{at}/B", 204)
    assert await stored(world, at) == {"A": "", "SECRET": made["value"]}
    for method in ("GET", "DELETE"):
        assert (await asked(world, method, f"{at}/B", 404))["message"] == "not found: B"


@pytest.mark.parametrize(
    ("key", "body"),
    [("A", {}), ("A", {"value": 1}), ("A", {"generateValue": False}), ("1=", {"value": "x"})],
)
async def test_what_is_refused(world, at, key, body):
    await asked(world, "PUT", f"{at}/{key}", 400, json=body)
    assert await stored(world, at) == {"A": "1", "B": "2"}


@pytest.mark.parametrize("body", [{}, ["A"], [{"value": "1"}], [{"key": "A"}]])
async def test_lists_that_are_refused(world, at, body):
    await asked(world, "PUT", at, 400, json=body)
    assert await stored(world, at) == {"A": "1", "B": "2"}


async def test_nothing_is_deployed_by_itself(world, service):
    before = list(service.history.deploys)
    at = f"/services/{service.id}/env-vars"
    await asked(world, "PUT", f"{at}/GREETING", json={"value": "hello"})
    assert list(service.history.deploys) == before
    assert "GREETING" not in service.release.env
    await service.ask_deploy("api")[1].done.wait()
    assert service.release.env["GREETING"] == "hello"
