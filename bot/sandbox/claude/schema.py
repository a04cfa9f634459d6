"""JSON schemas of structured output: what the API refuses, and a small instance of one.

What is supported: facts of claude.md §2 (Claude docs, structured outputs) and
`transform_schema` of the anthropic SDK 2.12, which sends nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bot.sandbox.claude.errors import Invalid

KEYWORDS = {
    *("type", "properties", "required", "additionalProperties", "items", "minItems", "enum"),
    *("const", "anyOf", "allOf", "$ref", "$defs", "definitions", "description", "title"),
    *("format", "default"),
}
FORMATS = {
    "date-time": "2026-01-01T03:12:00Z",
    "time": "03:12:00Z",
    "date": "2026-01-01",
    "duration": "PT5M",
    "email": "oncall@example.com",
    "hostname": "example.com",
    "uri": "https://example.com",
    "ipv4": "127.0.0.1",
    "ipv6": "::1",
    "uuid": "00000000-0000-4000-8000-000000000000",
}
MOST_OPTIONAL, MOST_UNIONS = 24, 16
PLAIN: dict[str, object] = {"integer": 0, "number": 0.0, "boolean": False, "null": None}

Schema = dict[str, Any]


def check(schema: Schema) -> None:
    """`Invalid` for what the grammar compiler does not take."""
    parts = list(_parts(schema))
    for part in parts:
        _check_part(part)
    optional = sum(len(set(p.get("properties", {})) - set(p.get("required", ()))) for p in parts)
    if optional > MOST_OPTIONAL:
        raise Invalid(f"output_config.format.schema: more than {MOST_OPTIONAL} optional parameters")
    unions = sum("anyOf" in part or isinstance(part.get("type"), list) for part in parts)
    if unions > MOST_UNIONS:
        raise Invalid(f"output_config.format.schema: more than {MOST_UNIONS} unions")
    _refuse_recursion(schema, schema, ())


def _check_part(part: Schema) -> None:
    where = "output_config.format.schema"
    for keyword in part:
        if keyword not in KEYWORDS:
            raise Invalid(f"{where}: property '{keyword}' is not supported")
    if part.get("minItems", 0) > 1:
        raise Invalid(f"{where}: 'minItems' values other than 0 or 1 are not supported")
    if part.get("type") == "object" and part.get("additionalProperties") is not False:
        raise Invalid(f"{where}: For 'object' type, 'additionalProperties' must be set to false")
    if "format" in part and part["format"] not in FORMATS:
        raise Invalid(f"{where}: format '{part['format']}' is not supported")
    if not str(part.get("$ref", "#/")).startswith("#/"):
        raise Invalid(f"{where}: external $ref is not supported")


def _parts(schema: Schema) -> Iterator[Schema]:
    yield schema
    for inner in _inside(schema):
        yield from _parts(inner)
    for named in (*schema.get("$defs", {}).values(), *schema.get("definitions", {}).values()):
        yield from _parts(named)


def _inside(schema: Schema) -> list[Schema]:
    items = [schema["items"]] if isinstance(schema.get("items"), dict) else []
    choices = [*schema.get("anyOf", ()), *schema.get("allOf", ())]
    return [*schema.get("properties", {}).values(), *items, *choices]


def _refuse_recursion(schema: Schema, root: Schema, above: tuple[str, ...]) -> None:
    ref = schema.get("$ref")
    if ref in above:
        raise Invalid("output_config.format.schema: recursive schemas are not supported")
    if ref is not None:
        _refuse_recursion(_named(ref, root), root, (*above, ref))
    for inner in _inside(schema):
        _refuse_recursion(inner, root, above)


def _named(ref: str, root: Schema) -> Schema:
    found: Any = root
    for part in ref.removeprefix("#/").split("/"):
        found = found.get(part) if isinstance(found, dict) else None
    if not isinstance(found, dict):
        raise Invalid(f"output_config.format.schema: {ref} does not exist")
    return found


def instance(schema: Schema, *, items: int = 0, root: Schema | None = None, name: str = "") -> Any:  # noqa: ANN401, PLR0911 - any JSON; one way out for each kind
    """Make a small instance that fits; lists have `items` elements where they may be empty.

    Of several words the last is taken: there a schema puts the one that claims the least.
    """
    root = schema if root is None else root

    def made(part: Schema, called: str = name) -> Any:  # noqa: ANN401 - any JSON
        return instance(part, items=items, root=root, name=called)

    if "$ref" in schema:
        return made(_named(schema["$ref"], root))
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][-1]
    if schema.get("allOf"):
        return made(_merged(schema["allOf"], root))
    if schema.get("anyOf"):
        return made(schema["anyOf"][-1])
    kind = schema.get("type")
    kind = kind[-1] if isinstance(kind, list) else kind
    if kind == "object":
        wanted = schema.get("properties", {})
        return {key: made(wanted[key], key) for key in _in_order(schema)}
    if kind == "array":
        count = max(items, schema.get("minItems", 0))
        return [made(schema.get("items", {"type": "string"})) for _ in range(count)]
    if kind == "string":
        return FORMATS.get(schema.get("format", ""), f"Practice {name or 'text'}.")
    return PLAIN.get(str(kind))


def _in_order(schema: Schema) -> list[str]:
    """Only what is required, in the order of the schema (facts: claude.md §2)."""
    return [key for key in schema.get("properties", {}) if key in schema.get("required", ())]


def _merged(parts: list[Schema], root: Schema) -> Schema:
    merged: Schema = {"properties": {}, "required": []}
    for part in parts:
        whole = _named(part["$ref"], root) if "$ref" in part else part
        merged["properties"] |= whole.get("properties", {})
        merged["required"] += whole.get("required", [])
        merged.update({k: v for k, v in whole.items() if k not in {"properties", "required"}})
    return merged
