"""Two thousand messages: the page draws few of them, reaches all, and an edit costs little."""

from __future__ import annotations

import pytest
from page_kit import CHROMIUM, OWNER, Stub, bubble
from playwright.async_api import Page, expect

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]
MANY = 2000
GREETED = 200
EDITS = 200

UP = "node => { node.scrollTop = 0; }"


async def test_all_are_reached_by_scrolling_and_edits_are_drawn(desk: Page, stub: Stub):
    every = []
    for number in range(MANY):
        message = stub.message(f"line {number} " + "word " * 12, silent=True)
        every.append({**message, "message_id": number + 1})
    stub.earlier[OWNER], stub.messages[OWNER] = every[:-GREETED], every[-GREETED:]
    stub.hang_up()
    last = bubble(desk, every[-1])
    await expect(last).to_be_visible(timeout=10_000)
    assert await desk.locator(".message").count() <= GREETED
    await expect(last).to_be_in_viewport()
    first = bubble(desk, every[0])
    for _ in range(MANY):
        await desk.locator("#scroller").evaluate(UP)
        if await first.count():
            break
    await expect(desk.locator(".message")).to_have_count(MANY)
    await desk.locator("#scroller").evaluate(UP)
    for number in range(EDITS):
        stub.edit(every[-1], f"edit {number} of the last")
    await expect(last).to_contain_text(f"edit {EDITS - 1} of")
    await desk.locator("#jump").click()
    await expect(last).to_be_in_viewport()
    stub.post("new", message_id=MANY + 1, silent=True)
    await expect(desk.locator(".message")).to_have_count(400)
