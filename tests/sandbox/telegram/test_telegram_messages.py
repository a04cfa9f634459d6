"""Sending, editing, deleting and pinning: what Telegram does, and what it refuses."""

from __future__ import annotations

import struct

import pytest
from telegram_kit import GROUP, OWNER, USER

PNG = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 640, 480) + b"rest"
JPEG = b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x11\x08" + struct.pack(">HH", 30, 40) + b"rest"
SAME = (
    "Bad Request: message is not modified: specified new message content and reply markup are"
    " exactly the same as a current content and reply markup of the message"
)


def keyboard(*buttons):
    return {"inline_keyboard": [list(buttons)]}


def button(**action):
    return {"text": "x"} | (action or {"callback_data": "d"})


async def test_a_message_has_what_clients_need(bot, clock):
    sent = await bot.send("<b>P0</b> down", parse_mode="HTML", reply_markup=keyboard(button()))
    assert sent["date"] == int(clock.time)
    assert sent["chat"] == {
        "id": OWNER,
        "type": "private",
        "first_name": "Olga",
        "username": "olga",
    }
    assert sent["from"]["is_bot"] is True
    assert sent["from"]["username"] == "watchdog_bot"
    assert sent["entities"] == [{"type": "bold", "offset": 0, "length": 2}]
    assert bot.telegram.messages(OWNER) == [sent | {"silent": False}]


async def test_ids_grow_by_one_in_a_chat(bot):
    first, second = await bot.send("a"), await bot.send("b")
    assert second["message_id"] == first["message_id"] + 1


@pytest.mark.parametrize(
    ("chat_id", "told"),
    [
        (USER, "chat not found"),
        (999, "chat not found"),
        ("@somebody", "chat not found"),
        (-999, "chat not found"),
    ],
)
async def test_a_bot_writes_only_where_it_is(bot, chat_id, told):
    refused = await bot.refused("sendMessage", chat_id=chat_id, text="x")
    assert refused == (400, f"Bad Request: {told}")


async def test_options_are_accepted(bot):
    sent = await bot.send(
        "https://a.example",
        link_preview_options={"is_disabled": True},
        disable_notification=True,
        protect_content=True,
    )
    assert sent["link_preview_options"] == {"is_disabled": True}
    assert sent["has_protected_content"] is True
    assert bot.telegram.messages(OWNER)[0]["silent"] is True


@pytest.mark.parametrize(
    ("markup", "told"),
    [
        (keyboard(button(callback_data="x" * 65)), "BUTTON_DATA_INVALID"),
        (keyboard(button(callback_data="ä" * 33)), "BUTTON_DATA_INVALID"),
        (keyboard(button(callback_data="")), "BUTTON_DATA_INVALID"),
        (keyboard({"text": "x"}), "text buttons are unallowed in the inline keyboard"),
        (keyboard({"callback_data": "x"}), 'field "text" must be a non-empty string'),
        (keyboard(button(callback_data="x", url="https://a.example")), "exactly one action"),
        (keyboard(button(callback_data="x", colour="red")), 'unknown field "colour"'),
        (keyboard(button(callback_data="x", style="red")), "invalid button style"),
        (keyboard(button(url="http://localhost/x")), "is invalid: Wrong HTTP URL"),
        (keyboard(button(copy_text={"text": "x" * 257})), "BUTTON_COPY_TEXT_INVALID"),
        ({"inline_keyboard": [[button()]] * 101}, "reply markup is too long"),
        (keyboard(*[button()] * 9), "reply markup is too long"),
        ({"inline_keyboard": "x"}, "can't parse reply keyboard markup JSON object"),
    ],
)
async def test_bad_keyboards_are_refused(bot, markup, told):
    code, description = await bot.refused(
        "sendMessage", chat_id=OWNER, text="x", reply_markup=markup
    )
    assert code == 400
    assert told in description
    assert bot.telegram.messages(OWNER) == []


async def test_good_keyboards_are_kept(bot):
    rows = [
        [button(callback_data="ä" * 32), button(copy_text={"text": "id"}, style="danger")],
        [button(url="https://a.example"), button(web_app={"url": "https://a.example"})],
    ]
    sent = await bot.send(reply_markup={"inline_keyboard": [*rows, []]})
    assert sent["reply_markup"]["inline_keyboard"] == rows
    assert "reply_markup" not in await bot.send(reply_markup={"inline_keyboard": []})


async def test_a_web_app_button_is_for_private_chats(bot):
    markup = keyboard(button(web_app={"url": "https://a.example"}))
    refused = await bot.refused("sendMessage", chat_id=GROUP, text="x", reply_markup=markup)
    assert refused == (400, "Bad Request: BUTTON_TYPE_INVALID")


async def test_replies(bot):
    first = await bot.send("first")
    reply = await bot.send("second", reply_parameters={"message_id": first["message_id"]})
    assert reply["reply_to_message"] == first
    third = await bot.send("third", reply_parameters={"message_id": reply["message_id"]})
    assert "reply_to_message" not in third["reply_to_message"]
    lost = {"message_id": 99_999}
    refused = await bot.refused("sendMessage", chat_id=OWNER, text="x", reply_parameters=lost)
    assert refused == (400, "Bad Request: message to be replied not found")
    lost["allow_sending_without_reply"] = True
    assert "reply_to_message" not in await bot.send(reply_parameters=lost)


async def test_topics_do_not_exist_here(bot):
    refused = await bot.refused("sendMessage", chat_id=GROUP, text="x", message_thread_id=5)
    assert refused == (400, "Bad Request: message thread not found")


async def test_an_edit_replaces_text_and_keyboard(bot, clock):
    sent = await bot.send("one", reply_markup=keyboard(button()))
    here = {"chat_id": OWNER, "message_id": sent["message_id"]}
    clock.on(5)
    edited = await bot.call("editMessageText", **here, text="<i>two</i>", parse_mode="HTML")
    assert (edited["text"], edited["date"], edited["edit_date"]) == (
        "two",
        sent["date"],
        sent["date"] + 5,
    )
    assert "reply_markup" not in edited
    edited = await bot.call("editMessageReplyMarkup", **here, reply_markup=keyboard(button()))
    assert edited["text"] == "two"
    assert edited["entities"][0]["type"] == "italic"
    assert edited["reply_markup"] == keyboard(button())


async def test_an_edit_that_changes_nothing_is_refused(bot):
    sent = await bot.send("<b>x</b>", parse_mode="HTML", reply_markup=keyboard(button()))
    same = {"chat_id": OWNER, "message_id": sent["message_id"], "reply_markup": keyboard(button())}
    text = {"text": "<b>x</b> ", "parse_mode": "HTML"}
    assert await bot.refused("editMessageText", **same, **text) == (400, SAME)
    assert await bot.refused("editMessageReplyMarkup", **same) == (400, SAME)
    await bot.call("editMessageText", **same, text="x")


async def test_what_cannot_be_edited(bot, other):
    asked = bot.telegram.say(OWNER, OWNER, "hi")
    locked = await bot.send(reply_markup={"keyboard": [[{"text": "x"}]]})
    theirs = await other.send(chat_id=GROUP)
    document = await bot.http.post(
        f"/telegram/bot{bot.token}/sendDocument",
        data={"chat_id": OWNER},
        files={"document": ("a.txt", b"x")},
    )
    cases = [
        (OWNER, 99_999, "message to edit not found"),
        (OWNER, asked["message_id"], "message can't be edited"),
        (OWNER, locked["message_id"], "message can't be edited"),
        (GROUP, theirs["message_id"], "message can't be edited"),
        (OWNER, document.json()["result"]["message_id"], "there is no text in the message to edit"),
    ]
    for chat_id, message_id, told in cases:
        given = {"chat_id": chat_id, "message_id": message_id, "text": "new"}
        assert await bot.refused("editMessageText", **given) == (400, f"Bad Request: {told}")
    assert (await bot.refused("editMessageText", text="x"))[1] == "Bad Request: chat_id is empty"


async def test_a_deleted_message_is_gone(bot):
    sent = await bot.send()
    here = {"chat_id": OWNER, "message_id": sent["message_id"]}
    assert await bot.call("deleteMessage", **here) is True
    assert bot.telegram.messages(OWNER) == []
    gone = await bot.refused("deleteMessage", **here)
    assert gone == (400, "Bad Request: message to delete not found")
    gone = await bot.refused("editMessageText", **here, text="x")
    assert gone == (400, "Bad Request: message to edit not found")


async def test_deleting_stops_after_two_days_and_editing_does_not(bot, clock):
    here = {"chat_id": OWNER, "message_id": (await bot.send())["message_id"]}
    clock.on(48 * 3600 + 1)
    refused = await bot.refused("deleteMessage", **here)
    assert refused == (400, "Bad Request: message can't be deleted for everyone")
    await bot.call("editMessageText", **here, text="still")


async def test_a_member_of_a_group_deletes_and_pins_only_as_administrator(bot):
    said = bot.telegram.say(USER, GROUP, "hi")
    here = {"chat_id": GROUP, "message_id": said["message_id"]}
    assert (await bot.refused("deleteMessage", **here))[1].endswith("message can't be deleted")
    assert "not enough rights to manage pinned" in (await bot.refused("pinChatMessage", **here))[1]
    bot.telegram.promote(1001, GROUP)
    await bot.call("pinChatMessage", **here)
    assert (await bot.call("getChat", chat_id=GROUP))["pinned_message"]["text"] == "hi"
    await bot.call("deleteMessage", **here)


async def test_pins(bot):
    here = {"chat_id": OWNER, "message_id": (await bot.send("card"))["message_id"]}
    assert await bot.call("pinChatMessage", **here, disable_notification=True)
    notice = bot.telegram.messages(OWNER)[-1]
    assert notice["pinned_message"]["text"] == "card"
    assert notice["silent"] is True
    assert await bot.call("unpinChatMessage", **here)
    assert "pinned_message" not in await bot.call("getChat", chat_id=OWNER)
    refused = await bot.refused("unpinChatMessage", **here)
    assert refused == (400, "Bad Request: message to unpin not found")
    refused = await bot.refused("pinChatMessage", chat_id=OWNER, message_id=99_999)
    assert refused == (400, "Bad Request: message to pin not found")


async def upload(bot, method, name, file, **data):
    url = f"/telegram/bot{bot.token}/{method}"
    return await bot.http.post(url, data={"chat_id": OWNER} | data, files={name: file})


async def test_a_document_arrives_byte_for_byte(bot):
    data = bytes(range(256)) * 10 + b"\r\n--\r\n"
    answer = await upload(
        bot,
        "sendDocument",
        "document",
        ("röport 1.md", data, "application/octet-stream"),
        caption="<b>Report</b>",
        parse_mode="HTML",
    )
    sent = answer.json()["result"]
    assert sent["caption"] == "Report"
    assert sent["caption_entities"] == [{"type": "bold", "offset": 0, "length": 6}]
    assert sent["document"]["file_name"] == "röport 1.md"
    assert sent["document"]["mime_type"] == "text/markdown"
    assert sent["document"]["file_size"] == len(data)
    file = await bot.call("getFile", file_id=sent["document"]["file_id"])
    path = f"/telegram/file/bot{bot.token}/{file['file_path']}"
    assert (await bot.http.get(path)).content == data
    assert (await bot.http.get(path + "x")).status_code == 404
    assert (await bot.http.get(f"/telegram/file/bot1:x/{file['file_path']}")).status_code == 401


async def test_a_known_file_is_sent_by_its_id_or_by_attachment(bot, other):
    answer = await upload(bot, "sendDocument", "f", ("a.txt", b"x"), document="attach://f")
    file_id = answer.json()["result"]["document"]["file_id"]
    again = await bot.call("sendDocument", chat_id=OWNER, document=file_id)
    assert again["document"]["file_id"] == file_id
    refused = await other.refused("sendDocument", chat_id=USER, document=file_id)
    assert refused == (400, "Bad Request: wrong file identifier/HTTP URL specified")


@pytest.mark.parametrize("picture", [(PNG, 640, 480), (JPEG, 40, 30)])
async def test_a_photo_has_its_size(bot, picture):
    data, width, height = picture
    answer = await upload(bot, "sendPhoto", "photo", ("chart", data), caption="errors")
    photo = answer.json()["result"]["photo"][-1]
    assert (photo["width"], photo["height"], photo["file_size"]) == (width, height, len(data))


@pytest.mark.parametrize(
    ("kind", "data", "caption", "told"),
    [
        ("photo", b"no picture", "", (400, "Bad Request: IMAGE_PROCESS_FAILED")),
        ("photo", b"\xff\xd8\xff", "", (400, "Bad Request: IMAGE_PROCESS_FAILED")),
        ("document", b"", "", (400, "Bad Request: file must be non-empty")),
        ("photo", b"x" * (10 * 2**20 + 1), "", (413, "Request Entity Too Large")),
        ("document", b"x", "x" * 1025, (400, "Bad Request: message caption is too long")),
    ],
)
async def test_bad_files_are_refused(bot, kind, data, caption, told):
    method = f"send{kind.capitalize()}"
    answer = await upload(bot, method, kind, ("a", data), caption=caption)
    assert (answer.status_code, answer.json()["description"]) == told


async def test_a_document_needs_a_file_that_exists(bot):
    refused = await bot.refused("sendDocument", chat_id=OWNER)
    assert refused == (400, "Bad Request: there is no document in the request")
    refused = await bot.refused("sendDocument", chat_id=OWNER, document="https://a.example/x")
    assert refused == (400, "Bad Request: failed to get HTTP URL content")
    assert await bot.refused("getFile", file_id="x") == (400, "Bad Request: invalid file_id")
