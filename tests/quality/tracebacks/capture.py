"""Run the snippets (all, or those named) with real Pythons and keep what they print.

python -m tests.quality.tracebacks.capture [NAME ...]
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
APP = "/opt/render/project/src"
LIBRARIES = f"{APP}/.venv/lib/python3.11/site-packages"
TIME = re.compile(r"(?m)^20\d\d-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}")


def python(version: str) -> str:
    """The interpreter of that version, of pyenv where there is one; by default our own."""
    if not version:
        return sys.executable
    found = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))
    return str(found[-1]) if found else f"python{version}"


def run(files: dict[str, str], flags: str) -> str:
    """What the snippet prints, with the paths of this machine replaced by those of the platform."""
    version, _, colour = flags.partition(" ")
    with tempfile.TemporaryDirectory() as folder:
        for name, source in files.items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(source)
        environment = {"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"}
        environment |= {"FORCE_COLOR": "1"} if colour else {}
        command = [python(version), f"{folder}/main.py"]
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        return at_home(done.stdout + done.stderr, folder, version or "3.11")


def at_home(text: str, folder: str, version: str) -> str:
    text = text.replace(folder, APP)
    text = re.sub(r'"[^"\n]*?/site-packages/', f'"{LIBRARIES}/', text)
    text = re.sub(
        r'"/[^"\n]*?/lib/python3\.\d+/(?!site-packages)', f'"/usr/local/lib/python{version}/', text
    )
    text = re.sub(r"0x[0-9a-f]{12,16}", "0x00007f3a5c0e1b40", text)
    return TIME.sub("2026-03-02 09:14:01,337", text)


def kept() -> dict[str, str]:
    parts = (HERE / "captured.txt").read_text().split("%%% ")[1:]
    return dict(part.split("\n", 1) for part in parts)


def main() -> None:
    texts = kept()
    chosen = sys.argv[1:]
    for part in (HERE / "snippets.txt").read_text().split("%%% ")[1:]:
        head, _, rest = part.partition("\n")
        name, *_, flags = [*head.split(" | "), ""][:4]
        if not chosen or name in chosen:
            sources = rest.partition("--- ")[2].split("\n--- ")
            files = dict(source.split("\n", 1) for source in sources)
            texts[name] = run(files, flags).rstrip("\n") + "\n"
    (HERE / "captured.txt").write_text("".join(f"%%% {n}\n{t}" for n, t in texts.items()))


if __name__ == "__main__":
    main()
