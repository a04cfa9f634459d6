"""What the emulated site knows: one repository of one owner, its issues and its addresses."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from dulwich.index import commit_tree
from dulwich.object_store import MemoryObjectStore
from dulwich.objects import Blob

from bot.sandbox.github.answers import Json
from bot.sandbox.github.tracker import Issue
from bot.sandbox.repository import Repository

SITE = "https://github.com"
REGULAR = 0o100644  # git's mode of a plain file


@dataclass(eq=False)
class Hub:
    repository: Repository
    owner: str
    name: str
    pushed: Callable[[str], None]
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    issues: dict[int, Issue] = field(default_factory=dict)
    _trees: dict[str, str] = field(default_factory=dict)

    @property
    def full_name(self) -> str:
        return f"{self.owner}/{self.name}"

    @property
    def html_url(self) -> str:
        return f"{SITE}/{self.full_name}"

    def tree(self, commit_id: str) -> str:
        """The id of a commit's tree; only plain files are in it."""
        if commit_id not in self._trees:
            files = self.repository.files(commit_id).items()
            entries = [(p.encode(), Blob.from_string(data).id, REGULAR) for p, data in files]
            self._trees[commit_id] = commit_tree(MemoryObjectStore(), entries).decode()
        return self._trees[commit_id]


def blob_id(data: bytes) -> str:
    return Blob.from_string(data).id.decode()


def number_of(name: str) -> int:
    """An id that depends on nothing but the name."""
    return int(hashlib.sha256(name.encode()).hexdigest()[:7], 16)


def node_id(kind: str, name: str) -> str:
    return f"{kind}_kw{hashlib.sha256(name.encode()).hexdigest()[:16]}"


def stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def user(api: str, login: str) -> Json:
    """A `simple-user` of GitHub's OpenAPI description; `api` ends with a slash."""
    own = f"{api}users/{login}"
    lists = ("followers", "subscriptions", "repos", "received_events")
    return {
        "login": login,
        "id": number_of(login),
        "node_id": node_id("U", login),
        "avatar_url": f"https://avatars.githubusercontent.com/u/{number_of(login)}?v=4",
        "gravatar_id": "",
        "url": own,
        "html_url": f"{SITE}/{login}",
        **{f"{one}_url": f"{own}/{one}" for one in lists},
        "organizations_url": f"{own}/orgs",
        "following_url": f"{own}/following{{/other_user}}",
        "gists_url": f"{own}/gists{{/gist_id}}",
        "starred_url": f"{own}/starred{{/owner}}{{/repo}}",
        "events_url": f"{own}/events{{/privacy}}",
        "type": "User",
        "user_view_type": "public",
        "site_admin": False,
    }
