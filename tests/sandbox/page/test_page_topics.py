"""A forum in the chat page: topics with what is unread in each; posts go into the chosen one."""

from __future__ import annotations

import pytest
from page_kit import CHROMIUM, OWNER, WATCHDOG, Stub, bubble, until
from playwright.async_api import Page, expect

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]
FORUM = -100
INCIDENT = 7


def topic(number, name, **about):
    plain = {"icon_color": 0x6FB9F0, "closed": False, "hidden": False, "deleted": False}
    return {"id": number, "name": name, **plain, **about}


async def in_forum(page: Page, stub: Stub):
    """Open a forum with General and one incident."""
    chat = {"id": FORUM, "type": "supergroup", "title": "On call", "is_forum": True}
    people = {"member_ids": [OWNER], "bot_ids": [WATCHDOG]}
    topics = [topic(1, "General"), topic(INCIDENT, "Incident 1")]
    stub.messages[FORUM] = []
    stub.push("chat", {"chat": {**chat, **people, "topics": topics}})
    drawer = page.locator("#drawer-open")
    if await drawer.is_visible():
        await drawer.click()
    await page.locator(f'.entry[data-chat="{FORUM}"]').click()
    await expect(page.locator("[data-topic]")).to_have_count(2)


def in_topic(stub: Stub, text, **about):
    thread = {"message_thread_id": INCIDENT, "is_topic_message": True}
    return stub.post(text, chat=FORUM, **thread, **about)


async def test_each_topic_has_its_messages_and_its_count(page: Page, stub: Stub):
    await in_forum(page, stub)
    here, there = stub.post("in general", chat=FORUM), in_topic(stub, "in the incident")
    await expect(bubble(page, here)).to_be_visible()
    await expect(bubble(page, there)).to_have_count(0)
    entry = page.locator(f'[data-topic="{INCIDENT}"]')
    await expect(entry.locator(".badge")).to_have_text("1 unread")
    await entry.click()
    await expect(bubble(page, there)).to_be_visible()
    await expect(bubble(page, here)).to_have_count(0)
    await expect(entry.locator(".badge")).to_have_count(0)
    await expect(page.locator("#subtitle")).to_contain_text("Incident 1")


async def test_a_post_goes_into_the_chosen_topic(page: Page, stub: Stub):
    await in_forum(page, stub)
    await page.locator(f'[data-topic="{INCIDENT}"]').click()
    await page.locator("#composer").fill("mine")
    await page.keyboard.press("Enter")
    await until(lambda: stub.asked)
    body = {"chat_id": FORUM, "text": "mine", "message_thread_id": INCIDENT}
    assert stub.asked == [("/api/people/1/say", body)]


async def test_the_lock_screen_leads_into_the_topic(page: Page, stub: Stub):
    await in_forum(page, stub)
    there = in_topic(stub, "P0 down")
    await page.locator("#lock-screen .notice").first.click()
    await expect(bubble(page, there)).to_be_focused()
    await expect(page.locator(f'[data-topic="{INCIDENT}"]')).to_have_attribute(
        "aria-current", "true"
    )


async def test_topics_come_change_and_go(page: Page, stub: Stub):
    await in_forum(page, stub)
    stub.push("topic", {"chat_id": FORUM, "topic": topic(9, "Incident 2")})
    await expect(page.locator("[data-topic]")).to_have_count(3)
    await page.locator('[data-topic="9"]').click()
    stub.push("topic", {"chat_id": FORUM, "topic": topic(9, "Incident 2", deleted=True)})
    await expect(page.locator("[data-topic]")).to_have_count(2)
    await expect(page.locator('[data-topic="1"]')).to_have_attribute("aria-current", "true")
    stub.push("chat_gone", {"chat_id": FORUM})
    await expect(page.locator("#topics")).to_be_hidden()
