"""Life OS really broken by its switches, and really well again after the repair."""

from __future__ import annotations

import pytest
import pytest_asyncio
from broken_world import opened

from bot.sandbox import cast

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300)]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def home():
    async for one in opened():
        yield one


@pytest_asyncio.fixture(loop_scope="module")
async def broken(home):
    yield home
    await home.repair()
    await home.until_well()


async def test_a_hung_poller_is_healthy_and_its_messages_pile_up(broken):
    await broken.answered()
    await broken.flip("hang")
    assert broken.is_on("hang")

    async def piled_up():
        return await broken.pending() >= 5

    await broken.until(piled_up)
    first = await broken.pending()
    assert await broken.is_well()
    await broken.until(lambda: more_than(broken, first))
    await broken.repair()
    await broken.answered()

    async def few():
        return await broken.pending() <= 1

    await broken.until(few)


async def more_than(broken, count):
    return await broken.pending() > count


async def test_a_blocked_loop_is_told_by_the_page(broken):
    await broken.flip("block")

    async def stale():
        status, body = await broken.health()
        return status == 503 and "the poller's heartbeat" in str(body)

    await broken.until(stale)
    await broken.repair()
    await broken.until_well()


async def test_the_crash_loop_survives_a_fresh_instance(broken):
    before, (old,) = len(broken.failures()), broken.world.service.serving
    await broken.flip("crash-loop")
    await broken.until(lambda: len(broken.failures()) >= before + 3)
    moved, *crashes = broken.failures()[before:]
    assert moved["evicted"]
    assert all(one["nonZeroExit"] == 1 for one in crashes)
    assert broken.count('psycopg2.errors.DuplicateTable: relation "reminders" already exists')
    broken.world.service.ask_restart()
    await broken.until(lambda: broken.world.service.serving[0] is not old)
    fresh, seen = broken.world.service.serving[0], len(broken.failures())
    await broken.until(lambda: len(broken.failures()) > seen and fresh.crashes)
    await broken.repair()
    await broken.until_well()
    await broken.answered()


async def test_a_missing_variable_loops_until_it_is_put_back(broken):
    before = len(broken.failures())
    await broken.flip("missing-variable")
    await broken.until(lambda: len(broken.failures()) >= before + 2)
    assert broken.count("KeyError: 'LIFE_OS_JOURNAL'") >= 2
    assert broken.count('/opt/render/project/src/lifeos/journal.py", line')
    assert broken.world.snapshot_state() in {"crashed", "running", "starting"}
    await broken.repair()
    await broken.until(lambda: broken.world.service.release.env.get(cast.JOURNAL_VARIABLE))
    await broken.until_well()
    await broken.answered()


async def test_a_full_disk_fails_each_message_and_shows_in_the_metric(broken):
    await broken.answered()
    assert await disk(broken, "disk-usage") < 2**20
    kept = (broken.world.disk.folder / cast.JOURNAL).read_text()
    assert "/goals 2001" in kept
    said = broken.count("[Errno 28]")
    await broken.flip("disk-full")
    await broken.until(lambda: broken.count("[Errno 28] No space left on device") >= said + 3)
    assert broken.count(" failed for user 2001") >= 3

    async def full():
        return await disk(broken, "disk-usage") == await disk(broken, "disk-capacity")

    await broken.until(full)
    await broken.repair()
    await broken.until_well()
    said = broken.count("[Errno 28]")
    await broken.answered()
    assert broken.count("[Errno 28]") == said
    assert (broken.world.disk.folder / cast.JOURNAL).read_text().startswith(kept)


async def disk(broken, name):
    address = f"{broken.world.server.base}/render/v1/metrics/{name}"
    answer = await broken.client.get(
        address,
        params={"resource": broken.world.service.id},
        headers={"Authorization": f"Bearer {cast.RENDER_KEY}"},
    )
    ((one,),) = [answer.json()]
    assert one["unit"] == "bytes"
    return one["values"][-1]["value"]


async def test_a_leak_ends_at_the_limit_without_a_word(broken):
    before, said = len(broken.failures()), len(broken.told())
    await broken.flip("leak")
    assert broken.is_on("leak")
    await broken.until(lambda: len(broken.failures()) > before)
    assert broken.failures()[before] == {"evicted": False, "oomKilled": {"memoryLimit": "512Mi"}}
    after = broken.told()[said:]
    assert not [line for line in after if "Traceback" in line or "exited with" in line]
    await broken.repair()
    await broken.until_well()


async def test_flapping_goes_on_until_it_is_repaired(broken):
    before = len(broken.failures())
    await broken.flip("flap")
    states = set()
    deaths = before + 2

    def twice():
        states.add(broken.world.snapshot_state())
        return len(broken.failures()) >= deaths

    await broken.until(twice)
    assert states >= {"running", "crashed"}
    assert all(one["evicted"] for one in broken.failures()[before:])
    assert broken.world.service.serving[0].crashes <= 1
    await broken.repair()
    await broken.until_well()
    await broken.answered()
