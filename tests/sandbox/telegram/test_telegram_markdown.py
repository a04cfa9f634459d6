"""Telegram's two Markdowns: entities, escapes, quotes, and the errors."""

from __future__ import annotations

import pytest

from bot.sandbox.telegram.errors import Refusal
from bot.sandbox.telegram.text import understand

UDO = {"id": 22, "is_bot": False, "first_name": "Udo"}


def said(source: str, mode: str) -> tuple[str, list[tuple]]:
    found = understand(source, mode, None, {22: UDO}.get)
    fixed = ("type", "offset", "length")
    entities = []
    for one in found.entities:
        more = {name: value for name, value in one.items() if name not in fixed}
        entities.append((one["type"], one["offset"], one["length"], *([more] if more else [])))
    return found.text, entities


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        ("plain", "plain", []),
        (r"a\.b\*c\\ \_", r"a.b*c\ _", []),
        ("*b* _i_ __u__ ~s~", "b i u s", "bold 0 1, italic 2 1, underline 4 1, strikethrough 6 1"),
        ("||hidden||", "hidden", "spoiler 0 6"),
        ("*😀 _b_*", "😀 b", "bold 0 4, italic 3 1"),
        ("_a __b___", "a b", "italic 0 3, underline 2 1"),
        ("`a*b`", "a*b", "code 0 3"),
        ("`a\\`b`", "a`b", "code 0 3"),
        ("```\nx = 1\n```", "x = 1", "pre 0 5"),
        (
            "```python\nx = 1\n```",
            "x = 1",
            [("pre", 0, 5, {"language": "python"})],
        ),
        (
            "[l](https://a.example/\\)x)",
            "l",
            [("text_link", 0, 1, {"url": "https://a.example/)x"})],
        ),
        ("[l](http://localhost/x)", "l", []),
        ("[Udo](tg://user?id=22)", "Udo", [("text_mention", 0, 3, {"user": UDO})]),
        ("![x](tg://emoji?id=5)", "x", [("custom_emoji", 0, 1, {"custom_emoji_id": "5"})]),
        (
            "![soon](tg://time?unix=1795367000&format=r)",
            "soon",
            [("date_time", 0, 4, {"unix_time": 1795367000, "date_time_format": "r"})],
        ),
        (">a\n>b\nc", "a\nb\nc", "blockquote 0 3"),
        ("x\n>*a*", "x\na", "blockquote 2 1, bold 2 1"),
        (">a\n**>b\n>c||", "a\nb\nc", "blockquote 0 1, expandable_blockquote 2 3"),
        ("**>a||\nb", "a\nb", "expandable_blockquote 0 1"),
        ("****x", "x", []),
    ],
)
def test_markdown_v2(source, text, entities):
    wanted = entities
    if isinstance(entities, str):
        parts = [part.split() for part in entities.split(", ")]
        wanted = [(kind, int(offset), int(length)) for kind, offset, length in parts]
    assert said(source, "MarkdownV2") == (text, wanted)


@pytest.mark.parametrize("char", "_*[~`")
def test_an_open_mark_is_refused(char):
    names = {"_": "Italic", "*": "Bold", "[": "TextUrl", "~": "Strikethrough", "`": "Code"}
    with pytest.raises(Refusal) as refused:
        said(f"ä{char}x", "MarkdownV2")
    told = f"can't parse entities: Can't find end of {names[char]} entity at byte offset 2"
    assert refused.value.description == f"Bad Request: {told}"


@pytest.mark.parametrize("char", "])(>#+-=|{}.!")
def test_a_reserved_character_must_be_escaped(char):
    with pytest.raises(Refusal) as refused:
        said(f"x{char}", "MarkdownV2")
    told = f"Character '{char}' is reserved and must be escaped with the preceding '\\'"
    assert refused.value.description == f"Bad Request: can't parse entities: {told}"
    assert said(f"x\\{char}", "MarkdownV2") == (f"x{char}", [])


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("[l](https://a.example", "Can't find end of a URL at byte offset 4"),
        ("![x](https://a.example)", "Custom emoji entity must contain a tg://emoji URL"),
        ("```python\nx", "Can't find end of PreCode entity at byte offset 0"),
        (">*a\nb*", "Can't find end of Bold entity at byte offset 1"),
        ("*a_b*", "Can't find end of Bold entity at byte offset 4"),
    ],
)
def test_bad_markdown_v2_is_refused(source, told):
    with pytest.raises(Refusal) as refused:
        said(source, "MarkdownV2")
    assert refused.value.description == f"Bad Request: can't parse entities: {told}"


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        ("*b* _i_ `c`", "b i c", [("bold", 0, 1), ("italic", 2, 1), ("code", 4, 1)]),
        ("a.b! \\_x\\_ \\.", "a.b! _x_ \\.", []),
        ("*a_b*", "a_b", [("bold", 0, 3)]),
        ("```py\nx```", "x", [("pre", 0, 1, {"language": "py"})]),
        ("[l](https://a.example/)", "l", [("text_link", 0, 1, {"url": "https://a.example/"})]),
    ],
)
def test_the_first_markdown(source, text, entities):
    assert said(source, "Markdown") == (text, entities)


def test_the_first_markdown_is_refused_too():
    told = "can't parse entities: Can't find end of the entity starting at byte offset 3"
    with pytest.raises(Refusal, match=told):
        said("ä _x", "Markdown")
