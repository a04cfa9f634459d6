"""The width and height of a picture, which messages with photos carry."""

from __future__ import annotations

import struct

PNG = b"\x89PNG\r\n\x1a\n"
JPEG = b"\xff\xd8"
FRAMES = (0xC0, 0xC1, 0xC2, 0xC3)
PNG_HEAD = 24


def size_of(data: bytes) -> tuple[int, int] | None:
    """Return (width, height) of a PNG or JPEG, None when it is neither."""
    if data.startswith(PNG) and len(data) >= PNG_HEAD:
        width, height = struct.unpack(">II", data[16:24])
        return width, height
    return _jpeg(data) if data.startswith(JPEG) else None


def _jpeg(data: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 <= len(data) and data[at] == JPEG[0]:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if marker in FRAMES:
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return width, height
        at += 2 + length
    return None
