"""Copies, forwards, albums, external replies, names, members: the rest of the methods."""

from __future__ import annotations

import json

import pytest
from telegram_kit import GROUP, OWNER, USER
from test_telegram_messages import PNG, upload


async def album(bot, *media, **files):
    url = f"/telegram/bot{bot.token}/sendMediaGroup"
    data = {"chat_id": OWNER, "media": json.dumps(media)}
    return (await bot.http.post(url, data=data, files=files)).json()


def photo(source="attach://a", **more):
    return {"type": "photo", "media": source} | more


async def test_an_album(bot):
    caption = {"caption": "<b>two</b>", "parse_mode": "HTML"}
    answer = await album(bot, photo(), photo("attach://b", **caption), a=PNG, b=PNG)
    one, two = answer["result"]
    assert one["media_group_id"] == two["media_group_id"]
    assert (two["caption"], two["caption_entities"][0]["type"]) == ("two", "bold")
    assert two["message_id"] == one["message_id"] + 1


@pytest.mark.parametrize(
    ("media", "told"),
    [
        ([photo()], "the number of media in an album must be from 2 to 10"),
        ([photo()] * 11, "the number of media in an album must be from 2 to 10"),
        (
            [photo(), {"type": "document", "media": "attach://a"}],
            "can't use the media of the specified type in the album",
        ),
        ([photo(), photo(size=5)], 'unknown field "size" in media'),
    ],
)
async def test_bad_albums(bot, media, told):
    assert (await album(bot, *media, a=PNG))["description"] == f"Bad Request: {told}"


async def test_an_album_counts_as_several_and_goes_whole_or_not(bot):
    for number in range(19):
        await bot.send(str(number))
    answer = await album(bot, photo(), photo(), a=PNG)
    assert (answer["error_code"], answer["parameters"]["retry_after"]) == (429, 1)
    assert len(bot.telegram.messages(OWNER)) == 19
    await bot.send("one more fits")
    bot.telegram.clock.on(2)
    assert (await album(bot, photo(), photo(), a=PNG))["ok"]
    assert (await bot.refused("sendMessage", chat_id=OWNER, text="x"))[0] == 429


async def test_a_file_is_used_as_what_it_is(bot):
    sent = (await upload(bot, "sendPhoto", "photo", ("a", PNG))).json()["result"]
    file_id = sent["photo"][0]["file_id"]
    refused = await bot.refused("sendDocument", chat_id=OWNER, document=file_id)
    assert refused == (400, "Bad Request: can't use file of type Photo as Document")
    again = await bot.call("sendPhoto", chat_id=OWNER, photo=file_id, has_spoiler=True)
    assert again["photo"] == sent["photo"]
    assert again["has_media_spoiler"] is True
    thin = PNG[:16] + (21).to_bytes(4, "big") + (1).to_bytes(4, "big")
    refused = (await upload(bot, "sendPhoto", "photo", ("a", thin))).json()
    assert refused["description"] == "Bad Request: PHOTO_INVALID_DIMENSIONS"


async def test_media_and_captions_are_edited(bot):
    sent = (await upload(bot, "sendPhoto", "photo", ("a", PNG), caption="one")).json()["result"]
    here = {"chat_id": OWNER, "message_id": sent["message_id"]}
    edited = await bot.call("editMessageCaption", **here, caption="*two*", parse_mode="MarkdownV2")
    assert (edited["caption"], edited["photo"]) == ("two", sent["photo"])
    refused = await bot.refused(
        "editMessageCaption", **here, caption="*two*", parse_mode="MarkdownV2"
    )
    assert "message is not modified" in refused[1]
    assert "caption" not in await bot.call("editMessageCaption", **here)
    url = f"/telegram/bot{bot.token}/editMessageMedia"
    media = {"media": json.dumps({"type": "document", "media": "attach://f"})}
    answer = await bot.http.post(url, data=here | media, files={"f": ("log.txt", b"x")})
    edited = answer.json()["result"]
    assert edited["document"]["file_name"] == "log.txt"
    assert "photo" not in edited
    text = await bot.send()
    where = {"chat_id": OWNER, "message_id": text["message_id"]}
    refused = await bot.refused("editMessageCaption", **where, caption="x")
    assert refused == (400, "Bad Request: there is no caption in the message to edit")


async def test_new_buttons_alone_are_no_edit_in_the_app(bot):
    sent = await bot.send()
    keyboard = {"inline_keyboard": [[{"text": "x", "callback_data": "d"}]]}
    here = {"chat_id": OWNER, "message_id": sent["message_id"]}
    edited = await bot.call("editMessageReplyMarkup", **here, reply_markup=keyboard)
    assert "edit_date" not in edited


async def test_copies_and_forwards(bot):
    said = bot.telegram.say(OWNER, OWNER, "/evidence")
    source = {"chat_id": GROUP, "from_chat_id": OWNER}
    forwarded = await bot.call("forwardMessage", **source, message_id=said["message_id"])
    assert forwarded["forward_origin"]["sender_user"]["id"] == OWNER
    assert (forwarded["text"], forwarded["from"]["id"]) == ("/evidence", 1001)
    refused = await bot.refused(
        "editMessageText", chat_id=GROUP, message_id=forwarded["message_id"], text="x"
    )
    assert refused == (400, "Bad Request: message can't be edited")
    ids = [said["message_id"], 99_999]
    (copied,) = await bot.call("copyMessages", **source, message_ids=ids)
    assert "forward_origin" not in bot.telegram.messages(GROUP)[-1]
    assert copied == {"message_id": forwarded["message_id"] + 1}
    assert len(await bot.call("forwardMessages", **source, message_ids=ids)) == 1
    secret = await bot.send("secret", protect_content=True)
    cases = [
        ("copyMessage", 99_999, "message to copy not found"),
        ("forwardMessage", 99_999, "message to forward not found"),
        ("forwardMessage", secret["message_id"], "message can't be forwarded"),
    ]
    for method, id_, told in cases:
        assert await bot.refused(method, **source, message_id=id_) == (400, f"Bad Request: {told}")


async def test_a_reply_from_another_chat(bot):
    sent = await bot.send("card")
    elsewhere = {"message_id": sent["message_id"], "chat_id": OWNER, "quote": "ar"}
    reply = await bot.send("x", GROUP, reply_parameters=elsewhere)
    assert reply["external_reply"]["origin"]["sender_user"]["id"] == 1001
    assert reply["quote"] == {"text": "ar", "position": 1, "is_manual": True}
    lost = elsewhere | {"message_id": 99_999}
    refused = await bot.refused("sendMessage", chat_id=GROUP, text="x", reply_parameters=lost)
    assert refused == (400, "Bad Request: message to be replied not found")
    wrong = elsewhere | {"quote": "no such words"}
    refused = await bot.refused("sendMessage", chat_id=GROUP, text="x", reply_parameters=wrong)
    assert refused == (400, "Bad Request: QUOTE_TEXT_INVALID")


async def test_a_reply_thread_in_a_supergroup(bot):
    new_id = bot.telegram.migrate(GROUP)
    first = await bot.send("first", new_id)
    second = await bot.send("2", new_id, reply_parameters={"message_id": first["message_id"]})
    third = await bot.send("3", new_id, reply_parameters={"message_id": second["message_id"]})
    threads = [one.get("message_thread_id") for one in (first, second, third)]
    assert threads == [None, first["message_id"], first["message_id"]]
    assert "is_topic_message" not in third


async def test_many_are_deleted_at_once(bot):
    ids = [(await bot.send(str(n)))["message_id"] for n in range(3)]
    assert await bot.call("deleteMessages", chat_id=OWNER, message_ids=[*ids[:2], 99_999])
    assert [m["text"] for m in bot.telegram.messages(OWNER)] == ["2"]
    refused = await bot.refused("deleteMessages", chat_id=OWNER, message_ids=list(range(101)))
    assert refused == (400, "Bad Request: too many message identifiers specified")
    refused = await bot.refused("deleteMessages", chat_id=OWNER, message_ids=["x"])
    assert refused[0] == 400


async def test_all_pins_go_at_once(bot):
    for text in "ab":
        sent = await bot.send(text)
        await bot.call("pinChatMessage", chat_id=OWNER, message_id=sent["message_id"])
    assert bot.telegram._core.state.chats[OWNER].pinned
    assert await bot.call("unpinAllChatMessages", chat_id=OWNER)
    assert bot.telegram._core.state.chats[OWNER].pinned == []


async def test_a_bot_hears_of_its_own_pin(bot):
    sent = await bot.send()
    await bot.call("pinChatMessage", chat_id=OWNER, message_id=sent["message_id"])
    (update,) = await bot.call("getUpdates")
    assert update["message"]["pinned_message"]["message_id"] == sent["message_id"]


@pytest.mark.parametrize(
    ("word", "least"), [("name", "Watchdog"), ("description", ""), ("short_description", "")]
)
async def test_names_and_descriptions(bot, word, least):
    method = "My" + "".join(part.capitalize() for part in word.split("_"))
    assert await bot.call(f"get{method}") == {word: least}
    await bot.call(f"set{method}", **{word: "Wache"}, language_code="de")
    assert await bot.call(f"get{method}", language_code="de") == {word: "Wache"}
    assert await bot.call(f"get{method}", language_code="fr") == {word: least}
    assert (await bot.refused(f"set{method}", **{word: "x" * 513}))[0] == 400


async def test_the_menu_button(bot):
    assert await bot.call("getChatMenuButton") == {"type": "commands"}
    menu = {"type": "web_app", "text": "Open", "web_app": {"url": "https://a.example"}}
    assert await bot.call("setChatMenuButton", chat_id=OWNER, menu_button=menu)
    assert await bot.call("getChatMenuButton", chat_id=OWNER) == menu
    assert await bot.call("getChatMenuButton") == {"type": "commands"}
    assert (await bot.refused("setChatMenuButton", menu_button={"type": "x"}))[0] == 400


async def test_members(bot):
    bot.telegram.promote(1001, GROUP, ["can_pin_messages"])
    leads = await bot.call("getChatAdministrators", chat_id=GROUP)
    assert [one["status"] for one in leads] == ["creator", "administrator"]
    assert (leads[1]["can_pin_messages"], leads[1]["can_delete_messages"]) == (True, False)
    assert await bot.call("getChatMemberCount", chat_id=GROUP) == 4
    photos = await bot.call("getUserProfilePhotos", user_id=USER)
    assert photos == {"total_count": 0, "photos": []}
    assert await bot.call("leaveChat", chat_id=GROUP)
    assert (await bot.refused("getChat", chat_id=GROUP))[1] == "Bad Request: chat not found"
