"""Checks answers of the emulator against the platform's own description, when that is at hand."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import referencing
from referencing.jsonschema import DRAFT202012

from bot.sandbox.render.times import parse

SPEC = Path(__file__).resolve().parents[4] / "shared" / "specs" / "render-openapi.json"
URN = "urn:render"
EVENT_DETAILS = (
    "/components/schemas/serviceEventWithCursor/properties/event/properties/details/oneOf"
)
WEB_DETAILS = "/components/schemas/webServiceDetails"

NULL_ALLOWED = ("commit", "finishedAt")  # recorded answers have null, the description does not
UNDECLARED = (400, 401, 404, 429)  # given everywhere, declared not quite everywhere

formats = jsonschema.FormatChecker(formats=())


@formats.checks("date-time", raises=ValueError)
def is_moment(value):
    if isinstance(value, str):
        parse(value)
        return bool(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{0,8}[1-9])?Z", value))
    return True


def any_of(validator, branches, instance, schema):
    """The choices of the description are untagged and overlap: `oneOf` means one at least."""
    return validator.VALIDATORS["anyOf"](validator, branches, instance, schema)


Validator = jsonschema.validators.extend(jsonschema.Draft202012Validator, {"oneOf": any_of})


def available() -> bool:
    return SPEC.is_file()


def check(method: str, path: str, status: int, body: bytes) -> None:
    """Fail when the platform would not answer like this."""
    template = _template(path)
    declared = _spec()["paths"].get(template, {}).get(method.lower(), {}).get("responses", {})
    if status in UNDECLARED and str(status) not in declared:
        return
    answer = declared[str(status)]
    pointer = f"/paths/{_escaped(template)}/{method.lower()}/responses/{status}"
    while "$ref" in answer:
        pointer = answer["$ref"].removeprefix("#")
        answer = _registry().resolver(URN).lookup(f"#{pointer}").contents
    if "content" not in answer:
        assert body == b""
        return
    value = json.loads(body)
    _validate(f"{pointer}/content/application~1json/schema", value)
    _check_tagged(value)


def _check_tagged(value: Any) -> None:
    """The choices again, now by the tag that a reader goes by."""
    for one in value if isinstance(value, list) else [value]:
        inner = one.get("event", one.get("service", one)) if isinstance(one, dict) else {}
        if str(inner.get("id", "")).startswith("evt-"):
            titles = [branch["title"] for branch in _at(EVENT_DETAILS)]
            number = titles.index(inner["type"].replace("_", " ").title())
            _validate(f"{EVENT_DETAILS}/{number}", inner["details"])
        if "serviceDetails" in inner:
            _validate(WEB_DETAILS, inner["serviceDetails"])


def _validate(pointer: str, value: object) -> None:
    schema = {"$ref": f"{URN}#{pointer}"}
    Validator(schema, registry=_registry(), format_checker=formats).validate(value)


def _template(path: str) -> str:
    def fits(template: str) -> bool:
        return re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path) is not None

    found = [template for template in _spec()["paths"] if fits(template)]
    return min(found, key=lambda template: template.count("{"), default="")


def _escaped(template: str) -> str:
    return template.replace("/", "~1").replace("{", "%7B").replace("}", "%7D")


def _at(pointer: str) -> Any:
    return _registry().resolver(URN).lookup(f"#{pointer}").contents


@cache
def _registry() -> referencing.Registry:
    resource = referencing.Resource(contents=_spec(), specification=DRAFT202012)
    return referencing.Registry().with_resource(URN, resource)


@cache
def _spec() -> dict[str, Any]:
    return _mended(json.loads(SPEC.read_text()))


def _mended(node: Any) -> Any:
    """OpenAPI 3.0 as JSON Schema, less what is known to be wrong in it."""
    if isinstance(node, list):
        return [_mended(one) for one in node]
    if not isinstance(node, dict):
        return node
    node = {key: _mended(value) for key, value in node.items()}
    if node.pop("nullable", False) is True:
        node["type"] = [node["type"], "null"]
    properties = node.get("properties")
    if isinstance(properties, dict):
        for name in set(NULL_ALLOWED) & set(properties):
            if "type" in properties[name]:
                properties[name]["type"] = [properties[name]["type"], "null"]
        if set(properties) == {"timestamp", "value"}:
            node["required"] = ["timestamp", "value"]  # it asks for a `unit` it does not describe
    return node
