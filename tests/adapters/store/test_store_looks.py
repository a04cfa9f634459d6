from __future__ import annotations

from store_examples import MINUTE, NOON

from bot.domain.check import Result, Seen


def look(minutes: int, **fields) -> Result:
    return Result("svc", "http", Seen.FAIL, NOON + minutes * MINUTE, **fields)


async def test_results_come_newest_first_with_every_field(store):
    old = look(0, code="refused", detail="nothing listens", value=0.25)
    new = Result("svc", "http", Seen.PASS, NOON + MINUTE)
    for result in (new, old):
        await store.keep(result)
    assert await store.results("svc", "http") == [new, old]


async def test_looks_at_the_same_moment_keep_their_order(store):
    for detail in ("a", "b", "c"):
        await store.keep(look(0, detail=detail))
    assert [r.detail for r in await store.results("svc", "http")] == ["c", "b", "a"]


async def test_results_are_of_one_check_of_one_service(store):
    await store.keep(look(0))
    await store.keep(Result("svc", "postgres", Seen.PASS, NOON))
    await store.keep(Result("other", "http", Seen.PASS, NOON))
    assert await store.results("svc", "http") == [look(0)]


async def test_since_excludes_its_own_moment_and_limit_cuts_the_oldest(store):
    for minute in range(5):
        await store.keep(look(minute))
    assert await store.results("svc", "http", since=NOON + 2 * MINUTE) == [look(4), look(3)]
    assert await store.results("svc", "http", limit=1) == [look(4)]


async def test_text_that_no_engine_stores_is_mended(store):
    await store.keep(look(0, detail="half \ud83d and \x00"))
    assert [r.detail for r in await store.results("svc", "http")] == ["half ? and �"]
