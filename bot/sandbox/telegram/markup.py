"""Keyboards under messages: what Telegram accepts, and what the message then carries."""

from __future__ import annotations

from bot.sandbox.telegram.errors import Json, bad_request
from bot.sandbox.telegram.links import checked

MOST_BUTTONS, MOST_IN_ROW = 100, 8
DATA_BYTES, COPY_CHARACTERS = 64, 256
ACTIONS = (
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
)
LOOKS = ("text", "icon_custom_emoji_id", "style")
STYLES = ("danger", "success", "primary")
OTHER_KINDS = ("keyboard", "remove_keyboard", "force_reply")


def inline(markup: Json | None, *, private: bool) -> Json | None:
    """Return the inline keyboard a message keeps, None when it has none."""
    if not markup or any(kind in markup for kind in OTHER_KINDS):
        return None
    rows = markup.get("inline_keyboard")
    if set(markup) != {"inline_keyboard"} or not _is_table(rows):
        raise bad_request("can't parse reply keyboard markup JSON object")
    rows = [[_button(button, private=private) for button in row] for row in rows or [] if row]
    too_wide = any(len(row) > MOST_IN_ROW for row in rows)
    if too_wide or sum(map(len, rows)) > MOST_BUTTONS:
        raise bad_request("reply markup is too long")
    return {"inline_keyboard": rows} if rows else None


def locks(markup: Json | None) -> bool:
    """Whether the message can never be edited: it carries a keyboard of the other kind."""
    return bool(markup) and any(kind in (markup or {}) for kind in OTHER_KINDS)


def _is_table(rows: object) -> bool:
    return isinstance(rows, list) and all(
        isinstance(row, list) and all(isinstance(one, dict) for one in row) for row in rows
    )


def _button(button: Json, *, private: bool) -> Json:
    if unknown := set(button) - set(ACTIONS) - set(LOOKS):
        raise _wrong(f'unknown field "{min(unknown)}"')
    if not isinstance(button.get("text"), str) or not button["text"].strip():
        raise _wrong('field "text" must be a non-empty string')
    if button.get("style") not in (None, *STYLES):
        raise _wrong("invalid button style specified")
    actions = [name for name in ACTIONS if button.get(name) not in (None, False)]
    if not actions:
        raise _wrong("text buttons are unallowed in the inline keyboard")
    if len(actions) > 1:
        raise _wrong("exactly one action must be specified")
    _check(actions[0], button, private=private)
    return button


def _wrong(text: str) -> Exception:
    return bad_request(f"can't parse inline keyboard button: {text}")


def _check(action: str, button: Json, *, private: bool) -> None:
    if action == "callback_data":
        data = button["callback_data"]
        if not isinstance(data, str) or not 1 <= len(data.encode()) <= DATA_BYTES:
            raise bad_request("BUTTON_DATA_INVALID")
    elif action == "url":
        if checked(str(button["url"])) is None:
            url = button["url"]
            raise bad_request(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
    elif action == "copy_text":
        copied = button["copy_text"].get("text") if isinstance(button["copy_text"], dict) else None
        if not isinstance(copied, str) or not 1 <= len(copied) <= COPY_CHARACTERS:
            raise bad_request("BUTTON_COPY_TEXT_INVALID")
    elif action == "web_app" and not private:
        raise bad_request("BUTTON_TYPE_INVALID")
