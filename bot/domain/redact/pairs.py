"""A name and its value: `password=`, JSON, YAML, repr, flags, prose."""

from __future__ import annotations

import re
from typing import NamedTuple

from . import looks
from .marks import DONE, MARK, mark
from .names import Says, says, words

STEMS = tuple(sorted(words("pass pw psw kennwort secret token key cred auth sess jwt")))
STEM = re.compile("|".join(STEMS))
TAIL = re.compile(r"[\w.-]{0,60}+")
IN_NAME = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-."
LONGEST_HEAD = 60
COLOUR = r"(?:\x1b\[[\d;]{0,8}m){0,3}"
QUOTE = r"(?:\\{0,7}[\"'`]|&quot;|&\#39;|%22|%27)"
# What stands between a name and its value; groups: opening bracket before the quote, the sign
SIGN = re.compile(
    rf"""
    {COLOUR} (?P<shut>{QUOTE}?[\])]?{QUOTE}?) {COLOUR}
    (?:
        [ \t]{{0,8}} (?P<sign>
            => | := | \\u003[dD] | ={{1,3}} | %3[dD] | %3[aA] | → | ->
          | :[ ]?[A-Za-z]\w{{2,15}}(?:\[\w{{1,15}}\])?(?:[ ]\|[ ]None)?[ ]?=(?!=)
          | :(?!//)
        ) [ \t]{{0,8}}
      | (?P<xml>>)
      | (?P<tuple>,[ ]?)(?=[bu]?{QUOTE})
      | (?P<said>[ \t]{{1,3}}
            (?:is|was|were|set[ ]to|changed[ ]to|reset[ ]to|to|of|value):?[ ](?:now[ ])?)
      | (?P<far>(?:[ ][a-z]{{2,12}}){{1,3}}:[ ])
      | (?P<blank>[ \t]{{1,3}})
    )
    {COLOUR} (?:[\[(](?!secret:))? {COLOUR}
    """,
    re.VERBOSE | re.IGNORECASE,
)
QUOTED = re.compile(
    r"""
    [bBuUrRfF]{0,2} (?:
        (?P<plain>["'`]) (?P<in_plain>(?:\\.|(?!(?P=plain))[^\\\n])*)
      | (?P<escaped>\\+["'`]|&quot;|&\#39;|%22|%27) (?P<in_escaped>(?:(?!(?P=escaped))[^\n])*)
    )
    """,
    re.VERBOSE,
)
BRACED = re.compile(r"\{([^{}\s\"']{4,200})\}")
NEXT_PAIR = r"(?!\s|$|[\w.-]{1,40}\s?[=:]|(?:quot|amp|lt|gt|\#\d+);|[\w.-]{1,40}%3D)"
BARE = re.compile(
    rf"""
    (?: [^\s"'`\\&,;|<>)\]}}%\x1b]
      | [&,;|]{NEXT_PAIR}
      | ["'`)\]}}>](?=\w)
      | <(?![/\w])
      | \\(?![nrtu"'`\\])
      | %(?!26|22|27|0[aA]|2[cC])
    )+
    """,
    re.VERBOSE,
)
AFTER = ",;.)}]>*:"  # closes a sentence or a bracket around the secret
LONGEST_DOUBT = 2048  # a longer value of a secret's name is not asked what it looks like
SHORTEST_QUOTED = 4  # characters; `password 'x'` is prose
SHORTEST_MIXED = 8
SHORTEST_HEX = 32
LONGEST_RANDOM = 160  # of a value whose name does not say that it is secret
OPENED, CLOSED = re.compile(r"[(\[][bu]?\\*[\"']\Z"), re.compile(r"\\*[\"']\s?[)\]]")
XML_OPEN = re.compile(r"(?<!\?P)<(?:\w{1,30}:)?\Z")  # of a tag, not of a named group
LONGEST_LINE = 200  # characters looked back for its beginning
VARIABLE = re.compile(r"[a-z_]+(?:\.[a-z_]+)*")
WORD_BEFORE = re.compile(r"([A-Za-z]{1,20})[ _-]\Z")
ARN = re.compile(r"arn:aws[\w:-]*:\Z")
PHRASE = re.compile(r"[a-z]{2,12}(?: [a-z]{2,12}){2,23}(?=\s*(?:$|\n))")


class Pair(NamedTuple):
    """A name, what it says, the sign after it, and a value that may be secret."""

    text: str
    name: str
    grade: Says
    sign: re.Match[str]
    start: int
    value: str
    quoted: bool

    @property
    def end(self) -> int:
        return self.start + len(self.value)


def is_near(low: str) -> bool:
    """Whether a text, in small letters, holds the name of a secret at all."""
    for stem in STEMS:  # noqa: SIM110 - twice as fast as any(), and every line of a log comes here
        if stem in low:
            return True
    return False


def mask(text: str) -> str:
    """Mask the value of every pair whose name, and whose look, say that it is a secret."""
    done, kept, at = [], 0, 0
    low = text.lower()
    if len(low) != len(text):  # a letter of Turkish, which becomes two: places would shift
        low = "".join(c.lower() if c.isascii() else c for c in text)
    arns = "arn:aws" in low
    while stem := STEM.search(low, at):
        own = MARK.match(text, stem.start() - 1) if stem.start() else None
        if own:  # the word in a mark is no name
            at = own.end()
            continue
        tail = TAIL.match(text, stem.end())
        at = end = tail.end() if tail else stem.end()
        name = _name(text, stem.start(), end)
        grade = says(name)
        sign = SIGN.match(text, end) if grade else None
        if sign is None or (arns and ARN.search(text, max(0, end - 120), stem.start())):
            continue
        pair = _pair(text, name, grade, sign)
        if pair and _is_secret(pair):
            stop = _whole(pair)
            done += [text[kept : pair.start], mark(text[pair.start : stop])]
            kept = at = stop
    return "".join(done) + text[kept:] if done else text


def _name(text: str, start: int, end: int) -> str:
    before = text[max(0, start - LONGEST_HEAD) : start]
    head = before[len(before.rstrip(IN_NAME)) :]
    if head[:1] in {"n", "r", "t"} and before[: len(before) - len(head)].endswith("\\"):
        head = head[1:]  # of an escaped end of line
    word = None if head else WORD_BEFORE.search(text, max(0, start - 24), start)
    return f"{word[1]}_{text[start:end]}" if word else head + text[start:end]


def _pair(text: str, name: str, grade: Says, sign: re.Match[str]) -> Pair | None:
    at = sign.end()
    if text.startswith(("<", '{"', "{'", "{\\"), at):  # an object of a program, or of JSON
        return None
    phrase = PHRASE.match(text, at) if "phrase" in name.lower() else None
    if phrase and not looks.is_prose(phrase[0]):
        return Pair(text, name, grade, sign, at, phrase[0], quoted=True)
    start, end, quoted = _value(text, at, grade)
    value = text[start:end] if quoted else text[start:end].rstrip(AFTER)
    if not value or ("://" in value and text.startswith(DONE, end)):
        return None
    return Pair(text, name, grade, sign, start, value, quoted)


def _value(text: str, at: int, grade: Says) -> tuple[int, int, bool]:
    """Where the value begins and ends, and whether quotes say so."""
    far = len(text) if grade > Says.MAYBE else min(len(text), at + LONGEST_RANDOM)
    stop = text.find(DONE, at, far)
    far = far if stop < 0 else stop
    quoted = QUOTED.match(text, at, far)
    if quoted:
        which = "in_plain" if quoted["plain"] else "in_escaped"
        return quoted.start(which), quoted.end(which), True
    braced = BRACED.match(text, at, far) if grade is Says.PASSWORD else None
    if braced and looks.is_mixed(braced[1]):
        return braced.start(1), braced.end(1), True
    bare = BARE.match(text, at, far)
    return (at, bare.end(), False) if bare else (at, at, False)


def _whole(pair: Pair) -> int:
    """Where the value ends, of which only the beginning was looked at."""
    if pair.grade is Says.MAYBE and pair.end - pair.sign.end() > LONGEST_RANDOM - 8:
        return max(pair.end, _value(pair.text, pair.sign.end(), Says.TOKEN)[1])
    return pair.end


def _is_secret(pair: Pair) -> bool:
    value, sign = pair.value, pair.sign
    if len(value) > LONGEST_DOUBT:
        return True
    if pair.grade is Says.MAYBE and len(value) < looks.SHORTEST_RANDOM and not _is_pass(pair):
        return False
    if looks.is_none(value) or looks.is_place(value):
        return False
    if pair.grade is Says.MAYBE or sign["far"]:
        told = sign["sign"] or sign["far"] or (pair.quoted and (sign["said"] or sign["blank"]))
        return (bool(told) and looks.is_random(value)) or _is_pass(pair)
    if sign["sign"] or sign["xml"]:
        return _is_given(pair)
    return _is_listed(pair) if sign["tuple"] else _is_said(pair)


def _is_given(pair: Pair) -> bool:
    """`password=hunter2` and its like."""
    few = pair.grade is Says.TOKEN or pair.name.lower().endswith("pass")
    if few and looks.SHORT_NUMBER.fullmatch(pair.value):
        return False
    if pair.sign["xml"]:
        at = pair.sign.start("xml") - len(pair.name)
        return XML_OPEN.search(pair.text, max(0, at - LONGEST_HEAD), at) is not None
    if pair.quoted:
        return not (pair.sign["sign"] == ":" and looks.is_prose(pair.value))
    return _is_bare(pair)


def _is_pass(pair: Pair) -> bool:
    """`pass` alone is a secret's name, or a count of tests."""
    if not pair.sign["sign"] or pair.name.lower().rpartition("_")[2] != "pass":
        return False
    if looks.NUMBER.fullmatch(pair.value):
        return False
    in_quotes = '"' in pair.sign["shut"] or "'" in pair.sign["shut"]
    return pair.sign["sign"] == "=" or in_quotes or looks.is_typed(pair.value)


def _is_said(pair: Pair) -> bool:
    """`password hunter2`, `--token abc`, `PASSWORD 'x'`: only a blank or a verb between them."""
    value = pair.value
    if pair.name.startswith("--"):
        return not value.startswith("-") and not looks.is_code(value)
    if "=" in value.rstrip("=") and not pair.quoted:
        return False
    if pair.grade is Says.PASSWORD:
        chosen = pair.quoted and len(value) >= SHORTEST_QUOTED and not looks.is_prose(value)
        return chosen or looks.is_typed(value)
    hexadecimal = len(value) >= SHORTEST_HEX and looks.HEX.fullmatch(value) is not None
    mixed = len(value) >= SHORTEST_MIXED and looks.is_varied(value) and looks.is_typed(value)
    return hexadecimal or mixed or looks.is_random(value)


def _is_listed(pair: Pair) -> bool:
    """`('password', 'hunter2')` and `'--password', 'hunter2'`, but no list of names."""
    if pair.name.startswith("--"):
        return not pair.value.startswith("-")
    at = pair.sign.start()
    before = pair.text[max(0, at - LONGEST_HEAD - 8) : at].rstrip(IN_NAME)
    after = pair.text[pair.end : pair.end + 8]
    two = OPENED.search(before[-8:]) and CLOSED.match(after)
    return bool(two and pair.sign["shut"]) and says(pair.value) is Says.NOTHING


def _is_bare(pair: Pair) -> bool:
    value, sign, text = pair.value, pair.sign, pair.text
    if looks.is_code(value) or (value == pair.name and text[pair.end : pair.end + 1] in {",", ")"}):
        return False
    line = text[max(0, sign.start() - LONGEST_LINE) : sign.start()].rpartition("\n")[2]
    if (sign["sign"] or "").endswith("=") and line.startswith("  ") and VARIABLE.fullmatch(value):
        return False  # the line of a program in a traceback
    if sign["sign"] != ":" or not value.isalpha():
        return True
    # a plain word after a colon: a value where a file says it, prose where a sentence goes on
    rest = text[pair.end : pair.end + 2].lstrip(AFTER + "\"'")
    if rest.strip() or rest.startswith(" "):
        return False
    alone = line.strip(" \t\"'-{").lower() == pair.name.lower()
    return alone or "_" in pair.name or pair.grade is Says.PASSWORD
