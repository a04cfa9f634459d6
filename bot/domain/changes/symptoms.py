"""What is wrong, as far as it decides whether a change can have brought it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.domain.severity import kind_of

# Categories of the log analysis, by what can bring them about. Those in none of these sets come
# from code as well as from settings.
BY_ITSELF = "certificate"
OUTSIDE = {
    "database_unreachable": "the database cannot be reached",
    "upstream_outage": "a service that it calls is down",
    "upstream_rate_limit": "a service that it calls limits it",
    "telegram_network": "Telegram cannot be reached",
    "telegram_conflict": "two copies ask Telegram at once",
    "disk_full": "a disk is full",
    "tls": "a certificate is not accepted",
    "suspended": "the service is suspended",
    BY_ITSELF: "a certificate was not renewed in time",
}
SETTINGS = frozenset({"missing_env_var", "bad_config", "database_auth", "upstream_auth"})
CREDENTIALS = frozenset({"database_auth", "upstream_auth"})  # may end without a change of ours
SETTINGS_TOO = frozenset({"database_unreachable", "upstream_outage"})  # a wrong address
# What is seen from elsewhere as well, when it is so: no version of the service brings that.
SEEN_TOO = {**OUTSIDE, "database_auth": "the database rejects the login"}
AT_START = frozenset(
    {"import_error", "missing_env_var", "bad_config", "port_binding", "crash_loop"}
)
TRACED = frozenset({"code_error", "import_error", "none", ""})  # a traceback shows who took part
IN_CODE = frozenset({"code_error", "import_error", "deadlock"})  # whenever it was written
SLOW = frozenset({"out_of_memory", "database_saturated"})  # what fills up may take hours
# The traceback shows who suffers, which need not be who is at fault.
SUFFERED = CREDENTIALS | {"database_saturated", "database_slow", "deadlock"}

OF_CHECKS = {
    ("service", "out_of_memory"): "out_of_memory",
    ("service", "memory"): "out_of_memory",
    ("service", "crash_loop"): "crash_loop",
    ("service", "suspended"): "suspended",
    ("postgres", "refused"): "database_unreachable",
    ("postgres", "timeout"): "database_unreachable",
    ("postgres", "name"): "database_unreachable",
    ("postgres", "starting"): "database_unreachable",
    ("postgres", "read_only"): "database_unreachable",
    ("postgres", "auth"): "database_auth",
    ("postgres", "saturated"): "database_saturated",
    ("postgres", "connections"): "database_saturated",
    ("postgres", "slow"): "database_slow",
    ("postgres", "blocked"): "database_slow",
    ("postgres", "long_transaction"): "database_slow",
    ("postgres", "disk"): "disk_full",
    ("telegram", "token"): "upstream_auth",
    ("certificate", "expiring"): BY_ITSELF,
    ("certificate", "expired"): BY_ITSELF,
    ("certificate", "invalid"): "tls",
    ("logs", "rate_limit"): "upstream_rate_limit",
    ("logs", "disk_full"): "disk_full",
}
DEPLOY_CODES = frozenset({"deploy_failed", "deploy_stuck"})


@dataclass(frozen=True)
class Symptoms:
    """`first_error` is when it began; None: not known. `category` is the log analysis's.

    `frames` are files of the program's own in the tracebacks, every one of them if `whole`.
    `fine_at` is when it last worked, `noticed_at` when we noticed; `log_begins` is the oldest line
    that was read. `deploy_failed`: nothing but a deploy fails. `confirmed`: what is outside was
    seen to fail from elsewhere as well.
    """

    first_error: datetime | None
    category: str = ""
    frames: tuple[str, ...] = ()
    whole: bool = True
    log_begins: datetime | None = None
    fine_at: datetime | None = None
    noticed_at: datetime | None = None
    deploy_failed: bool = False
    confirmed: bool = False


def category_of(failing: Iterable[tuple[str, str]]) -> str:
    """The category that failing checks (their names and codes, worst first) tell; "" for none."""
    known = (OF_CHECKS.get((kind_of(check), code)) for check, code in failing)
    return next((category for category in known if category), "")
