"""The floors hold. The plan is .importlinter; see docs/architecture.md."""

import ast
import subprocess
import sys
from pathlib import Path

BOT = Path(__file__).parents[1] / "bot"


def test_floors():
    # In a process of its own: it silences every logger that exists.
    lint = (
        "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_cache=True))"
    )
    command = [sys.executable, "-c", lint]
    checked = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def broad(handler):
    names = (
        [n.id for n in ast.walk(handler.type) if isinstance(n, ast.Name)] if handler.type else []
    )
    return handler.type is None or "Exception" in names or "BaseException" in names


def test_one_broad_except_in_the_house():
    """What swallows everything stands once, at the top of the engine; what raises on may be.

    `inside` runs elsewhere: whatever a driver raises there is what it was sent to find out.
    """
    found = [
        (file.relative_to(BOT).as_posix(), handler.lineno)
        for file in BOT.rglob("*.py")
        if "sandbox" not in file.parts
        for handler in ast.walk(ast.parse(file.read_text()))
        if isinstance(handler, ast.ExceptHandler) and broad(handler)
    ]
    swallowing = [where for where in found if "raise" not in body_of(*where)]
    assert sorted(file for file, _ in swallowing) == ["adapters/inside.py", "flows/engine.py"]


def body_of(file, line):
    tree = ast.parse((BOT / file).read_text())
    handlers = (n for n in ast.walk(tree) if isinstance(n, ast.ExceptHandler))
    handler = next(h for h in handlers if h.lineno == line)
    return "raise" if any(isinstance(n, ast.Raise) for n in ast.walk(handler)) else ""


def test_every_module_opens_with_a_sentence():
    for file in BOT.rglob("*.py"):
        assert ast.get_docstring(ast.parse(file.read_text())), file
