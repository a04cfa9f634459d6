"""The ways out of a trouble: acts as options, and checklists for what only a person can do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.domain.cause import Option
from bot.domain.remedy import Proposal, Risk

TIMES = {
    "restart": "about a minute",
    "rollback": "1 to 3 min",
    "restart-database": "1 to 2 min",
    "end-session": "seconds",
    "database-check": "about a minute",
}
PROS = {
    "restart": "clears what is stuck in memory; the version stays",
    "rollback": "brings back what ran before; nothing is built",
    "restart-database": "ends what blocks or fills the database",
    "end-session": "who waits for it goes on at once; nobody else is touched",
    "database-check": "tells whether it is the database, the service or the way between",
}
CONS = {
    "restart": "does not mend a fault that stands in the code or the settings",
    "rollback": "what came since is gone until it is deployed again",
    "restart-database": "every connection is cut for a moment",
    "end-session": "what that session has not committed is lost",
    "database-check": "mends nothing; runs code in the service's environment",
}
LISTS = {
    "fix_env": Option(
        "Put the settings right",
        "5 to 15 min",
        pros="mends what is wrong, for good",
        cons="a restart or a deploy follows",
        risk="medium",
        steps=(
            "Open the environment page of the service on the dashboard.",
            "Compare the variable that the error names with what it should be.",
            "Save it and redeploy; the watch goes on by itself.",
        ),
    ),
    "fix_code": Option(
        "Mend the code",
        "15 min to hours",
        pros="mends the cause",
        cons="slow, and written at night",
        risk="medium",
        steps=(
            "Go to the place that the traceback names.",
            "Write a test that fails as it did, then the fix.",
            "Push it. Its new deploy is seen by itself, and the proof begins.",
        ),
    ),
    "fix_database": Option(
        "Look after the database",
        "5 to 30 min",
        pros="what leans on it comes back by itself",
        cons="needs a look with rights that the watchdog does not have",
        risk="medium",
        steps=(
            "Open the database on the dashboard: is it up, full, or busy?",
            "End what blocks, or give it room.",
            "Wait for the checks; restart the service only if it stays broken.",
        ),
    ),
    "throttle": Option(
        "Ask less",
        "5 to 30 min",
        pros="the limit lets you in again",
        cons="work is done later",
        risk="low",
        steps=(
            "Find what asks so often: a loop, a retry without a pause.",
            "Pause it, or make it wait as long as the answer says.",
        ),
    ),
    "scale": Option(
        "Give it more",
        "5 min",
        pros="buys time",
        cons="costs money, and a leak fills that too",
        risk="low",
        steps=("Choose a bigger plan on the dashboard.", "Note to look for the leak by day."),
    ),
    "free_disk": Option(
        "Make room on the disk",
        "5 to 15 min",
        pros="writing works again at once",
        cons="what is deleted is gone",
        risk="medium",
        steps=("Find what is large and old.", "Delete or move it; then watch it grow."),
    ),
    "stop_duplicate": Option(
        "Stop the second copy",
        "5 min",
        pros="one program gets all messages again",
        cons="somebody may need that copy",
        risk="low",
        steps=(
            "Look for a second service, a laptop or a webhook with the same token.",
            "Stop it, or give it a token of its own.",
        ),
    ),
    "wait_upstream": Option(
        "Wait for them",
        "theirs to say",
        pros="nothing of ours changes",
        cons="what needs it stays broken until then",
        risk="low",
        steps=("Tell the people who use it that it is known.", "Look again when they are back."),
    ),
}
BY_CATEGORY: dict[str, tuple[str, ...]] = {
    "database_unreachable": ("fix_database",),
    "database_auth": ("fix_env",),
    "database_saturated": ("fix_database",),
    "database_slow": ("fix_database",),
    "deadlock": ("fix_database",),
    "disk_full": ("free_disk",),
    "out_of_memory": ("scale",),
    "upstream_rate_limit": ("throttle",),
    "upstream_auth": ("fix_env",),
    "telegram_conflict": ("stop_duplicate",),
    "tls": ("fix_env",),
}
MOST = 3


def way_of(offer: Proposal) -> Option:
    """The offer as an option: choosing it leads to its approval."""
    return Option(
        name=offer.action.replace("-", " ").capitalize(),
        time=TIMES.get(offer.action, "some minutes"),
        pros=PROS.get(offer.action, offer.effect),
        cons=CONS.get(offer.action, ""),
        risk="medium" if offer.risk is Risk.HIGH else "low",
        act=offer.id,
    )


def steps_for(suggested: Sequence[str], category: str) -> Iterator[Option]:
    """Checklists for what the log suggests, else for what the category is known to need."""
    wanted = [s for s in suggested if s in LISTS] or BY_CATEGORY.get(category, ())
    yield from (LISTS[name] for name in list(wanted)[:MOST])
