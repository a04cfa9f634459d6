"""What the imitated model knows of troubles: by which words it tells each, and how it says so."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial

any_case = partial(re.compile, flags=re.IGNORECASE)
ENDED = any_case(r"exited with (?:status|code)|crash loop|state: crash")


@dataclass(frozen=True)
class Theory:
    """`shows` are words that tell it, `supports` words that fit it and tell nothing alone.

    `act` is the act that may help, if it is on offer; `step` is what a person can do.
    """

    category: str
    shows: re.Pattern[str]
    said: str
    step: str
    supports: re.Pattern[str] | None = None
    act: str = ""
    in_code: bool = False


# What tells most stands first.
THEORIES = (
    Theory(
        "out_of_memory",
        any_case(r"out of memory|memory limit|ran out of memory|oomkilled"),
        "It was killed because it used more memory than it may.",
        "Look for what grows; give it more memory until that is found.",
        act="restart",
    ),
    Theory(
        "import_error",
        re.compile(r"ImportError|ModuleNotFoundError|cannot import name"),
        "It cannot import a module and ends at its start.",
        "Put the import right and deploy that.",
        supports=ENDED,
        act="rollback",
        in_code=True,
    ),
    Theory(
        "missing_env_var",
        re.compile(
            r"KeyError: '[A-Z_]{4,}'|(?i:environment variable|variable \w+ is (?:missing|not set))"
        ),
        "It ends at its start because an environment variable is missing.",
        "Set the variable on the environment page, then redeploy.",
        supports=ENDED,
    ),
    Theory(
        "database_auth",
        any_case(r"password authentication failed|rejects the (?:password|credentials)"),
        "The database rejects the password.",
        "Put the right password into the settings of the service, then restart it.",
    ),
    Theory(
        "database_saturated",
        any_case(r"too many (?:clients|connections)|connection slots|every connection is taken"),
        "Every connection of the database is taken.",
        "End the sessions that are idle, and find who opens so many.",
        act="restart",
    ),
    Theory(
        "deadlock",
        any_case(r"waits? for (?:a )?locks?|holds? (?:a|the) lock|lock timeout|deadlock detected"),
        "Sessions of the database wait for a lock that another one holds.",
        "End the session that holds the lock.",
    ),
    Theory(
        "database_unreachable",
        any_case(r"nothing listens|connection refused|refuses? connections?|server running on"),
        "The database cannot be reached: it refuses connections.",
        "Look at the database on the dashboard, and start it.",
        act="restart_database",
    ),
    Theory(
        "disk_full",
        any_case(r"no space left on device|disk is full|\benospc\b"),
        "The disk is full.",
        "Delete what is large and old.",
    ),
    Theory(
        "upstream_rate_limit",
        any_case(r"ratelimiterror|rate limit"),
        "It is refused because it asks too often.",
        "Find what asks so often, and make it wait.",
    ),
    Theory(
        "upstream_outage",
        any_case(r"overloaded|major[ _]outage|has an outage|anthropic down"),
        "A service of others fails, and ours with it.",
        "Wait for them, and tell the users.",
    ),
    Theory(
        "database_slow",
        any_case(r"\(limit \d+ ms\)|slow quer"),
        "The database answers slowly.",
        "Look at what it is busy with.",
    ),
    Theory(
        "hang",
        any_case(r"messages? wait|reads no messages|\bdeaf\b"),
        "It lives, and reads no messages.",
        "Take a dump of what it waits for, then restart it.",
        act="restart",
    ),
    Theory(
        "code_error",
        re.compile(r"^(?:\w+\.)*[A-Z]\w*(?:Error|Exception)\b"),
        "It fails in its own code.",
        "Go to the place that the traceback names.",
        supports=ENDED,
        act="restart",
        in_code=True,
    ),
)
