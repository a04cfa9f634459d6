"""Claude's emulator through the official SDK: answers, streams, tools, counting, models."""

from __future__ import annotations

import asyncio
import json

import anthropic
import pytest
from claude_kit import FORMAT, HELLO, KEY, MODEL, Note, async_client, say, sync_client, words

from bot.sandbox.claude import Failure, data, refusal, text, tool_use

pytestmark = pytest.mark.asyncio(loop_scope="module")

TOOL = {"name": "read_logs", "description": "", "input_schema": {"type": "object"}}


async def test_plain_answer(client, claude):
    message = await say(client)
    assert message.type == "message"
    assert message.role == "assistant"
    assert message.model == MODEL
    assert [block.type for block in message.content] == ["thinking", "text"]
    assert message.content[0].thinking == ""
    assert message.content[0].signature
    assert words(message).endswith((".", "?"))
    assert message.stop_reason == "end_turn"
    assert message.usage.input_tokens > 0
    assert message.usage.output_tokens > 5
    assert message._request_id.startswith("req_")
    assert claude.asked == [{"model": MODEL, "max_tokens": 4096, "messages": HELLO}]
    assert claude.journal[0].headers["authorization"] == f"Bearer {KEY}"
    assert claude.journal[0].headers["anthropic-version"] == "2026-10-21"


async def test_the_same_question_has_the_same_answer(client):
    first, second = await say(client), await say(client)
    assert words(first) == words(second)
    assert first.id != second.id


async def test_the_sync_client_too(served, claude):
    def ask():
        with sync_client(served.base) as client:
            whole = client.messages.create(model=MODEL, max_tokens=4096, messages=HELLO)
            with client.messages.stream(model=MODEL, max_tokens=4096, messages=HELLO) as stream:
                return whole, "".join(stream.text_stream), stream.get_final_message()

    whole, streamed, final = await asyncio.to_thread(ask)
    assert words(whole) == streamed == words(final)
    assert final.stop_reason == "end_turn"


async def test_stream(client, claude):
    claude.script(text("Grüße, " * 30))
    async with client.messages.stream(model=MODEL, max_tokens=4096, messages=HELLO) as stream:
        kinds = [event.type async for event in stream]
        final = await stream.get_final_message()
    assert words(final) == "Grüße, " * 30
    assert [kinds[0], kinds[-1]] == ["message_start", "message_stop"]
    assert kinds.count("text") > 5
    assert final.usage.output_tokens == len("Grüße, " * 30) // 4 + 1
    assert final.content[0].type == "thinking"
    assert final.content[0].signature


async def test_script_is_used_up_in_order(client, claude):
    claude.script(text("one"), text("two"))
    claude.script(lambda ask: text(f"three of {ask['model']}"))
    said = [words(await say(client)) for _ in range(4)]
    assert said[:3] == ["one", "two", f"three of {MODEL}"]
    assert said[3] not in said[:3]
    claude.script(text("never"))
    claude.forget()
    assert words(await say(client)) == said[3]


@pytest.mark.parametrize("streamed", [False, True])
async def test_tool_loop(client, claude, streamed):
    claude.script(tool_use("read_logs", {"grep": "Error ü"}, first_said="I look."), text("Done."))
    wish = {"model": MODEL, "max_tokens": 4096, "messages": HELLO, "tools": [TOOL]}
    if streamed:
        async with client.messages.stream(**wish) as stream:
            message = await stream.get_final_message()
    else:
        message = await client.messages.create(**wish)
    assert message.stop_reason == "tool_use"
    call = message.content[-1]
    assert (call.type, call.name, call.input) == ("tool_use", "read_logs", {"grep": "Error ü"})
    result = {"type": "tool_result", "tool_use_id": call.id, "content": "nothing"}
    turns = [*HELLO, message.to_param(), {"role": "user", "content": [result]}]
    assert words(await say(client, messages=turns, tools=[TOOL])) == "Done."


async def test_tools_are_never_called_unasked(client):
    for choice in ({"type": "auto"}, {"type": "none"}):
        message = await say(client, tools=[TOOL], tool_choice=choice)
        assert message.stop_reason == "end_turn"
        assert words(message)


async def test_structured_output(client, claude):
    message = await say(client, output_config=FORMAT)
    note = Note.model_validate_json(words(message))
    assert note == Note(claims=[], action_ids=[], answer="Practice answer.", verdict=False)
    assert list(json.loads(words(message))) == ["claims", "action_ids", "answer", "verdict"]
    parsed = await client.messages.parse(
        model=MODEL, max_tokens=4096, messages=HELLO, output_format=Note
    )
    assert parsed.parsed_output == note
    claude.script(data({"claims": [], "action_ids": ["restart"], "answer": "x", "verdict": True}))
    assert Note.model_validate_json(words(await say(client))).action_ids == ["restart"]


async def test_refusal(client, claude):
    claude.script(refusal(), refusal("Sorry.", "bio"))
    empty = await say(client)
    assert (empty.stop_reason, words(empty), empty.stop_details.category) == (
        "refusal",
        "",
        "cyber",
    )
    spoken = await say(client)
    assert (words(spoken), spoken.stop_details.category) == ("Sorry.", "bio")


async def test_max_tokens_cuts(client, claude):
    claude.script(text("x" * 400))
    message = await say(client, max_tokens=10)
    assert (message.stop_reason, words(message)) == ("max_tokens", "x" * 40)
    assert message.usage.output_tokens == 10


async def test_a_scripted_failure(client, claude):
    claude.script(Failure("overloaded"), text("Back."))
    with pytest.raises(anthropic.OverloadedError):
        await say(client)
    assert words(await say(client)) == "Back."


async def test_count_tokens(client):
    count = await client.messages.count_tokens(model=MODEL, messages=HELLO, system="Be kind.")
    more = await client.messages.count_tokens(model=MODEL, messages=HELLO, system="Be kind." * 50)
    assert 0 < count.input_tokens < more.input_tokens
    assert (await say(client, system="Be kind.")).usage.input_tokens == count.input_tokens


async def test_cache(client):
    def prompt(words):
        marked = {"type": "ephemeral", "ttl": "1h"}
        return [{"type": "text", "text": "rule " * words, "cache_control": marked}]

    first, again = [(await say(client, system=prompt(2000))).usage for _ in range(2)]
    assert first.cache_read_input_tokens == 0 < first.cache_creation_input_tokens
    assert first.cache_creation.ephemeral_1h_input_tokens == first.cache_creation_input_tokens
    assert again.cache_read_input_tokens == first.cache_creation_input_tokens
    assert again.cache_creation_input_tokens == 0
    short = (await say(client, system=prompt(20))).usage
    assert (short.cache_read_input_tokens, short.cache_creation_input_tokens) == (0, 0)


async def test_models(client):
    ids = [model.id async for model in client.models.list(limit=2)]
    assert "claude-sonnet-5-5" in ids
    assert len(ids) == len(set(ids)) == 5
    page = await client.models.list(limit=2, before_id=ids[4])
    assert [model.id for model in page.data] == ids[2:4]
    assert page.has_more
    one = await client.models.retrieve(MODEL)
    assert (one.id, one.line, one.lifecycle) == (MODEL, "haiku", "active")
    with pytest.raises(anthropic.NotFoundError):
        await client.models.retrieve("claude-none")


async def test_wrong_key(served, claude):
    async with async_client(served.base, key="wrong") as client:
        with pytest.raises(anthropic.AuthenticationError) as caught:
            await say(client)
    assert caught.value.type == "authentication_error"
    assert caught.value.request_id


async def test_the_old_header_is_taken_too(served, claude):
    async with async_client(served.base, key="wrong") as client:
        old = {"Authorization": anthropic.omit, "X-Api-Key": KEY}
        assert (await say(client, extra_headers=old)).content
