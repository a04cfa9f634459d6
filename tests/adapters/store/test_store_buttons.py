from __future__ import annotations

from dataclasses import replace

from store_examples import NO, NOON, YES, post

from bot.ports import Button, IssuedButton


async def test_a_button_knows_its_post_chat_and_message(store):
    await store.post(post())
    token = (await store.issue("card:1", [YES]))[YES]
    assert await store.issued(token) == IssuedButton(token, YES, "card:1", -100, None)
    await store.sent(await store.sending(await store.posted("card:1")), 5, NOON)
    assert (await store.issued(token)).message_id == 5
    assert await store.issued(token + "x") is None


async def test_the_same_button_of_a_post_keeps_its_token(store):
    await store.post(post("card:1"), post("card:2"))
    first = await store.issue("card:1", [YES, NO])
    assert len(set(first.values())) == 2
    assert await store.issue("card:1", [NO, YES]) == first
    relabelled = replace(YES, label="Yes")
    assert await store.issue("card:1", [relabelled]) == {relabelled: first[YES]}
    elsewhere = await store.issue("card:2", [YES, NO])
    assert not set(elsewhere.values()) & set(first.values())


async def test_another_argument_is_another_button(store):
    await store.post(post())
    buttons = [
        Button("a", "approve", 1, "1.restart"),
        Button("a", "approve", 1, "2.restart"),
        Button("a", "approve", 2, "1.restart"),
        Button("a", "deny", 1, "1.restart"),
    ]
    tokens = await store.issue("card:1", buttons)
    assert list(tokens) == buttons
    assert len(set(tokens.values())) == 4


async def test_a_token_is_long_enough_to_be_unguessable_and_fits(store):
    await store.post(post())
    token = (await store.issue("card:1", [YES]))[YES]
    assert len(token) == 22  # 128 bits; callback_data has 64 bytes


async def test_no_buttons_and_doubles(store):
    await store.post(post())
    assert await store.issue("card:1", []) == {}
    assert len(await store.issue("card:1", [YES, YES])) == 1


async def test_issued_at_once_they_agree(store, all_at_once):
    await store.post(post())
    first, *rest = await all_at_once(*(store.issue("card:1", [YES, NO]) for _ in range(8)))
    assert all(tokens == first for tokens in rest)
