"""The chat page in a real browser, against a small stub of the practice world's API."""

from __future__ import annotations

import re

import pytest
from page_kit import (
    CHROMIUM,
    HOSTILE,
    LIFE_OS,
    OWNER,
    RESPONDER,
    USER,
    Stub,
    bubble,
    entity,
    until,
)
from playwright.async_api import Page, expect

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]


async def test_entities_become_nodes(page: Page, stub: Stub):
    text = "🔴🔴 bold italic code link secret\nquoted\nafter /ack"
    kinds = {"bold": "strong", "italic": "em", "code": "code", "secret": ".spoiler"}
    entities = [
        entity("bold", text, "bold italic"),
        entity("italic", text, "italic"),
        entity("code", text, "code"),
        entity("text_link", text, "link", url="javascript:alert(1)"),
        entity("spoiler", text, "secret"),
        entity("expandable_blockquote", text, "quoted"),
        entity("bot_command", text, "/ack"),
    ]
    message = stub.post(text, entities=entities)
    kinds["bold italic"] = kinds.pop("bold")
    for words, selector in kinds.items():
        await expect(bubble(page, message).locator(f".text {selector}")).to_have_text(words)
    await expect(bubble(page, message).locator("strong em")).to_have_text("italic")
    await expect(bubble(page, message).locator("blockquote .fold")).to_have_text("quoted")
    await expect(bubble(page, message).locator("a")).to_have_count(0)
    await expect(bubble(page, message).locator(".spoiler > span")).to_be_hidden()
    await bubble(page, message).locator(".spoiler").click()
    await expect(bubble(page, message).locator(".spoiler > span")).to_be_visible()
    await bubble(page, message).locator(".command").click()
    said = ("/api/people/1/say", {"chat_id": OWNER, "text": "/ack"})
    await until(lambda: said in stub.asked)


async def test_hostile_text_stays_text(desk: Page, stub: Stub):
    rows = [[{"text": HOSTILE, "callback_data": "x"}]]
    document = {"file_id": "f", "file_name": "<b>report.md", "file_size": 5}
    first = stub.post(HOSTILE, reply_markup={"inline_keyboard": rows})
    second = stub.post("", document=document, reply_to_message=first)
    await expect(bubble(desk, first).locator(".text")).to_have_text(HOSTILE)
    await expect(bubble(desk, first).locator("[data-button]")).to_have_text(HOSTILE)
    await expect(bubble(desk, second).locator(".quoted")).to_contain_text("onerror")
    await bubble(desk, second).locator("[data-file]").click()
    await expect(desk.locator("#sheet h2").last).to_have_text("Report")
    await expect(desk.locator("#sheet-body")).to_contain_text(HOSTILE)
    await expect(desk.locator(".timeline img, #sheet-body img, .logs img")).to_have_count(0)
    assert await desk.title() == "Practice world"


async def test_a_tap_waits_for_its_answer(page: Page, stub: Stub):
    rows = [[{"text": "I have it", "callback_data": "ack:7"}]]
    message = stub.post("down", reply_markup={"inline_keyboard": rows})
    button = page.locator('[data-button="I have it"]')
    await button.click()
    await expect(button).to_have_attribute("data-state", "waiting")
    await button.click()
    body = {"chat_id": OWNER, "message_id": message["message_id"], "data": "ack:7"}
    await until(lambda: stub.asked)
    assert stub.asked == [("/api/people/1/tap", body)]
    told = {"callback_query_id": "q1", "user_id": OWNER, "text": "It is yours", "show_alert": False}
    stub.push("answer", {**body, **told})
    await expect(page.locator("#toast")).to_have_text("It is yours")
    await expect(button).to_have_attribute("data-state", "answered")
    await expect(button).to_have_attribute("data-state", "idle")
    stub.push("answer", {**body, **told, "text": "Really?", "show_alert": True})
    await expect(page.locator("#alert")).to_be_visible()
    await expect(page.locator("#alert")).to_contain_text("Really?")


async def test_an_edit_replaces_the_bubble_in_place(page: Page, stub: Stub):
    quote = {"entities": [{"type": "expandable_blockquote", "offset": 0, "length": 60}]}
    first = stub.post("long " * 200, **quote)
    last = stub.post("last")
    await expect(bubble(page, last)).to_be_visible()
    await page.locator("#scroller").evaluate("node => { node.scrollTop = 0; }")
    quote["entities"][0]["length"] = 900
    stub.edit(first, "new " * 300, **quote)
    await expect(bubble(page, first)).to_contain_text("edited")
    await bubble(page, first).locator(".more").click()
    stub.edit(first, "newer " * 300, **quote)
    await expect(bubble(page, first).locator(".text")).to_contain_text("newer")
    await expect(bubble(page, first).locator(".more")).to_have_text("less")
    ids = await page.locator("[data-message-id]").evaluate_all(
        "all => all.map(n => n.dataset.messageId)"
    )
    assert ids == [str(first["message_id"]), str(last["message_id"])]


async def test_only_audible_new_messages_ring_and_light_the_phone(page: Page, stub: Stub):
    lock, body = page.locator("#lock-screen"), page.locator("body")
    silent = stub.post("all well", silent=True)
    await expect(bubble(page, silent).locator(".silent")).to_be_visible()
    stub.edit(silent, "still well")
    stub.post("to a user", chat=USER, sender=LIFE_OS)
    mine = stub.post("from my other phone", sender=OWNER)
    await expect(bubble(page, mine)).to_have_class(re.compile("out"))
    await expect(bubble(page, silent)).to_contain_text("still well")
    await expect(lock).not_to_have_attribute("data-lit", "true")
    await expect(body).not_to_have_attribute("data-rang", re.compile("."))
    stub.post("P0 Life OS is down " + "x" * 200 + "\nsecond line")
    await expect(lock).to_have_attribute("data-lit", "true")
    await expect(lock.locator(".preview")).to_be_visible()
    await expect(lock.locator(".preview")).to_have_text(re.compile(r"^P0 Life OS is down x{90}…$"))
    await expect(lock.locator(".notice")).to_contain_text("Telegram")
    await expect(body).to_have_attribute("data-rang", "1")
    await page.locator("#bell").click()
    stub.post("P0 again")
    await expect(lock.locator(".preview")).to_have_text("P0 again")
    await expect(body).to_have_attribute("data-rang", "1")


async def test_the_lock_screen_stacks_by_chat_what_rang_first(page: Page, stub: Stub):
    alert = stub.post("P0 down")
    stub.post("a line of the log", silent=True)
    tab = page.locator('[data-view="phone"]')
    if await tab.is_visible():
        await tab.click()
    stack = page.locator("#notices > li")
    await expect(stack).to_have_count(1)
    await expect(stack.locator(".preview")).to_have_text("P0 down")
    await stack.locator(".unstack").click()
    await expect(stack.locator(".preview")).to_have_text(["P0 down", "a line of the log"])
    await expect(stack.locator(".notice").last.locator(".silent")).to_be_visible()
    await expect(stack.locator(".notice").first.locator(".silent")).to_have_count(0)
    await stack.locator(".notice").first.click()
    await expect(stack).to_have_count(0)
    await expect(bubble(page, alert)).to_be_focused()


async def test_switches_post(page: Page, stub: Stub):
    tab = page.locator('[data-view="world"]')
    if await tab.is_visible():
        await tab.click()
    once, toggle = (page.locator(f'[data-switch="{name}"]') for name in ("crash", "deaf"))
    await once.click()
    await expect(once).to_have_attribute("data-state", "done")
    await toggle.click()
    await expect(toggle).to_have_attribute("aria-checked", "true")
    wanted = [("/api/switches/crash", {"on": True}), ("/api/switches/deaf", {"on": True})]
    assert stub.asked == wanted
    stub.push("world", stub.world())
    await expect(toggle).to_have_attribute("aria-checked", "false")
    await expect(once).to_have_attribute("data-state", "idle")


async def test_a_reply_is_sent_by_whoever_i_am(page: Page, stub: Stub):
    await page.locator("#who").select_option(str(RESPONDER))
    await expect(page.locator("#title")).to_have_text("Watchdog")
    message = stub.post("any idea?", chat=RESPONDER, silent=True)
    await bubble(page, message).hover()
    await bubble(page, message).locator(".answer").click()
    await page.locator("#composer").fill("line one")
    await page.locator("#composer").press("Shift+Enter")
    await page.keyboard.type("two")
    await page.keyboard.press("Enter")
    await expect(page.locator("#composer")).to_have_value("")
    body = {"chat_id": RESPONDER, "text": "line one\ntwo", "reply_to_message_id": 1}
    assert stub.asked == [("/api/people/2/say", body)]
    await expect(page.locator("[data-message-id]")).to_have_count(2)


async def test_a_dropped_line_is_taken_up_again(desk: Page, stub: Stub):
    stub.hang_up()
    await expect(desk.locator("#offline")).to_be_visible()
    missed = stub.post("while you were away")
    await expect(bubble(desk, missed)).to_be_visible()
    await expect(desk.locator("#offline")).to_be_hidden()
    await expect(desk.locator("#lock-screen .preview")).to_have_text("while you were away")
    await expect(desk.locator("#lock-screen")).to_have_attribute("data-lit", "true")


async def test_unread_messages_are_marked(page: Page, stub: Stub):
    old = [stub.post(f"old {number}", silent=True) for number in range(30)]
    await expect(bubble(page, old[-1])).to_be_visible()
    await page.locator("#scroller").evaluate("node => { node.scrollTop = 0; }")
    await expect(page.locator("#jump")).to_be_visible()
    fresh = stub.post("fresh", silent=True)
    await expect(page.locator("#jump-count")).to_have_text("1")
    await expect(page.locator(".divider.new + [data-message-id]")).to_contain_text("fresh")
    await page.locator("#jump").click()
    await expect(bubble(page, fresh)).to_be_in_viewport()
    await expect(page.locator("#jump")).to_be_hidden()
