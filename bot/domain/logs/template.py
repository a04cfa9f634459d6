"""What a log line says once its changing parts are masked: equal templates are one error."""

from __future__ import annotations

import re

from .words import any_word

# In this order: a shape that contains others comes first. Status, errno, exit codes and SQLSTATE
# stay, because they separate one kind of error from another.
# A mask is tried only where its hint is in the text.
MASKS = tuple(
    (hint, re.compile(pattern), mark)
    for hint, pattern, mark in (
        ("[secret:", r"\[secret:[0-9a-f]{4,8}\]", "<secret>"),
        ("://", r"\b[a-z][a-z0-9+.-]{1,20}://[^\s\"'<>]+", "<url>"),
        ("@", r"[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64})+", "<mail>"),
        ("-", r"\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b", "<uuid>"),
        (
            "-",
            r"\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?)?",
            "<time>",
        ),
        (":", r"\b\d\d:\d\d:\d\d(?:[.,]\d+)?\b", "<time>"),
        (".", r"\b\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?\b", "<ip>"),
        ("0x", r"\b0x[0-9a-fA-F]+\b", "<hex>"),
        ("", r"\b(?=[0-9a-f]{0,40}\d)[0-9a-f]{8,64}\b", "<hex>"),
        ('"', r"\"[^\"]*\"", "<text>"),
        ("'", r"'[^']*'", "<text>"),
        (
            "",
            r"(?<!\w)(?<!\d[.,])\d+(?:[.,]\d+)*\s?(?:ms|s|sec|seconds|minutes|min|h|MB|MiB|kB|KB|GB|%)(?!\w)",
            "<size>",
        ),
    )
)
FIGURES_OF = (r"HTTP/\d(?:\.\d)?", "HTTP", "status", "code", "errno", "Errno", "signal", "SQLSTATE")
TELLING = rf"(?:{any_word(*FIGURES_OF)})\W{{0,3}}\d+"
TELLING_FIGURE = re.compile(TELLING)
NUMBER = re.compile(rf"(?P<keep>{TELLING})" + r"|(?<![\w.])(?<!\d,)-?\d+(?:[.,]\d+)*\b")
STAMP = re.compile(
    r"^[\[(]?\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|\s?[+-]\d\d:?\d\d)?[\])]?\s*"
)


def template(text: str) -> str:
    """Mask addresses, ids, times, quoted values and numbers."""
    for hint, pattern, mark in MASKS:
        if hint in text:
            text = pattern.sub(_quoted if mark == "<text>" else mark, text)
    return NUMBER.sub(lambda m: m["keep"] or "<n>", text)


def _quoted(found: re.Match[str]) -> str:
    """Quoted words change; a request's protocol and status tell what became of it."""
    said = found[0]
    if said[1:6] == "HTTP/":
        return said
    return "<text> HTTP/1.1" if said[-9:-4] == "HTTP/" else "<text>"


def without_stamp(text: str) -> str:
    """The line less the time that the program itself put in front."""
    return STAMP.sub("", text, count=1)


def is_stamped(text: str) -> bool:
    return STAMP.match(text) is not None
