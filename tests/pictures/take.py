"""Take the pictures of the documents: nights in the practice world, seen on its chat page.

Run by `make pictures`. Each state is taken at two widths in two themes: NAME-phone-light.jpg and
so on, as JPEG, because the wallpaper makes PNG large. Needs Chromium, as the tests of the page do,
and a font with emoji.
"""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright

from bot.sandbox import cast
from bot.sandbox.nights import NIGHTS
from bot.sandbox.nights.crash import WANTED
from bot.sandbox.nights.person import on_call
from bot.sandbox.nights.story import PAGED, Story, settled, tap_in_the_api
from bot.sandbox.switches import BY_NAME
from bot.sandbox.world import PracticeWorld

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
SPEED = 40.0
WIDTHS = {"phone": (390, 844), "desk": (1280, 800)}
THEMES = ("light", "dark")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
QUALITY = 80
REACTION = 6.0  # seconds: four pages are drawn before the tap; who waits does not tap twice
SETTLED = 0.7  # seconds for the page to draw what has just come

Pages = dict[str, Page]


async def main() -> None:
    found = subprocess.run(["fc-list", f":charset={ord('🔴'):x}"], capture_output=True, check=True)
    if not found.stdout:
        sys.exit("No font here has emoji: they would be boxes. Install fonts-noto-color-emoji.")
    async with async_playwright() as playwright:
        chromium = shutil.which("chromium") or "/usr/bin/chromium"
        browser = await playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for take in (quiet, bad_deploy, crash, options, database, unknown, side_by_side):
            if not sys.argv[1:] or take.__name__ in sys.argv[1:]:
                print(take.__name__, flush=True)
                await take(browser)
        await browser.close()


@asynccontextmanager
async def watched(browser: Browser) -> AsyncIterator[tuple[PracticeWorld, Pages]]:
    async with PracticeWorld(SPEED) as world:
        pages = {}
        for width, (x, y) in WIDTHS.items():
            for theme in THEMES:
                size = {"width": x, "height": y}
                page = await browser.new_page(viewport=size, color_scheme=theme)
                await page.goto(world.server.base)
                await page.select_option("#who", str(cast.ANN.id))
                pages[f"{width}-{theme}"] = page
        yield world, pages
        for page in pages.values():
            await page.close()


async def shot(pages: Pages, name: str, shows: str = "") -> None:
    """Of the newest message that has these words, from its end; else of the end of the chat."""
    await asyncio.sleep(SETTLED)
    for which, page in pages.items():
        await page.evaluate("document.querySelector('#alert button')?.click()")
        if shows:
            shown = page.locator("[data-message-id]", has_text=shows).last
            await shown.evaluate("message => message.scrollIntoView({block: 'end'})")
            await asyncio.sleep(SETTLED)
        await picture(page, f"{name}-{which}")
    print("  ", name, flush=True)


async def picture(page: Page, name: str) -> None:
    await page.screenshot(path=PICTURES / f"{name}.jpg", type="jpeg", quality=QUALITY)


def at(pages: Pages, names: dict[str, str]) -> Callable[[str], None]:
    """Take a picture when the story says so: what it says → the picture's name."""

    def told(line: str) -> None:
        for said, name in names.items():
            if line.endswith(said):
                waiting.append(asyncio.ensure_future(shot(pages, name, SHOWS.get(name, ""))))

    return told


QUESTION = "Ann asked"
SHOWS = {  # what the picture is of, where other messages come below it
    "proof": "It is not called resolved before",
    "all-clear": "every check passes",
    "restart-all-clear": "every check passes",
    "database-all-clear": "every check passes",
}
waiting: list[Awaitable[None]] = []


def asking(pages: Pages, question: str, offer: str = "") -> Callable[..., Awaitable[None]]:
    """Ann's finger: it waits for the pictures of the first offer, and of what is asked then."""
    names = [name for name in (offer, question) if name]

    async def hand(story: Story, who: cast.Somebody, message: dict, button: dict) -> None:
        if names and ("Yes" in button["text"]) == (names[0] == question):
            name = names.pop(0)
            await shot(pages, name, QUESTION if name == question else "")
        await tap_in_the_api(story, who, message, button)
        await asyncio.sleep(REACTION)

    return hand


async def play(world: PracticeWorld, night: str, told: Callable[[str], None], hand) -> None:
    await NIGHTS[night].play(Story(world, told=told, hand=hand))
    await asyncio.gather(*waiting)
    waiting.clear()


async def quiet(browser: Browser) -> None:
    async with watched(browser) as (world, pages):
        story = Story(world)
        await settled(story)
        await shot(pages, "quiet")
        for which, page in pages.items():
            if which.startswith("phone"):
                await page.click('[data-view="world"]')
                await asyncio.sleep(SETTLED)
                await picture(page, f"world-{which}")


async def bad_deploy(browser: Browser) -> None:
    async with watched(browser) as (world, pages):
        told = at(
            pages,
            {
                PAGED: "lock",
                "the platform is asked": "rollback-underway",
                "its effect is looked for": "proof",
                "the all-clear names it": "all-clear",
                "the to-do is listed": "todo",
            },
        )
        await play(world, "bad-deploy", told, asking(pages, "rollback-question", "rollback-offer"))


async def crash(browser: Browser) -> None:
    async with watched(browser) as (world, pages):
        told = at(pages, {"the all-clear names it": "restart-all-clear"})
        await play(world, "crash", told, asking(pages, "restart-question", "restart-offer"))


async def options(browser: Browser) -> None:
    """The ways out as buttons; and the proof when its first half has held."""
    async with watched(browser) as (world, pages):
        story = Story(world)
        await settled(story)
        await BY_NAME["crash"].flip(world)
        await story.until("ways out", lambda: story.button("B 🧭"), 60)
        await shot(pages, "options")
        ann = asyncio.create_task(on_call(story, cast.ANN, WANTED))
        half = lambda: story.saying("✅ Was healthy")  # noqa: E731 - it is passed on
        await story.until("half of it has held", half, 200)
        ann.cancel()
        await shot(pages, "proof-rows", SHOWS["proof"])


async def database(browser: Browser) -> None:
    async with watched(browser) as (world, pages):
        told = at(pages, {"the all-clear names it": "database-all-clear"})
        hand = asking(pages, "database-question", "database-offer")
        await play(world, "database-down", told, hand)


async def unknown(browser: Browser) -> None:
    """The platform's answer is lost and nothing happens: it is not repeated, and not over."""
    async with watched(browser) as (world, pages):
        story = Story(world, hand=asking(pages, "lost-question"))
        await settled(story)
        world.render.faults.arm("drop_before", method="POST", path="/restart")
        await BY_NAME["crash"].flip(world)
        ann = asyncio.create_task(on_call(story, cast.ANN, WANTED))
        await story.until("asked", lambda: story.tapped(WANTED[0]), 60)
        ann.cancel()
        await story.until("not sure", lambda: story.saying("no proof that it did not"), 120)
        await shot(pages, "unknown")
        await story.until("not over", lambda: story.saying("it is not over"), 200)
        await shot(pages, "not-over")


BEST = ("rollback-offer", "rollback-question", "proof", "all-clear")


async def side_by_side(browser: Browser) -> None:
    """One night on the phone, for the first page: the offer, the question, the proof, the end."""
    files = [PICTURES / f"{name}-phone-light.jpg" for name in BEST]
    shown = "".join(f'<img src="data:image/jpeg;base64,{encoded(file)}">' for file in files)
    style = "body{margin:0;display:flex;gap:16px;background:#fff}img{border-radius:18px}"
    page = await browser.new_page(viewport={"width": 4 * 390 + 3 * 16, "height": 844})
    await page.set_content(f"<style>{style}</style>{shown}")
    await picture(page, "incident")
    await page.close()


def encoded(file: Path) -> str:
    return b64encode(file.read_bytes()).decode()


if __name__ == "__main__":
    asyncio.run(main())
