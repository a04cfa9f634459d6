"""Telegram's HTML and what becomes of a text: entities, offsets, errors, limits."""

from __future__ import annotations

import pytest

from bot.sandbox.telegram.errors import Refusal
from bot.sandbox.telegram.text import Said, caption_text, message_text, understand

UDO = {"id": 22, "is_bot": False, "first_name": "Udo"}


def html(source: str) -> Said:
    return understand(source, "HTML", None, {22: UDO}.get)


def short(said: Said) -> list[tuple]:
    fixed = ("type", "offset", "length")
    rest = [{k: v for k, v in e.items() if k not in fixed} for e in said.entities]
    return [
        (e["type"], e["offset"], e["length"], *([more] if more else []))
        for e, more in zip(said.entities, rest, strict=True)
    ]


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        ("plain", "plain", []),
        ("a &lt;b&gt; &amp;amp; &quot;", 'a <b> &amp; "', []),
        ("&#65;&#x42;&#0; &nbsp; &ltx & b", "AB&#0; &nbsp; &ltx & b", []),
        ("<b>x</b><STRONG>y</strong>", "xy", [("bold", 0, 1), ("bold", 1, 1)]),
        ("<i>a</i> <em>b</em>", "a b", [("italic", 0, 1), ("italic", 2, 1)]),
        ("<u>a</u><ins>b</ins>", "ab", [("underline", 0, 1), ("underline", 1, 1)]),
        (
            "<s>a</s><strike>b</strike><del>c</del>",
            "abc",
            [("strikethrough", 0, 1), ("strikethrough", 1, 1), ("strikethrough", 2, 1)],
        ),
        (
            '<tg-spoiler>a</tg-spoiler><span class="tg-spoiler">b</span>',
            "ab",
            [("spoiler", 0, 1), ("spoiler", 1, 1)],
        ),
        ("😀<b>😀</b>", "😀😀", [("bold", 2, 2)]),
        ("<b>a<i>b</></>", "ab", [("bold", 0, 2), ("italic", 1, 1)]),
        ("<code>x</code>", "x", [("code", 0, 1)]),
        ("<pre>x\ny</pre>", "x\ny", [("pre", 0, 3)]),
        (
            '<pre><code class="language-python">x = 1</code></pre>',
            "x = 1",
            [("pre", 0, 5, {"language": "python"})],
        ),
        ('<code class="language-python">x</code>', "x", [("code", 0, 1)]),
        ("<b>a<code>b</code>c</b>", "abc", [("bold", 0, 1), ("code", 1, 1), ("bold", 2, 1)]),
        ("<pre>a<b>b</b></pre>", "ab", [("pre", 0, 2)]),
        ("<blockquote>q</blockquote>", "q", [("blockquote", 0, 1)]),
        ("<blockquote expandable>q</blockquote>", "q", [("expandable_blockquote", 0, 1)]),
        (
            "<blockquote>a<blockquote>b</blockquote></blockquote>",
            "ab",
            [("blockquote", 0, 2)],
        ),
        (
            "<blockquote><b>a</b></blockquote>",
            "a",
            [("blockquote", 0, 1), ("bold", 0, 1)],
        ),
        (
            "<a href='https://a.example/?x=1&amp;y=2'>link</a>",
            "link",
            [("text_link", 0, 4, {"url": "https://a.example/?x=1&y=2"})],
        ),
        ('<a href="a.example">l</a>', "l", [("text_link", 0, 1, {"url": "http://a.example/"})]),
        ('<a href="http://localhost:8000/x">l</a>', "l", []),
        (
            '<a href="http://127.0.0.1:8000/x">l</a>',
            "l",
            [("text_link", 0, 1, {"url": "http://127.0.0.1:8000/x"})],
        ),
        ('<a href="tg://user?id=22">Udo</a>', "Udo", [("text_mention", 0, 3, {"user": UDO})]),
        ('<a href="tg://user?id=99">Nobody</a>', "Nobody", []),
        (
            '<tg-emoji emoji-id="5">x</tg-emoji>',
            "x",
            [("custom_emoji", 0, 1, {"custom_emoji_id": "5"})],
        ),
        (
            '<tg-time unix="1795367000" format="r">soon</tg-time>',
            "soon",
            [("date_time", 0, 4, {"unix_time": 1795367000, "date_time_format": "r"})],
        ),
        ("  <b> x </b>  ", " x", [("bold", 0, 2)]),
        ("  x  ", "x", []),
        ("a<b></b><i> </i>b", "a b", []),
        ("tab\tand\r\nline", "tab and\nline", []),
        (
            "/start@bot see https://a.example/x. @udo_x #P0 a@b.example",
            "/start@bot see https://a.example/x. @udo_x #P0 a@b.example",
            [
                ("bot_command", 0, 10),
                ("url", 15, 19),
                ("mention", 36, 6),
                ("hashtag", 43, 3),
                ("email", 47, 11),
            ],
        ),
        ("<code>/start</code> a/b", "/start a/b", [("code", 0, 6)]),
    ],
)
def test_html_becomes_text_and_entities(source, text, entities):
    said = html(source)
    assert said.text == text
    assert short(said) == entities


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("<br>", 'Unsupported start tag "br" at byte offset 0'),
        ("a < b", 'Unsupported start tag "" at byte offset 2'),
        ("ä <Foo x>", 'Unsupported start tag "foo" at byte offset 3'),
        ("😀<b", "Unclosed start tag at byte offset 4"),
        ('<a href="x', 'Unclosed start tag "a" at byte offset 0'),
        ("<a href", 'Unclosed start tag "a" at byte offset 0'),
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
        (
            "<b>x</i>",
            'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"',
        ),
        ('<a ="x">y</a>', 'Empty attribute name in the tag "a" at byte offset 0'),
        ("<a href=x/y>z</a>", "Unexpected end of name token at byte offset 8"),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ("<tg-emoji>x</tg-emoji>", "Invalid custom emoji identifier specified"),
        ("<tg-time>x</tg-time>", "Invalid date specified"),
    ],
)
def test_bad_html_is_refused_with_telegrams_words(source, told):
    with pytest.raises(Refusal) as refused:
        html(source)
    assert refused.value.description == f"Bad Request: can't parse entities: {told}"
    assert refused.value.code == 400


@pytest.mark.parametrize(
    ("source", "told"),
    [
        (" \n ", "message text is empty"),
        ("<b> </b>", "message text is empty"),
        ("x" * 4097, "message is too long"),
        ("😀" * 2049, "message is too long"),
        ("x" * 32_769, "text is too long"),
    ],
)
def test_lengths_are_measured_after_parsing(source, told):
    with pytest.raises(Refusal, match=told):
        message_text(html(source))


def test_markup_does_not_count():
    assert message_text(html("<b>x</b>" * 3000 + "&amp;" * 1096)).text == "x" * 3000 + "&" * 1096


def test_a_caption_is_shorter():
    assert caption_text(html("<b>" + "x" * 1024 + "</b>")).text == "x" * 1024
    with pytest.raises(Refusal, match="message caption is too long"):
        caption_text(html("x" * 1025))


def test_without_a_mode_nothing_is_marked():
    assert understand("<b> *x*", None, None, {}.get) == Said("<b> *x*")
    with pytest.raises(Refusal, match="unsupported parse_mode"):
        understand("x", "RST", None, {}.get)


@pytest.mark.parametrize(
    ("entity", "kept"),
    [
        ({"type": "bold", "offset": 2, "length": 1}, [("bold", 2, 1)]),
        ({"type": "bold", "offset": 0, "length": 99}, [("bold", 0, 3)]),
        ({"type": "bold", "offset": 9, "length": 1}, []),
        ({"type": "text_mention", "offset": 2, "length": 1, "user": UDO}, None),
    ],
)
def test_entities_may_come_as_objects(entity, kept):
    found = short(understand("😀x", None, [entity], {22: UDO}.get))
    assert found == ([("text_mention", 2, 1, {"user": UDO})] if kept is None else kept)


@pytest.mark.parametrize(
    "entity",
    [{"type": "bold"}, {"type": "bold", "offset": "x", "length": 1}, {"offset": 0, "length": 1}],
)
def test_a_malformed_entity_is_refused(entity):
    with pytest.raises(Refusal, match="can't parse MessageEntity"):
        understand("x", None, [entity], {}.get)


def test_an_entity_may_not_split_a_character():
    with pytest.raises(Refusal, match="in a middle of a UTF-16 symbol"):
        understand("😀x", None, [{"type": "bold", "offset": 1, "length": 1}], {}.get)
