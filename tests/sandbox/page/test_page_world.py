"""The world beside the chat: deploys, checks, the log that follows or waits, and repairing all."""

from __future__ import annotations

import pytest
from page_kit import CHROMIUM, Stub, until
from playwright.async_api import Page, expect

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]


async def opened_tab(page: Page, name: str):
    view = page.locator('[data-view="world"]')
    if await view.is_visible():
        await view.click()
    await page.get_by_role("tab", name=name).click()


async def test_processes_say_what_they_are_and_use(page: Page, stub: Stub):
    await opened_tab(page, "Break")
    service = page.locator('[data-card="life-os"]')
    await expect(service).to_contain_text("400 MB of 512 MB")
    await expect(service.locator(".state")).to_have_text("running")
    stub.more_service = {"state": "crashed"}
    stub.push("world", stub.world())
    await expect(service).to_have_attribute("data-state", "crashed")
    await expect(page.locator("#world-said")).to_have_text("Service crashed")
    await expect(page.locator('[data-card="watchdog"]')).to_contain_text("90 MB")


async def test_deploys_tell_which_is_live(page: Page, stub: Stub):
    commit = {"id": "abcdef1234", "message": "Weekly summary\n\nLong text"}
    at = {"created_at": "2026-11-22T03:00:00Z"}
    stub.more_service = {
        "auto_deploy": False,
        "deploys": [
            {"id": "d2", "status": "update_failed", "trigger": "new_commit", **at},
            {"id": "d1", "status": "live", "trigger": "manual", "commit": commit, **at},
        ],
    }
    stub.push("world", stub.world())
    await opened_tab(page, "Deploys")
    await expect(page.locator('[data-deploy="d1"]')).to_contain_text("abcdef1")
    await expect(page.locator('[data-deploy="d1"] .state')).to_have_text("live")
    await expect(page.locator('[data-deploy="d1"]')).not_to_contain_text("Long")
    await expect(page.locator('[data-deploy="d2"] .state')).to_have_text("failed to start")
    await expect(page.locator("#auto-deploy")).to_contain_text("Auto-deploy is off")


async def test_checks_show_only_where_there_are_any(page: Page, stub: Stub):
    await opened_tab(page, "Break")
    await expect(page.locator("#tab-checks-open")).to_be_hidden()
    told = {"service": "life-os", "detail": "HTTP 502"}
    stub.more_world = {
        "checks": [{**told, "name": "http", "state": "fail"}, {"name": "logs", "state": "pass"}]
    }
    stub.push("world", stub.world())
    await opened_tab(page, "Checks")
    await expect(page.locator("#tab-checks")).to_have_text("1")
    await expect(page.locator('[data-check="http"]')).to_contain_text("HTTP 502")


async def test_the_log_follows_and_waits(page: Page, stub: Stub):
    lines = stub.world()["logs"]
    await opened_tab(page, "Log")
    await expect(page.locator(".logs li")).to_have_count(40)
    follow, logs = page.locator("#follow"), page.locator("#logs")
    await follow.click()
    await expect(follow).to_have_attribute("aria-pressed", "false")
    place = await logs.evaluate("node => node.scrollTop")
    stub.more_world = {"logs": [*lines, {**lines[0], "text": "ERROR it broke"}]}
    stub.push("world", stub.world())
    await expect(follow).to_contain_text("new")
    await expect(page.locator(".logs li.bad span")).to_have_text(["ERROR it broke"])
    assert await logs.evaluate("node => node.scrollTop") == place
    stub.push("world", stub.world())
    await follow.click()
    await expect(page.locator(".logs li.bad")).to_be_in_viewport()
    await expect(page.locator(".logs li.bad")).to_have_count(1)


async def test_repair_everything_turns_off_what_is_on(page: Page, stub: Stub):
    stub.switches += [{**stub.switches[1], "name": name} for name in ("stop", "freeze")]
    for switch in stub.switches[1:3]:
        switch["on"] = True
    stub.push("world", stub.world())
    await opened_tab(page, "Break")
    await expect(page.locator("#repair")).to_have_text("Repair everything (2)")
    await page.locator("#repair").click()
    await until(lambda: len(stub.asked) == 2)
    off = {"on": False}
    assert stub.asked == [("/api/switches/deaf", off), ("/api/switches/stop", off)]
    await expect(page.locator("#repair")).to_have_attribute("aria-disabled", "true")
