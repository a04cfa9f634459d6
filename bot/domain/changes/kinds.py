"""What sort of file a diff touches: what runs, what it needs, and what nobody runs."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache

from .change import File

LONGEST = 200  # characters of a path that are looked at


class Kind(StrEnum):
    DOCS = "docs"
    TESTS = "tests"
    TOOLS = "tools"  # of the developers: they are not there where the program runs
    MIGRATION = "migration"
    DEPENDENCIES = "dependencies"
    START = "start command"
    CONFIG = "configuration"
    CODE = "code"


class Read(StrEnum):
    """Files whose changed lines tell of which kind the change is."""

    PROJECT = "project"
    DOCKER = "docker"
    BLUEPRINT = "blueprint"


IDLE = frozenset({Kind.DOCS, Kind.TESTS, Kind.TOOLS})  # never run by the service

TESTS = re.compile(
    r"(?:^|/)(?:tests?|testing|specs?|__tests__)/|(?:^|/)(?:test_[^/]*|[^/]*_test|conftest)\.py$"
)
TOOLS = re.compile(
    r"(?:^|/)\.(?:github|gitlab|circleci|vscode|idea|devcontainer|husky)/|(?:^|/)\.(?:gitignore|gitattributes|editorconfig|pre-commit-config\.yaml|gitlab-ci\.yml|mailmap|dockerignore|flake8|coveragerc|markdownlint[^/]*)$"
    r"|(?:^|/)(?:ruff|mypy|pytest|tox|pyrightconfig|codecov|renovate|dependabot)\.(?:toml|ini|json|ya?ml)$|(?:^|/)(?:codeowners|noxfile\.py|justfile)$"
)
DOCS = re.compile(
    r"\.(?:md|rst|adoc)$|^docs?/"
    r"|(?:^|/)(?:readme|licen[cs]e|changelog|changes|authors|contributors|notice|copying)(?:\.txt)?$"
)
SPOKEN = re.compile(
    r"(?:^|/)(?:prompts?|templates?|resources?|static|assets|data|content|messages|locales?)/"
)
MIGRATION = re.compile(
    r"(?:^|/)migrations?/|(?:^|/)alembic/versions/|(?:^|/)db/migrate/|(?:^|/)db/versions/\w+\.py$|\.sql$|(?:^|/)schema\.(?:prisma|rb)$"
)
LISTS = re.compile(
    r"(?:^|/)(?:requirements|constraints)[^/]*\.(?:txt|in)$|(?:^|/)requirements/[^/]+\.(?:txt|in)$"
    r"|(?:^|/)(?:pipfile|pipfile\.lock|poetry\.lock|uv\.lock|pdm\.lock|pylock\.toml|conda-lock\.yml|environment\.ya?ml|setup\.py|runtime\.txt|\.python-version|\.tool-versions|package\.json|package-lock\.json|yarn\.lock|pnpm-lock\.yaml|go\.mod|go\.sum|gemfile(?:\.lock)?|cargo\.(?:toml|lock))$"
)  # fmt: skip # read in rows
LOCKS = re.compile(r"\.lock$|-lock\.(?:json|ya?ml)$|(?:^|/)(?:go\.sum|pylock\.toml)$")
PROJECT = re.compile(r"(?:^|/)(?:pyproject\.toml|setup\.cfg)$")
NEEDS = re.compile(r"depend|require|[<>~!=]=\s*\d|[\"'=]\s*[\^~]\s*\d", re.IGNORECASE)
STARTS = re.compile(
    r"(?:^|/)(?:procfile|gunicorn[^/]*\.py|uvicorn[^/]*\.(?:py|json|ini)|supervisord?\.conf|entrypoint[^/]*|(?:docker-)?(?:start|run|entrypoint)\.sh)$"
)
DOCKER = re.compile(r"(?:^|/)(?:[^/]*\.)?dockerfile(?:\.[^/]*)?$")
DOCKER_START = re.compile(r"^[+-]\s*(?:CMD|ENTRYPOINT)\b", re.IGNORECASE | re.MULTILINE)
DOCKER_BASE = re.compile(r"^[+-]\s*(?:FROM|RUN|ADD|COPY)\b", re.IGNORECASE | re.MULTILINE)
BLUEPRINT = re.compile(r"(?:^|/)render\.ya?ml$")
BLUEPRINT_START = re.compile(
    r"^[+-]\s*-?\s*(?:startCommand|dockerCommand|preDeployCommand|buildCommand|dockerfilePath|rootDir|runtime|image)\b",
    re.MULTILINE,
)
CONFIG = re.compile(
    r"(?:^|/)\.?env(?:\.[^/]*)?$|\.env(?:\.[^/]*)?$|\.(?:toml|ini|cfg|conf|ya?ml|properties|tf|tfvars)$|(?:^|/)(?:[^/]*[_-])?(?:settings?|config|configuration|conf|constants|environment)\.(?:py|json)$|(?:^|/)(?:settings|config|conf)/"
)  # fmt: skip # read in rows

BY_PATH: tuple[tuple[re.Pattern[str], Kind | Read], ...] = (
    (TESTS, Kind.TESTS),
    (TOOLS, Kind.TOOLS),
    (LISTS, Kind.DEPENDENCIES),
    (DOCS, Kind.DOCS),
    (PROJECT, Read.PROJECT),
    (DOCKER, Read.DOCKER),
    (BLUEPRINT, Read.BLUEPRINT),
    (STARTS, Kind.START),
    (MIGRATION, Kind.MIGRATION),
    (CONFIG, Kind.CONFIG),
)


def kinds_of(file: File) -> frozenset[Kind]:
    """Every kind it is of; at least one."""
    found, lines = _by_path(_short(file.path)), file.changed
    match found:
        case Read.PROJECT:
            needs = not file.whole or NEEDS.search(lines)
            return frozenset({Kind.DEPENDENCIES if needs else Kind.CONFIG})
        case Read.BLUEPRINT:
            start = {Kind.START} if BLUEPRINT_START.search(lines) else set[Kind]()
            return frozenset({Kind.CONFIG} | start)
        case Read.DOCKER:
            start = {Kind.START} if not file.whole or DOCKER_START.search(lines) else set[Kind]()
            base = {Kind.DEPENDENCIES} if not file.whole or DOCKER_BASE.search(lines) else set()
            return frozenset(start | base) or frozenset({Kind.CONFIG})
        case Kind():
            return frozenset({found})


def kinds(files: Iterable[File]) -> frozenset[Kind]:
    return frozenset(kind for file in files for kind in kinds_of(file))


def is_idle(file: File) -> bool:
    """Whether the service runs the same without it."""
    return kinds_of(file) <= IDLE


def is_lock(file: File) -> bool:
    """Whether a tool wrote it: its length says nothing."""
    return LOCKS.search(_short(file.path)) is not None


def is_infrastructure(file: File) -> bool:
    """Whether it describes more than the service itself: its databases, who may reach them."""
    path = _short(file.path)
    return BLUEPRINT.search(path) is not None or path.endswith((".tf", ".tfvars"))


def _short(path: str) -> str:
    return path[-LONGEST:].lower().replace("\\", "/")


@lru_cache(maxsize=4_096)
def _by_path(path: str) -> Kind | Read:
    """The first that fits, or how it is to be read; words that the program speaks are no docs."""
    found = next((kind for pattern, kind in BY_PATH if pattern.search(path)), Kind.CODE)
    return Kind.CODE if found is Kind.DOCS and SPOKEN.search(path) else found
