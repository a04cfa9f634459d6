"""The table of parameters is the documentation's, and what is not in it is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from telegram_kit import OWNER

from bot.sandbox.telegram.methods import METHODS
from bot.sandbox.telegram.params import OBJECTS, PARAMETERS

SCHEMA = Path(__file__).parents[4] / "shared" / "specs" / "telegram-bot-api-10.0.json"


@pytest.fixture(scope="module")
def schema():
    if not SCHEMA.exists():
        pytest.skip("the Bot API's schema is not part of the project, and is not here")
    return json.loads(SCHEMA.read_text())


def test_every_method_has_its_parameters():
    assert set(METHODS) | {"getUpdates"} == set(PARAMETERS)


@pytest.mark.parametrize("method", PARAMETERS)
def test_parameters_are_those_of_the_schema(schema, method):
    fields = schema["methods"][method].get("fields", [])
    documented = {f["name"]: " or ".join(f["types"]) + "!" * f["required"] for f in fields}
    assert PARAMETERS[method] == documented


@pytest.mark.parametrize("name", OBJECTS)
def test_objects_are_those_of_the_schema(schema, name):
    assert OBJECTS[name] == {f["name"] for f in schema["types"][name]["fields"]}


@pytest.mark.parametrize(
    ("method", "params", "told"),
    [
        ("sendMessage", {"text": "x"}, "chat_id is empty"),
        ("sendMessage", {"chat_id": OWNER}, "message text is empty"),
        ("sendMessage", {"chat_id": OWNER, "text": "x", "txt": 1}, 'unknown parameter "txt"'),
        ("sendMessage", {"chat_id": OWNER, "text": "x", "reply_markup": "{"}, "can't parse"),
        ("sendMessage", {"chat_id": OWNER, "text": "x", "reply_markup": "[]"}, "an object"),
        ("sendMessage", {"chat_id": OWNER, "text": "x", "entities": {}}, "an array expected"),
        ("sendMessage", {"chat_id": OWNER, "text": ["x"]}, "must be a string"),
        ("sendMessage", {"chat_id": OWNER, "text": "x", "protect_content": "yes"}, "true or false"),
        (
            "sendMessage",
            {"chat_id": OWNER, "text": "x", "link_preview_options": {"disabled": True}},
            'unknown field "disabled"',
        ),
        ("deleteMessage", {"chat_id": OWNER}, "message identifier is not specified"),
        ("deleteMessage", {"chat_id": OWNER, "message_id": "one"}, "must be an integer"),
        ("getUpdates", {"allowed_updates": [1]}, "of a wrong type"),
        ("answerCallbackQuery", {}, 'parameter "callback_query_id" is required'),
    ],
)
async def test_wrong_parameters_are_refused(bot, method, params, told):
    code, description = await bot.refused(method, **params)
    assert code == 400
    assert description.startswith("Bad Request: ")
    assert told in description


async def test_forms_and_queries_carry_the_same_call(bot):
    url = f"/telegram/bot{bot.token}/sendmessage"
    markup = json.dumps({"inline_keyboard": [[{"text": "Go", "callback_data": "go"}]]})
    form = {"chat_id": str(OWNER), "text": "ä & b", "reply_markup": markup}
    form["disable_notification"] = "true"
    for answer in (await bot.http.post(url, data=form), await bot.http.get(url, params=form)):
        message = answer.json()["result"]
        assert message["text"] == "ä & b"
        assert message["reply_markup"]["inline_keyboard"][0][0]["callback_data"] == "go"
        assert bot.telegram.messages(OWNER)[-1]["silent"] is True


async def test_broken_bodies_are_refused(bot):
    url = f"/telegram/bot{bot.token}/getMe"
    headers = {"content-type": "application/json"}
    for body in (b"{", b"[]"):
        assert (await bot.http.post(url, content=body, headers=headers)).status_code == 400
    headers = {"content-type": "multipart/form-data"}
    assert (await bot.http.post(url, content=b"x", headers=headers)).status_code == 400


@pytest.mark.parametrize(
    ("token", "method", "status", "description"),
    [
        ("1001:wrong", "getMe", 401, "Unauthorized"),
        ("wrong", "getMe", 401, "Unauthorized: invalid token specified"),
        (None, "getMee", 404, "Not Found: method not found"),
        (None, "sendSticker", 404, "Not Found: method not found"),
    ],
)
async def test_unknown_tokens_and_methods(bot, token, method, status, description):
    bot.token = token or bot.token
    assert await bot.refused(method) == (status, description)
