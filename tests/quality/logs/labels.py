"""What is right for each log: labels read from the scripts, and what follows from each category.

The table is facts, §5: one of `must` has to be offered, none of `never` may be. A log may say its
own `must:` and `never:`, which then replace those of the table; `any:` asks for no suggestion.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from tests.quality.logs.expand import ZERO, Script
from tests.quality.logs.formats import FORMATS

HERE = Path(__file__).parent
CALM = "none"
ACTS = (
    "restart rollback fix_env wait_upstream scale fix_code fix_database throttle free_disk "
    "stop_duplicate"
)

# category: (one of these must be offered, none of these may be)
TRUTH = {
    "database_unreachable": ("fix_database fix_env wait_upstream", "rollback scale throttle"),
    "database_auth": ("fix_env", "restart rollback scale"),
    "database_saturated": ("fix_database fix_code restart", "scale rollback fix_env"),
    "database_slow": ("fix_database fix_code", "fix_env stop_duplicate"),
    "out_of_memory": ("scale fix_code restart", "rollback fix_database fix_env"),
    "import_error": ("fix_code rollback", "restart scale fix_database"),
    "missing_env_var": ("fix_env", "restart fix_code scale"),
    "bad_config": ("fix_env fix_code", "restart scale"),
    "upstream_rate_limit": ("throttle", "restart rollback scale fix_env"),
    "upstream_outage": ("wait_upstream", "restart rollback fix_env scale"),
    "upstream_auth": ("fix_env", "wait_upstream rollback restart scale"),
    "telegram_conflict": ("stop_duplicate", "fix_env rollback scale"),
    "telegram_network": ("wait_upstream none", "fix_env rollback stop_duplicate"),
    "port_binding": ("fix_code fix_env restart stop_duplicate", "scale throttle fix_database"),
    "disk_full": ("free_disk", "restart rollback fix_env"),
    "crash_loop": ("", "fix_env fix_database scale"),
    "tls": ("fix_env fix_code wait_upstream", "restart rollback fix_database"),
    "code_error": ("fix_code rollback", "scale fix_env fix_database"),
    "deadlock": ("fix_code fix_database", "restart scale fix_env"),
    "hang": ("restart fix_code", "fix_env"),
    CALM: ("", ACTS),
}


@dataclass(frozen=True)
class Log:
    """One labelled log. `kind` is "healthy", "unclear" or the category."""

    name: str
    form: str
    text: str
    deploys: tuple[dict, ...]
    kind: str
    categories: frozenset[str]
    must: frozenset[str]  # empty = none is asked for
    never: frozenset[str]
    keep: tuple[re.Pattern[str], ...]


def fields(head: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in head.splitlines():
        key, _, value = line.partition(":")
        found.setdefault(key, []).append(value.strip())
    return found


def deploy(text: str) -> dict:
    """`MM:SS id commit status message` in the shape that the platform's API gives."""
    when, id, commit, status, message = text.split(" ", 4)
    minutes, _, seconds = when.partition(":")
    at = (ZERO + timedelta(minutes=int(minutes), seconds=int(seconds))).strftime(
        "%Y-%m-%dT%H:%M:%SZ"
    )
    about = {"id": commit, "message": message, "createdAt": at}
    return {
        "deploy": {"id": id, "commit": about, "status": status, "createdAt": at, "finishedAt": at}
    }


def log(part: str) -> Log:
    head, _, body = part.partition("\n--\n")
    title, _, rest = head.partition("\n")
    name, _, form = title.partition(" | ")
    said = fields(rest)
    category = said.get("category", [CALM])[0]
    kind = next((each for each in ("healthy", "unclear") if each in said), category)
    must, never = (set(words.split()) for words in TRUTH[category])
    must = set() if "any" in said else set(said.get("must", [" ".join(must)])[0].split())
    never = set(said.get("never", [" ".join(never)])[0].split())
    script = Script(name, tuple(said.get("instances", ["a"])[0].split(", ")))
    text = "".join(FORMATS[form](each) for each in script.read(body))
    also = " ".join(said.get("also", [])).split()
    keep = tuple(re.compile(each) for each in said.get("keep", []))
    deploys = tuple(deploy(each) for each in said.get("deploy", []))
    must -= never
    return Log(
        name, form, text, deploys, kind, frozenset([category, *also]), frozenset(must),
        frozenset(never), keep,
    )  # fmt: skip # read in rows


def logs() -> list[Log]:
    """All of them, always the same and in the same order."""
    files = sorted((HERE / "scripts").glob("*.txt"))
    return [log(part) for file in files for part in file.read_text("utf-8").split("%%% ")[1:]]


def deploys_file(log: Log) -> str:
    return json.dumps(list(log.deploys))
