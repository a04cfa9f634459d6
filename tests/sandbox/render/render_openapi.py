"""Checks requests and answers against the platform's own description, when that is at hand."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import jsonschema
import referencing
from referencing.jsonschema import DRAFT202012

from bot.sandbox.render.times import parse

SPEC = Path(__file__).resolve().parents[4] / "shared" / "specs" / "render-openapi.json"
URN = "urn:render"
SERVICE_DETAILS = (
    "/components/schemas/serviceEventWithCursor/properties/event/properties/details/oneOf"
)
ONE_EVENT = "/paths/~1events~1%7BeventId%7D/get/responses/200/content/application~1json/schema"
POSTGRES_DETAILS = f"{ONE_EVENT}/properties/details/oneOf/1/oneOf"
DETAILS = {
    "web_service": "/components/schemas/webServiceDetails",
    "background_worker": "/components/schemas/backgroundWorkerDetails",
}

NULL_ALLOWED = ("commit", "finishedAt")  # recorded answers have null, the description does not
NULL_STATUS = "startCommand"  # render.com/docs/one-off-jobs shows a job whose status is null
UNDECLARED = (400, 401, 404, 429)  # given everywhere, declared not quite everywhere

formats = jsonschema.FormatChecker(formats=())
asked = jsonschema.FormatChecker(formats=())  # in a request any form of RFC 3339 will do


@formats.checks("date-time", raises=ValueError)
def is_moment(value):
    if isinstance(value, str):
        parse(value)
        return bool(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{0,8}[1-9])?Z", value))
    return True


@asked.checks("date-time", raises=ValueError)
def is_time(value):
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


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


def check_request(method: str, path: str, query: str, body: bytes) -> None:
    """Fail when the platform does not say that it can be asked like this."""
    template = _template(path)
    declared = _spec()["paths"][template]
    call = declared[method.lower()]
    pointer = f"/paths/{_escaped(template)}"
    parameters = dict(_parameters(f"{pointer}/parameters", declared.get("parameters", ())))
    parameters |= _parameters(f"{pointer}/{method.lower()}/parameters", call.get("parameters", ()))
    _check_query(parameters, query)
    _check_path(parameters, template, path)
    if "requestBody" not in call:
        assert body == b"", "a body that is not declared"
        return
    where = f"{pointer}/{method.lower()}/requestBody/content/application~1json/schema"
    _validate(where, json.loads(body), asked)


def _parameters(pointer: str, declared: Iterable[Any]) -> Iterable[tuple[tuple[str, str], str]]:
    """Where each parameter is described, by where it stands and its name."""
    for number, one in enumerate(declared):
        where, found = f"{pointer}/{number}", one
        while "$ref" in found:
            where = found["$ref"].removeprefix("#")
            found = _at(where)
        yield (found["in"], found["name"]), where


def _check_query(parameters: dict[tuple[str, str], str], query: str) -> None:
    said: dict[str, list[str]] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        said.setdefault(name, []).append(value)
    known = {name: where for (place, name), where in parameters.items() if place == "query"}
    assert said.keys() <= known.keys(), f"not declared: {said.keys() - known.keys()}"
    for name, where in known.items():
        if name in said:
            _validate(f"{where}/schema", _typed(_at(f"{where}/schema"), said[name]), asked)
        else:
            assert not _at(where).get("required"), f"missing: {name}"


def _check_path(parameters: dict[tuple[str, str], str], template: str, path: str) -> None:
    for part, value in zip(template.split("/"), path.split("/"), strict=True):
        if part.startswith("{"):
            _validate(f"{parameters['path', part[1:-1]]}/schema", value, asked)


def _typed(schema: dict[str, Any], values: list[str]) -> Any:
    """What the text of a query stands for."""
    while "$ref" in schema:
        schema = _at(schema["$ref"].removeprefix("#"))
    if schema.get("type") == "array":
        return [part for value in values for part in value.split(",")]
    (value,) = values
    if schema.get("type") in ("integer", "number"):
        number = float(value)
        return int(number) if number.is_integer() else number
    return {"true": True, "false": False}.get(value, value) if "boolean" in str(schema) else value


def _check_tagged(value: Any) -> None:
    """The choices again, now by the tag that a reader goes by."""
    for one in value if isinstance(value, list) else [value]:
        inner = one.get("event", one.get("service", one)) if isinstance(one, dict) else {}
        if str(inner.get("id", "")).startswith("evt-"):
            _check_details(inner)
        if "serviceDetails" in inner:
            _validate(DETAILS[inner["type"]], inner["serviceDetails"])


def _check_details(event: dict[str, Any]) -> None:
    title = event["type"].replace("_", " ").title()
    for pointer in (SERVICE_DETAILS, POSTGRES_DETAILS):
        titles = [branch.get("title") for branch in _at(pointer)]
        if title in titles:
            _validate(f"{pointer}/{titles.index(title)}", event["details"])
            return
    raise AssertionError(f"no details are described for {event['type']}")


def _validate(pointer: str, value: object, checker: jsonschema.FormatChecker = formats) -> None:
    schema = {"$ref": f"{URN}#{pointer}"}
    Validator(schema, registry=_registry(), format_checker=checker).validate(value)


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
        if NULL_STATUS in properties and "status" in properties:
            properties["status"] = {"anyOf": [properties["status"], {"type": "null"}]}
        if set(properties) == {"timestamp", "value"}:
            node["required"] = ["timestamp", "value"]  # it asks for a `unit` it does not describe
    return node
