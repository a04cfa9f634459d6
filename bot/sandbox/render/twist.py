"""Answers made odd on purpose: a value replaced, a field taken away, at paths into their JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final, cast

Twist = Callable[[Any], object]
Box = dict[int | str, object]  # a JSON object, or an array by its numbers


class _Missing:
    """The value of a field that is to be left out."""


MISSING: Final = _Missing()


def twist(changes: Mapping[str, object]) -> Twist:
    """`{"*.deploy.status": "hibernating", "0.deploy.commit": None, "0.cursor": MISSING}`.

    A path is made of names, of numbers and of `*` for every item, joined by dots; one that leads
    nowhere raises LookupError or TypeError, so that no test believes in a fault that never was.
    """

    def change(data: object) -> object:
        for path, value in changes.items():
            _set(data, path.split("."), value)
        return data

    return change


def twisted(body: bytes, change: Twist) -> bytes:
    return json.dumps(change(json.loads(body))).encode()


def truncated(body: bytes) -> bytes:
    """The first half, as a proxy leaves it when its own buffer is full."""
    return body[: max(len(body) // 2, 1)]


def _set(data: object, path: list[str], value: object) -> None:
    name, *rest = path
    for key in _keys(data, name):
        if rest:
            _set(_box(data)[key], rest, value)
        elif value is MISSING:
            del _box(data)[key]
        else:
            _box(data)[key] = value


def _keys(data: object, name: str) -> list[int | str]:
    if isinstance(data, list):
        return list(range(len(data))) if name == "*" else [int(name)]
    return list(_box(data)) if name == "*" else [name]


def _box(data: object) -> Box:
    if not isinstance(data, list | dict):
        raise TypeError(f"nothing can be below {data!r}")
    return cast("Box", data)
