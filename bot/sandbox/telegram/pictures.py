"""The width and height of a picture, and the sizes in which Telegram keeps it."""

from __future__ import annotations

import struct

PNG = b"\x89PNG\r\n\x1a\n"
JPEG = b"\xff\xd8"
GIF = (b"GIF87a", b"GIF89a")
FRAMES = (0xC0, 0xC1, 0xC2, 0xC3)
PNG_HEAD, GIF_HEAD = 24, 10
SIDES = (90, 320, 800, 1280, 2560)  # pixels; Telegram's sizes s, m, x, y and w


def size_of(data: bytes) -> tuple[int, int] | None:
    """Return (width, height) of a PNG, JPEG or GIF, None when it is none of them."""
    if data.startswith(PNG) and len(data) >= PNG_HEAD:
        width, height = struct.unpack(">II", data[16:24])
        return width, height
    if data.startswith(GIF) and len(data) >= GIF_HEAD:
        width, height = struct.unpack("<HH", data[6:10])
        return width, height
    return _jpeg(data) if data.startswith(JPEG) else None


def fitting(width: int, height: int) -> list[tuple[int, int]]:
    """Return the sizes of a picture, smallest first; the last is its own."""
    longest = max(width, height)
    scales = [side / longest for side in SIDES if side < longest]
    smaller = [(max(round(width * by), 1), max(round(height * by), 1)) for by in scales]
    return [*smaller, (width, height)]


def _jpeg(data: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 <= len(data) and data[at] == JPEG[0]:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if marker in FRAMES:
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return width, height
        at += 2 + length
    return None
