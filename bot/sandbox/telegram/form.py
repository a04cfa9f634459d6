"""The three ways a call's parameters arrive: query, form (with or without files) and JSON."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import parse_qsl, unquote

from starlette.requests import Request

from bot.sandbox.telegram.errors import Refusal, bad_request
from bot.sandbox.telegram.params import Upload

LARGEST_BODY = 51 * 1024 * 1024
DISPOSITION = re.compile(r'(?<![\w*])(name|filename)="((?:[^"\\]|\\.)*)"')
BOUNDARY = re.compile(r'boundary="?([^";]+)"?', re.IGNORECASE)


async def parameters(request: Request) -> dict[str, Any]:
    given: dict[str, Any] = dict(request.query_params)
    # A body counts with GET too: pyTelegramBotAPI sends its calls so.
    body = await _body(request)
    if not body:
        return given
    content_type = request.headers.get("content-type", "")
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        return given | multipart(body, content_type)
    if kind == "application/json":
        return given | _json(body)
    return given | dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))


async def _body(request: Request) -> bytes:
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > LARGEST_BODY:
            raise Refusal(413, "Request Entity Too Large")
        chunks.append(chunk)
    return b"".join(chunks)


def _json(body: bytes) -> dict[str, Any]:
    try:
        given = json.loads(body or b"{}")
    except ValueError:
        raise bad_request("can't parse JSON object") from None
    if not isinstance(given, dict):
        raise bad_request("an object expected as JSON body")
    return given


def multipart(body: bytes, content_type: str) -> dict[str, Any]:
    found = BOUNDARY.search(content_type)
    if found is None:
        raise bad_request("boundary not found in multipart form")
    given: dict[str, Any] = {}
    # The first piece is what stands before the first boundary, the last what follows the final.
    for piece in (b"\r\n" + body).split(b"\r\n--" + found[1].encode())[1:-1]:
        head, _, content = piece.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        names = _names(head)
        if "name" in names:
            given[names["name"]] = _part(head, names, content)
    return given


def _names(head: bytes) -> dict[str, str]:
    pairs = DISPOSITION.findall(head.decode("utf-8", "replace"))
    return {key: unquote(value.replace('\\"', '"')) for key, value in pairs}


def _part(head: bytes, names: dict[str, str], content: bytes) -> Upload | str:
    if "filename" not in names:
        return content.decode("utf-8", "replace")
    kind = re.search(rb"content-type:\s*([^\s;]+)", head, re.IGNORECASE)
    mime_type = kind[1].decode("ascii", "replace") if kind else "application/octet-stream"
    return Upload(names["filename"].rpartition("/")[2], mime_type, content)
