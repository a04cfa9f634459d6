"""A served Claude, and the official SDK on it."""

from __future__ import annotations

import ssl

import anthropic
import httpx2
from pydantic import BaseModel

KEY = "practice-key"
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # the usual one takes long to make
MODEL = "claude-haiku-5-5"
HELLO = [{"role": "user", "content": "How do I keep a goal?"}]


class Claim(BaseModel):
    evidence_id: str
    quote: str
    text: str


class Note(BaseModel):
    claims: list[Claim]
    action_ids: list[str]
    answer: str
    verdict: bool


FORMAT = {"format": {"type": "json_schema", "schema": anthropic.transform_schema(Note)}}


def async_client(base, *, retries=0, timeout=5.0, key=KEY):
    return anthropic.AsyncAnthropic(
        api_key=key,
        base_url=base,
        max_retries=retries,
        timeout=timeout,
        http_client=anthropic.DefaultAsyncHttpxClient(trust_env=False, verify=NO_TLS),
    )


def sync_client(base):
    return anthropic.Anthropic(
        api_key=KEY,
        base_url=base,
        max_retries=0,
        timeout=httpx2.Timeout(5.0),
        http_client=anthropic.DefaultHttpxClient(trust_env=False, verify=NO_TLS),
    )


async def say(client, **changes):
    wish = {"model": MODEL, "max_tokens": 4096, "messages": HELLO}
    return await client.messages.create(**wish | changes)


def words(message):
    return "".join(block.text for block in message.content if block.type == "text")
