"""What Claude's API answers 400 to, and how an error looks on the wire."""

from __future__ import annotations

import anthropic
import httpx2
import pytest
from claude_kit import FORMAT, HELLO, KEY, MODEL, NO_TLS, say

pytestmark = pytest.mark.asyncio(loop_scope="module")

EMPTY = {"type": "text", "text": ""}
MARKED = {"type": "text", "text": "x", "cache_control": {"type": "ephemeral"}}
CALL = {"type": "tool_use", "id": "toolu_1", "name": "read", "input": {}}
RESULT = {"type": "tool_result", "tool_use_id": "toolu_1", "content": "found"}
QUOTED = {
    "type": "document",
    "source": {"type": "text", "media_type": "text/plain", "data": "log"},
    "citations": {"enabled": True},
}
TOOL = {"name": "read", "input_schema": {"type": "object"}}


def user(*blocks):
    return {"role": "user", "content": list(blocks) or "Hello?"}


def assistant(*blocks):
    return {"role": "assistant", "content": list(blocks) or "Hello."}


WITH_EVIDENCE = [user(), assistant(CALL), user(RESULT, {"type": "text", "text": "Well?"})]


async def test_a_prefilled_tool_turn_is_taken(client):
    assert (await say(client, messages=WITH_EVIDENCE)).stop_reason == "end_turn"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"extra_body": {"temperature": 0}}, "temperature"),
        ({"extra_body": {"top_p": 1}}, "top_p"),
        ({"extra_body": {"top_k": 1}}, "top_k"),
        ({"extra_body": {"seed": 1}}, "seed: Extra inputs"),
        ({"tools": [TOOL], "tool_choice": {"type": "any"}}, "tool_choice: 'any'"),
        ({"tools": [TOOL], "tool_choice": {"type": "tool", "name": "read"}}, "tool_choice"),
        ({"tools": [{"name": "read"}]}, "tools.0"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"max_tokens": 128_001, "timeout": 9}, "128001 > 128000"),
        ({"messages": []}, "at least one message"),
        ({"messages": [user(), assistant()]}, "prefill"),
        ({"messages": [assistant(), user()]}, "first message"),
        ({"messages": [user(EMPTY)]}, "must be non-empty"),
        ({"messages": [user({"type": "text", "text": " \n"})]}, "non-whitespace"),
        ({"messages": [{"role": "user", "content": ""}]}, "non-empty"),
        ({"messages": [{"role": "tool", "content": "x"}]}, "role"),
        ({"messages": [user(), assistant(CALL), user()]}, "without `tool_result`"),
        ({"messages": [user(RESULT)]}, "unexpected `tool_use_id`"),
        ({"messages": [user(), assistant(CALL), user(MARKED, RESULT)]}, "without `tool_result`"),
        ({"messages": [user(), assistant(CALL), user(RESULT, RESULT)]}, "single result"),
        ({"messages": [user(*[MARKED] * 3)], "system": [MARKED] * 2}, "Found 5"),
        ({"output_config": {"effort": "extreme"}}, "effort"),
        ({"messages": [user(QUOTED)], "output_config": FORMAT}, "citations"),
        ({"model": "claude-sonnet-5-5", "thinking": {"type": "disabled"}}, "thinking"),
    ],
)
async def test_refused_with_400(client, claude, changes, said):
    with pytest.raises(anthropic.BadRequestError) as caught:
        await say(client, **changes)
    assert caught.value.type == "invalid_request_error"
    assert said in caught.value.api_message


def thing(**changes):
    return {"type": "object", "properties": {}, "additionalProperties": False} | changes


def with_field(**field):
    return thing(properties={"a": field}, required=["a"])


LOOP = thing(properties={"a": {"$ref": "#/$defs/A"}}, required=["a"])


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object", "properties": {}},
        with_field(type="string", pattern="x"),
        with_field(type="string", maxLength=3),
        with_field(type="string", format="phone"),
        with_field(type="integer", minimum=1),
        with_field(type="array", items={"type": "string"}, minItems=2),
        with_field(type="array", items={"type": "string"}, maxItems=2),
        with_field(oneOf=[{"type": "string"}]),
        with_field(**{"$ref": "https://example.com/schema"}),
        with_field(**{"$ref": "#/$defs/None"}),
        thing(properties={f"f{n}": {"type": "string"} for n in range(25)}),
        thing(properties={f"f{n}": {"anyOf": [{"type": "null"}]} for n in range(17)}),
        LOOP | {"$defs": {"A": LOOP}},
    ],
)
async def test_a_schema_that_is_not_supported(client, claude, schema):
    output = {"format": {"type": "json_schema", "schema": schema}}
    with pytest.raises(anthropic.BadRequestError):
        await say(client, output_config=output)


async def test_an_unknown_model_is_404(client):
    with pytest.raises(anthropic.NotFoundError) as caught:
        await say(client, model="claude-none")
    assert (caught.value.type, caught.value.api_message) == (
        "not_found_error",
        "model: claude-none",
    )


async def test_a_refused_request_uses_no_step(client, claude):
    claude.script(lambda _: pytest.fail("asked"))
    with pytest.raises(anthropic.BadRequestError):
        await say(client, messages=[user(EMPTY)])
    claude.forget()
    assert claude.journal[-1].status == 400


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({}, "{}", 401),
        ({"Authorization": f"Basic {KEY}"}, "{}", 401),
        ({"X-Api-Key": KEY}, "{}", 400),
        ({"X-Api-Key": KEY, "anthropic-version": "2026-10-21"}, "{not json", 400),
        ({"X-Api-Key": KEY, "anthropic-version": "2026-10-21"}, "[]", 400),
        ({"X-Api-Key": KEY, "anthropic-version": "2026-10-21"}, '{"messages": []}', 400),
    ],
)
async def test_the_shape_of_an_error(served, claude, headers, body, status):
    async with httpx2.AsyncClient(trust_env=False, verify=NO_TLS, headers=headers) as http:
        answer = await http.post(f"{served.base}/v1/messages", content=body)
        lost = await http.get(f"{served.base}/v1/nothing")
    assert (answer.status_code, lost.status_code) == (status, 404)
    kind = {400: "invalid_request_error", 401: "authentication_error"}[status]
    told = answer.json()
    assert told["error"].pop("message")
    id = answer.headers["request-id"]
    assert told == {"type": "error", "error": {"type": kind}, "request_id": id}


async def test_counting_needs_no_length(client):
    with pytest.raises(anthropic.BadRequestError):
        await client.messages.count_tokens(model=MODEL, messages=[])
    wish = {"model": MODEL, "messages": HELLO, "extra_body": {"max_tokens": 5}}
    with pytest.raises(anthropic.BadRequestError):
        await client.messages.count_tokens(**wish)
