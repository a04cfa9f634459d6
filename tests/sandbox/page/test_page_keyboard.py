"""The chat page without a mouse: real keys, from a fresh page to the end of an incident."""

from __future__ import annotations

import re

import pytest
from page_kit import CHROMIUM, OWNER, Stub, bubble, card, report, until
from playwright.async_api import Page, expect

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]
MOST_STOPS = 40
FOCUSED = "document.activeElement"


async def tab_to(page: Page, selector: str, key: str = "Tab") -> int:
    """Press the key until the focus is there; fails when that takes too many stops."""
    for pressed in range(1, MOST_STOPS + 1):
        await page.keyboard.press(key)
        if await page.evaluate(f"{FOCUSED}.matches({selector!r})"):
            return pressed
    raise AssertionError(f"{selector} cannot be reached with {key}")


async def ring_is_drawn(page: Page):
    """The focus shows: on the control itself, or on what stands for it."""
    seen = await page.evaluate(
        f"""[{FOCUSED}, {FOCUSED}.parentElement].some((node) => {{
            const style = getComputedStyle(node);
            return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
        }})"""
    )
    assert seen


async def test_a_whole_incident_by_keys(page: Page, stub: Stub):
    message = card(stub)
    report(stub)
    await expect(page.locator("[data-file]")).to_be_visible()
    await tab_to(page, '[data-button="Restart…"]')
    await ring_is_drawn(page)
    await page.keyboard.press("Enter")
    await expect(page.locator('[data-button="Restart…"]')).to_have_attribute(
        "data-state", "waiting"
    )
    await tab_to(page, '[data-button="Yes, restart"]')
    await page.keyboard.press("Space")
    await until(lambda: len(stub.asked) == 2)
    taps = [("/api/people/1/tap", message["message_id"], data) for data in ("r", "y")]
    assert [(path, body["message_id"], body["data"]) for path, body in stub.asked] == taps
    await tab_to(page, "[data-file]")
    await page.keyboard.press("Enter")
    await expect(page.locator("#sheet")).to_be_visible()
    await expect(page.locator("#sheet-body h2")).to_have_text("Incident report")
    for _ in range(8):
        await page.keyboard.press("Tab")
        inside = f"!{FOCUSED}.closest('.app')"
        assert await page.evaluate(inside), "the focus left the open sheet"
    await page.keyboard.press("Escape")
    await expect(page.locator("#sheet")).to_be_hidden()
    assert await page.evaluate(f"{FOCUSED}.matches('[data-file]')")
    if await page.locator('[data-view="world"]').is_visible():
        await tab_to(page, '[data-view="world"]')
        await page.keyboard.press("Enter")
        await tab_to(page, '[data-switch="deaf"]', "Shift+Tab")
    else:
        await tab_to(page, '[data-switch="deaf"]')
    await ring_is_drawn(page)
    await page.keyboard.press("Space")
    await until(lambda: ("/api/switches/deaf", {"on": True}) in stub.asked)


async def test_many_messages_are_one_stop(page: Page, stub: Stub):
    posted = [stub.post(f"line {number}", silent=True) for number in range(60)]
    await expect(bubble(page, posted[-1])).to_be_visible()
    await tab_to(page, "li.message")
    assert await page.evaluate(f"{FOCUSED}.dataset.messageId") == str(posted[-1]["message_id"])
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("ArrowUp")
    assert await page.evaluate(f"{FOCUSED}.dataset.messageId") == str(posted[-3]["message_id"])
    await ring_is_drawn(page)
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.locator("#replying-text")).to_have_text("line 57")
    await expect(page.locator("#composer")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.locator("#replying")).to_be_hidden()


async def test_an_edit_leaves_the_focus_where_it_is(page: Page, stub: Stub):
    message = card(stub)
    await expect(bubble(page, message)).to_be_visible()
    await tab_to(page, '[data-button="Restart…"]')
    stub.edit(message, "🟠 still down")
    await expect(bubble(page, message)).to_contain_text("still down")
    assert await page.evaluate(f"{FOCUSED}.dataset.button") == "Restart…"


async def test_the_drawer_holds_the_focus_and_gives_it_back(page: Page):
    if not await page.locator("#drawer-open").is_visible():
        await tab_to(page, ".entry")
        return
    await tab_to(page, "#drawer-open")
    await page.keyboard.press("Enter")
    for _ in range(6):
        held = f"{FOCUSED} === document.body || {FOCUSED}.closest('#drawer') !== null"
        assert await page.evaluate(held)
        await page.keyboard.press("Tab")
    await page.locator("#drawer-close").focus()
    await page.keyboard.press("Escape")
    await expect(page.locator("#drawer-open")).to_be_focused()
    await expect(page.locator("#drawer")).to_be_hidden()


async def test_arrows_walk_tabs_and_commands(page: Page, stub: Stub):
    await page.locator("#composer").focus()
    await page.keyboard.type("/")
    await expect(page.locator("[data-command]")).to_have_count(2)
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("Enter")
    await until(lambda: stub.asked)
    assert stub.asked == [("/api/people/1/say", {"chat_id": OWNER, "text": "/status"})]
    if await page.locator('[data-view="world"]').is_visible():
        await page.locator('[data-view="world"]').click()
    await page.locator("#open-switches").focus()
    await page.keyboard.press("ArrowRight")
    await expect(page.locator("#panel-deploys")).to_be_visible()
    await page.keyboard.press("End")
    await expect(page.locator("#panel-log")).to_be_visible()
    await expect(page.locator("#open-log")).to_be_focused()


async def test_what_arrives_is_announced_politely(page: Page, stub: Stub):
    said = page.locator("#said")
    await expect(said).to_have_attribute("aria-live", "polite")
    first = stub.post("P0 down")
    await expect(said).to_have_text(re.compile("P0 down"))
    stub.edit(first, "P0 still down")
    await expect(bubble(page, first)).to_contain_text("still down")
    await expect(said).not_to_contain_text("still")
