"""What a messenger does with messages: runs, replies, pins, photos, files, history, keyboards."""

from __future__ import annotations

import re
import time

import pytest
from page_kit import CHROMIUM, HOSTILE, OWNER, RESPONDER, Stub, bubble, card, report, until
from playwright.async_api import Page, expect

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]
DAY = 86_400


async def test_runs_of_one_sender_and_days(desk: Page, stub: Stub):
    then = int(time.time()) - 3 * DAY
    old = stub.post("old", date=then)
    first, second = stub.post("one"), stub.post("two")
    mine = stub.post("mine", sender=OWNER)
    await expect(bubble(desk, mine)).to_be_visible()
    await expect(bubble(desk, old)).to_have_class(re.compile(r"\bends\b"))
    await expect(bubble(desk, first)).not_to_have_class(re.compile(r"\b(follows|ends)\b"))
    await expect(bubble(desk, second)).to_have_class(re.compile(r"\bfollows\b.*\bends\b"))
    await expect(desk.locator("[data-day]")).to_have_count(2)
    await expect(desk.locator("[data-day]").last).to_have_text("Today")
    stub.push("deleted", {"chat_id": OWNER, "message_id": old["message_id"]})
    await expect(desk.locator("[data-day]")).to_have_count(1)


async def test_service_messages_and_the_pinned_bar(page: Page, stub: Stub):
    pinned = card(stub)
    for number in range(20):
        stub.post(f"line {number}\n" * 3, silent=True)
    said = stub.post("", pinned_message=pinned, silent=True)
    await expect(bubble(page, said)).to_contain_text("pinned “🔴 P0 life-os is down")
    await expect(page.locator("#pinned-text")).to_contain_text("P0 life-os is down")
    await page.locator("#pinned").click()
    await expect(bubble(page, pinned)).to_be_in_viewport()
    await expect(bubble(page, pinned)).to_be_focused()


async def test_a_reply_jumps_to_what_it_answers_however_old(page: Page, stub: Stub):
    first = stub.post("the very first")
    for number in range(300):
        stub.messages[OWNER].append(stub.message(f"line {number}", silent=True))
    stub.earlier[OWNER] = stub.messages[OWNER][:60]
    stub.messages[OWNER] = stub.messages[OWNER][60:]
    stub.hang_up()
    last = stub.post("see there", reply_to_message=first, message_id=999)
    await expect(bubble(page, last)).to_be_visible(timeout=10_000)
    assert await page.locator("[data-message-id]").count() < 150
    await bubble(page, last).locator(".quoted").click()
    await expect(bubble(page, first)).to_be_in_viewport()
    await expect(bubble(page, first)).to_be_focused()


async def test_a_photo_opens_large_and_a_file_says_its_size(page: Page, stub: Stub):
    sizes = [{"file_id": "picture", "width": 320, "height": 160, "file_size": 90}]
    message = stub.post("", photo=sizes, caption="Errors per minute")
    image = bubble(page, message).locator(".picture img")
    await expect(image).to_have_attribute("alt", "Errors per minute")
    await expect(bubble(page, message).locator(".text")).to_have_text("Errors per minute")
    await bubble(page, message).locator(".picture").click()
    await expect(page.locator("#sheet.photo img")).to_be_visible()
    await page.keyboard.press("Escape")
    document = report(stub)
    await expect(bubble(page, document).locator("[data-file]")).to_contain_text("512 B")


async def test_a_report_reads_as_written(desk: Page, stub: Stub):
    await bubble(desk, report(stub)).locator("[data-file]").click()
    body = desk.locator("#sheet-body")
    await expect(body.locator("ul ul > li")).to_have_text(
        ["service: exited with code 1", "http: 502"]
    )
    await expect(body.locator("ol > li")).to_have_text(["First", "Second"])
    await expect(body.locator("li.tasked")).to_have_text(["☑done", "☐to do"])
    await expect(body.locator("td")).to_have_text(["http", "200"])
    await expect(body.locator("blockquote em")).to_have_text("words")
    await expect(body.locator("pre")).to_have_text('raise ValueError("| no table |")\n- no list')
    await expect(body.locator("p br")).to_have_count(1)
    await expect(body.get_by_text("- ")).to_have_count(1)


async def test_code_is_copied_on_tap(page: Page, stub: Stub):
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    message = card(stub)
    await bubble(page, message).locator("code").click()
    await expect(page.locator("#toast")).to_have_text("Copied")
    assert await page.evaluate("navigator.clipboard.readText()") == "L1"


async def test_an_edit_takes_the_keys_away_and_keeps_those_unchanged(page: Page, stub: Stub):
    message = card(stub)
    button = page.locator('[data-button="Restart…"]')
    await button.evaluate("node => { window.kept = node; }")
    stub.edit(message, "still down")
    await expect(bubble(page, message)).to_contain_text("still down")
    assert await button.evaluate("node => node === window.kept")
    stub.edit(message, "over", reply_markup=None)
    await expect(page.locator("[data-button]")).to_have_count(0)
    await expect(bubble(page, message).locator(".keyboard")).to_have_count(0)


async def test_reading_further_up_nothing_jumps(page: Page, stub: Stub):
    messages = [stub.post(f"line {number}", silent=True) for number in range(60)]
    await expect(bubble(page, messages[-1])).to_be_visible()
    await page.locator("#scroller").evaluate("node => { node.scrollTop = 600; }")
    await expect(page.locator("#jump")).to_be_visible()
    place = "node => Math.round(node.getBoundingClientRect().top)"
    before = await bubble(page, messages[30]).evaluate(place)
    stub.edit(messages[2], "longer\n" * 12)
    stub.post("one more", silent=True)
    await expect(bubble(page, messages[2])).to_contain_text("edited")
    await expect(page.locator("#jump-count")).to_have_text("1")
    assert abs(await bubble(page, messages[30]).evaluate(place) - before) <= 1


async def test_who_i_am_decides_what_i_see(page: Page, stub: Stub):
    await expect(page.locator("#me-role")).to_have_text("owner")
    await expect(page.locator(".entry")).to_have_count(1)
    await page.locator("#who").select_option("3")
    await expect(page.locator("#role")).to_contain_text("must refuse")
    await page.locator("#who").select_option("50")
    await expect(page.locator("#title")).to_have_text("Life OS")
    await page.locator("#who").select_option(str(RESPONDER))
    await expect(page.locator("#role")).to_contain_text("is on call")
    await page.locator("#composer").fill(HOSTILE)
    await page.keyboard.press("Enter")
    await until(lambda: stub.asked)
    assert stub.asked == [("/api/people/2/say", {"chat_id": RESPONDER, "text": HOSTILE})]


async def test_reactions_toggle(page: Page, stub: Stub):
    message = stub.post("well done")
    change = {"chat_id": OWNER, "message_id": message["message_id"]}
    stub.push("reaction", {**change, "reactions": [{"emoji": "👍", "user_ids": [OWNER]}]})
    chip = bubble(page, message).locator(".reactions button")
    await expect(chip).to_have_attribute("aria-pressed", "true")
    await chip.click()
    await until(lambda: stub.asked)
    assert stub.asked == [("/api/people/1/react", {**change, "emoji": None})]
    stub.push("reaction", {**change, "reactions": []})
    await expect(chip).to_have_count(0)
