"""How a call's values are read from what was sent, and refused when they are not understood.

Telegram ignores parameters and fields that it does not know. This world is a test bed and refuses
them by name, so that a misspelt one is noticed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.telegram.errors import Json, bad_request
from bot.sandbox.telegram.parameters import METHODS, OBJECTS, PARAMETERS, VARIANTS

__all__ = ["METHODS", "OBJECTS", "PARAMETERS", "Upload", "understood"]
MISSING = {
    "chat_id": "chat_id is empty",
    "text": "message text is empty",
    "message_id": "message identifier is not specified",
    "message_ids": "message identifiers are not specified",
    "message_thread_id": "invalid message thread identifier specified",
    "user_id": "invalid user_id specified",
    "document": "there is no document in the request",
    "photo": "there is no photo in the request",
    "file_id": "file_id not specified",
    "action": "wrong parameter action in request",
}
ITEMS: dict[str, type] = {"Array of String": str, "Array of Integer": int}


@dataclass(frozen=True)
class Upload:
    name: str
    mime_type: str
    data: bytes = field(repr=False)


def understood(method: str, raw: dict[str, Any]) -> Json:
    """Return the values in their types; refuse the unknown, the missing and the mistyped."""
    allowed = PARAMETERS[method]
    values: Json = {}
    for name, given in _Files(raw).attached().items():
        if name not in allowed:
            raise bad_request(f'unknown parameter "{name}"')
        if given is not None:
            values[name] = _value(name, allowed[name].rstrip("!"), given)
    for name, kind in allowed.items():
        # An empty address is a meaning of its own: it removes the webhook.
        empty = (None,) if name == "url" else (None, "")
        if kind.endswith("!") and values.get(name) in empty:
            raise bad_request(MISSING.get(name, f'parameter "{name}" is required'))
    return values


class _Files:
    """Puts the files that are named as `attach://field` in the place of their names."""

    def __init__(self, raw: dict[str, Any]) -> None:
        self.raw = raw
        self.files = {f"attach://{k}": one for k, one in raw.items() if isinstance(one, Upload)}
        self.used: set[str] = set()

    def attached(self) -> dict[str, Any]:
        filled = {name: self._filled(_media(name, given)) for name, given in self.raw.items()}
        return {name: one for name, one in filled.items() if f"attach://{name}" not in self.used}

    def _filled(self, given: Any) -> Any:  # noqa: ANN401 - whatever was sent
        if isinstance(given, str) and given in self.files:
            self.used.add(given)
            return self.files[given]
        if isinstance(given, list):
            return [self._filled(one) for one in given]
        if isinstance(given, dict):
            return {key: self._filled(one) for key, one in given.items()}
        return given


def _media(name: str, given: Any) -> Any:  # noqa: ANN401 - whatever was sent
    """Return the parameter that names files inside of JSON as what it holds."""
    return _json(name, given) if name == "media" and isinstance(given, str) else given


def _value(name: str, kind: str, given: Any) -> Any:  # noqa: ANN401 - whatever JSON holds
    if kind == "Integer":
        return _integer(name, given)
    if kind == "Boolean":
        return _boolean(name, given)
    if kind in ("String", "Integer or String"):
        return _string(name, given)
    if kind.startswith("InputFile"):
        return _file(name, kind, given)
    return _nested(name, kind, given)


def _integer(name: str, given: object) -> int:
    if isinstance(given, bool) or not isinstance(given, int | str):
        raise bad_request(f'parameter "{name}" must be an integer')
    try:
        return int(given)
    except ValueError:
        raise bad_request(f'parameter "{name}" must be an integer') from None


def _boolean(name: str, given: object) -> bool:
    word = str(given).lower()
    if word not in ("true", "false", "1", "0"):
        raise bad_request(f'parameter "{name}" must be true or false')
    return word in ("true", "1")


def _string(name: str, given: object) -> str:
    if isinstance(given, bool) or not isinstance(given, str | int):
        raise bad_request(f'parameter "{name}" must be a string')
    return str(given)


def _file(name: str, kind: str, given: object) -> Upload | str:
    if isinstance(given, Upload) or (isinstance(given, str) and "String" in kind):
        return given
    raise bad_request(f'parameter "{name}" must be a file')


def _json(name: str, given: str) -> Any:  # noqa: ANN401 - an object or a list
    try:
        return json.loads(given) if given else None
    except ValueError:
        raise bad_request(f"can't parse {name.replace('_', ' ')} JSON object") from None


def _nested(name: str, kind: str, given: object) -> Any:  # noqa: ANN401 - an object or a list
    words = name.replace("_", " ")
    if isinstance(given, str) and (given := _json(name, given)) is None:
        return None
    wanted = list if kind.startswith("Array of") else dict
    if not isinstance(given, wanted):
        shape = "an array" if wanted is list else "an object"
        raise bad_request(f"{shape} expected as {words}")
    for one in given if isinstance(given, list) else [given]:
        _check_item(words, kind, one)
    return given


def _check_item(words: str, kind: str, one: Any) -> None:  # noqa: ANN401 - whatever JSON holds
    if not isinstance(one, ITEMS.get(kind, dict)) or isinstance(one, bool):
        raise bad_request(f"can't parse {words}: an item is of a wrong type")
    if not isinstance(one, dict):
        return
    fields = _fields(kind.partition(" or ")[0].removeprefix("Array of "), one)
    if fields is not None and (extra := set(one) - fields):
        raise bad_request(f'unknown field "{min(extra)}" in {words}')


def _fields(kind: str, one: Json) -> frozenset[str] | None:
    """Return the fields that an object of that type may have, None when that is not checked."""
    if kind.startswith("InputMedia"):
        kind = "InputMedia"
    if kind in VARIANTS:
        kind = VARIANTS[kind].get(str(one.get("type")), "")
    return OBJECTS.get(kind)
