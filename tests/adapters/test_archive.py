"""Whole or not at all."""

import os

import pytest

from bot.adapters.archive import Folder
from bot.ports import Unavailable


async def test_keep_and_keep_again(tmp_path):
    folder = Folder(tmp_path / "deep" / "down")
    await folder.keep("incident-2026-03-02.md", "one – ü\n")
    await folder.keep("incident-2026-03-02.md", "two")
    kept = tmp_path / "deep" / "down"
    assert [path.name for path in kept.iterdir()] == ["incident-2026-03-02.md"]
    assert (kept / "incident-2026-03-02.md").read_text() == "two"


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "../x", "a/b", "a\\b", "c:x", ".hidden", "a\nb", "a\x00b", "x" * 201],
)
async def test_a_name_that_is_no_plain_file_name(tmp_path, name):
    with pytest.raises(ValueError, match="not a plain file name"):
        await Folder(tmp_path).keep(name, "text")
    assert list(tmp_path.iterdir()) == []


async def test_a_failure_leaves_the_old_one_and_no_draft(tmp_path, monkeypatch):
    folder = Folder(tmp_path)
    await folder.keep("a.md", "old")

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Unavailable, match="cannot be written: No space left on device"):
        await folder.keep("a.md", "new")
    assert [path.name for path in tmp_path.iterdir()] == ["a.md"]
    assert (tmp_path / "a.md").read_text() == "old"


async def test_a_folder_that_is_a_file(tmp_path):
    (tmp_path / "x").write_text("")
    with pytest.raises(Unavailable):
        await Folder(tmp_path / "x").keep("a.md", "text")


async def test_text_that_is_no_utf8(tmp_path):
    await Folder(tmp_path).keep("a.md", "half \ud800")
    assert (tmp_path / "a.md").read_text() == "half ?"
