"""No state of the chat page breaks a rule of WCAG 2 A or AA, in both widths and both themes."""

from __future__ import annotations

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from page_kit import CHROMIUM, DESK, OWNER, PHONE, Stub, bubble, card, opened, report
from playwright.async_api import Browser, Page, expect

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]
RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]},
    "resultTypes": ["violations"],
}
FORUM = -100
LOOKS = [(PHONE, "light"), (PHONE, "dark"), (DESK, "light"), (DESK, "dark")]


@pytest_asyncio.fixture(
    loop_scope="module", params=LOOKS, ids=["phone", "phone-dark", "desk", "desk-dark"]
)
async def look(request, browser: Browser, stub: Stub):
    """Without movement, so that no colour is measured half faded in."""
    size, theme = request.param
    stub.more_world = {
        "checks": [
            {"service": "life-os", "name": "http", "state": "fail", "detail": "HTTP 502"},
            {"service": "life-os", "name": "logs", "state": "blind", "detail": ""},
        ]
    }
    commit = {"id": "abc1234def", "message": "Weekly summary"}
    stub.more_service = {
        "auto_deploy": True,
        "deploys": [
            {"id": "d2", "status": "update_failed", "trigger": "new_commit", "commit": commit},
            {"id": "d1", "status": "deactivated", "trigger": "manual", "commit": commit},
        ],
    }
    async for page in opened(browser, stub, size, color_scheme=theme, reduced_motion="reduce"):
        yield page


async def clean(page: Page):
    found = (await Axe().run(page, options=RULES)).response["violations"]
    told = [(each["id"], node["html"][:160]) for each in found for node in each["nodes"]]
    assert told == []


async def test_quiet(look: Page):
    await expect(look.locator("#empty")).to_be_visible()
    await clean(look)


async def test_the_card_with_its_keys_and_what_came_before_it(look: Page, stub: Stub):
    stub.post("/status", sender=OWNER, entities=[{"type": "bot_command", "offset": 0, "length": 7}])
    stub.post("looks quiet", silent=True, reactions=[{"emoji": "👍", "user_ids": [OWNER]}])
    asked = card(stub)
    await bubble(look, asked).locator('[data-button="Restart…"]').click()
    stub.post("an answer", reply_to_message=asked)
    stub.push("answer", {"callback_query_id": "q1", "user_id": OWNER, "text": "Sure?"})
    await expect(look.locator("#toast")).to_have_text("Sure?")
    await expect(look.locator("#lock-screen")).to_be_visible()
    await clean(look)
    await look.locator("#who").select_option("3")
    await expect(look.locator("#role")).to_contain_text("refuse")
    await look.locator("#slash").click()
    await clean(look)


async def test_an_alert(look: Page, stub: Stub):
    stub.push("answer", {"user_id": OWNER, "text": "No longer possible", "show_alert": True})
    await expect(look.locator("#alert")).to_be_visible()
    await clean(look)


async def test_the_report(look: Page, stub: Stub):
    await bubble(look, report(stub)).locator("[data-file]").click()
    await expect(look.locator("#sheet-body h2")).to_have_text("Incident report")
    await clean(look)


async def test_the_world_in_each_of_its_tabs(look: Page):
    tab = look.locator('[data-view="world"]')
    if await tab.is_visible():
        await tab.click()
    await look.locator('[data-switch="deaf"]').click()
    await expect(look.locator("#repair")).to_have_attribute("aria-disabled", "false")
    for name in ("Break", "Deploys", "Checks", "Log"):
        await look.get_by_role("tab", name=name).click()
        await clean(look)


async def test_the_lock_screen(look: Page, stub: Stub):
    for text in ("P0 life-os is down", "quiet line", "still down"):
        last = stub.post(text, silent=text.startswith("quiet"))
    await expect(bubble(look, last)).to_be_attached()
    tab = look.locator('[data-view="phone"]')
    if await tab.is_visible():
        await tab.click()
    await look.locator(".unstack").click()
    await expect(look.locator(".notice")).to_have_count(3)
    await clean(look)


async def test_topics_pinned_and_the_drawer(look: Page, stub: Stub):
    topic = {"icon_color": 0x6FB9F0, "closed": False, "hidden": False, "deleted": False}
    stub.push(
        "chat",
        {
            "chat": {
                "id": FORUM,
                "type": "supergroup",
                "title": "On call",
                "member_ids": [OWNER],
                "bot_ids": [900],
                "is_forum": True,
                "topics": [
                    {**topic, "id": 1, "name": "General"},
                    {**topic, "id": 7, "name": "Incident 1", "icon_color": 0xFFD67E},
                ],
            }
        },
    )
    there = card(stub, chat=FORUM, message_thread_id=7, is_topic_message=True)
    stub.push("pinned", {"chat_id": FORUM, "pinned": [there["message_id"]]})
    await expect(look.locator(f'.entry[data-chat="{FORUM}"] .badge')).to_have_text("1 unread")
    drawer = look.locator("#drawer-open")
    if await drawer.is_visible():
        await drawer.click()
        await clean(look)
    await look.locator(f'.entry[data-chat="{FORUM}"]').click()
    await expect(look.locator("body")).not_to_have_attribute("data-drawer", "open")
    await look.locator('[data-topic="7"]').click()
    await expect(look.locator("#pinned")).to_be_visible()
    await clean(look)
