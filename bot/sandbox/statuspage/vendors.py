"""The pages there are: names and ids as the vendors have them.

Page ids and the names and ids of Claude's components: public clients of the feeds (2026);
GitHub's: the same. Render's page id and components are unknown and made up.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Vendor:
    key: str
    page_id: str
    name: str
    url: str
    components: tuple[str, ...]


VENDORS = (
    Vendor(
        "anthropic",
        "tymt9n04zgry",
        "Claude",
        "https://status.claude.com",
        (
            "claude.ai",
            "Claude Console (platform.claude.com)",
            "Claude API (api.anthropic.com)",
            "Claude Code",
        ),
    ),
    Vendor(
        "github",
        "kctbh9vrtdwd",
        "GitHub",
        "https://www.githubstatus.com",
        ("Git Operations", "Webhooks", "API Requests", "Issues", "Pull Requests", "Actions"),
    ),
    Vendor(
        "render",
        "practicerndr",
        "Render",
        "https://status.render.com",
        ("Dashboard", "API", "Web Services", "Builds and Deploys", "PostgreSQL", "Log Streams"),
    ),
)
