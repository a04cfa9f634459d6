"""Golden texts: what people read, kept as files that people can read.

`UPDATE_GOLDEN=1 pytest tests/views` writes them anew; then read every line of the difference.
"""

from __future__ import annotations

import os
from pathlib import Path

FOLDER = Path(__file__).parent / "golden"
UPDATE = os.environ.get("UPDATE_GOLDEN") == "1"


def golden(name, text):
    """What the file says; with UPDATE_GOLDEN=1 it is made to say the text."""
    file = FOLDER / f"{name}.txt"
    if UPDATE:
        file.write_text(text, encoding="utf-8")
    return file.read_text(encoding="utf-8")


def written(message):
    """A message as a text: HTML as it is sent, the one line, and the buttons row by row."""
    rows = [" ".join(drawn(b) for b in row) for row in message.rows]
    parts = [message.html, f"── minimal ──\n{message.minimal}"]
    parts += ["── buttons ──\n" + "\n".join(rows)] if rows else []
    return "\n\n".join(parts) + "\n"


def drawn(button):
    wish = " ".join(filter(None, (button.verb, button.arg, button.style)))
    return f"[{button.label}]({wish})"
