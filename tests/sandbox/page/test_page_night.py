"""A whole night in a real browser: what Ann taps, she taps on the chat page."""

import re
from contextlib import suppress

import pytest
from page_kit import CHROMIUM
from playwright.async_api import TimeoutError as Gone
from playwright.async_api import async_playwright, expect

from bot.sandbox import cast
from bot.sandbox.nights import NIGHTS
from bot.sandbox.nights.story import Story
from bot.sandbox.world import PracticeWorld

pytestmark = pytest.mark.timeout(600)

SPEED = 120.0
LETTER = re.compile(r"^[A-Z] ")  # of a way out
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]


async def test_a_bad_deploy_is_put_right_on_the_page():
    taps = []
    async with PracticeWorld(SPEED) as world, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = await browser.new_page(viewport={"width": 390, "height": 844})
        await page.goto(world.server.base)
        await page.select_option("#who", str(cast.ANN.id))
        # What was tapped too late is answered by a box, which a person closes first.
        await page.add_locator_handler(page.locator("#alert button"), lambda ok: ok.click())

        async def finger(story, who, message, button):
            """Press the button that the page shows under that message."""
            assert who is cast.ANN
            bubble = page.locator(f'[data-message-id="{message["message_id"]}"]')
            label = LETTER.sub("", button["text"])  # a fresh look may give it another letter
            with suppress(Gone):  # the button has gone meanwhile: Ann looks again
                await bubble.locator(f'[data-button$="{label}"]').click(timeout=5_000)
                taps.append(label)

        story = Story(world, hand=finger)
        try:
            await NIGHTS["bad-deploy"].play(story)
        except Exception as error:
            error.add_note("\n".join(f"{at:6.1f} {what}" for at, what in story.marks))
            error.add_note("\n".join(list(world.watchdog.log)[-60:]))
            raise
        all_clear = page.locator(".bubble", has_text="resolved after")  # the report quotes it
        await expect(all_clear.filter(has_text="every check passes").last).to_be_visible()
        await browser.close()
    assert list(dict.fromkeys(taps))[:2] == ["⏪ Roll back…", "✅ Yes, roll back"]
