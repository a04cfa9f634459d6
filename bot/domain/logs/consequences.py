"""What follows from what, and how bad each is: data that the diagnosis reads."""

from __future__ import annotations

from bot.domain.severity import Severity

# What each category brings about: such a one, begun later, is no cause of its own.
BRINGS: dict[str, frozenset[str]] = {
    "disk_full": frozenset(
        {"database_unreachable", "database_slow", "code_error", "crash_loop", "hang"}
    ),
    "out_of_memory": frozenset(
        {
            "database_unreachable",
            "crash_loop",
            "hang",
            "code_error",
            "port_binding",
            "telegram_conflict",
            "telegram_network",
        }
    ),
    "missing_env_var": frozenset(
        {"crash_loop", "port_binding", "code_error", "upstream_auth", "bad_config", "hang"}
    ),
    "bad_config": frozenset(
        {"crash_loop", "port_binding", "code_error", "hang", "missing_env_var"}
    ),
    "import_error": frozenset({"crash_loop", "port_binding", "code_error", "hang"}),
    "port_binding": frozenset({"crash_loop", "code_error"}),
    "database_unreachable": frozenset(
        {
            "crash_loop",
            "code_error",
            "hang",
            "database_saturated",
            "database_slow",
            "telegram_network",
            "port_binding",
            "upstream_outage",
        }
    ),
    "database_auth": frozenset(
        {
            "crash_loop",
            "code_error",
            "port_binding",
            "database_unreachable",
            "hang",
            "database_saturated",
        }
    ),
    "database_saturated": frozenset(
        {
            "code_error",
            "hang",
            "database_slow",
            "telegram_network",
            "crash_loop",
            "database_unreachable",
        }
    ),
    "database_slow": frozenset(
        {
            "database_saturated",
            "code_error",
            "hang",
            "telegram_network",
            "deadlock",
            "upstream_outage",
        }
    ),
    "deadlock": frozenset({"code_error", "database_slow", "database_saturated", "hang"}),
    "upstream_outage": frozenset(
        {"code_error", "hang", "telegram_network", "upstream_rate_limit", "database_saturated"}
    ),
    "upstream_rate_limit": frozenset({"code_error", "hang", "upstream_outage", "telegram_network"}),
    "upstream_auth": frozenset(
        {"code_error", "crash_loop", "upstream_outage", "telegram_network", "port_binding"}
    ),
    "tls": frozenset(
        {
            "upstream_outage",
            "telegram_network",
            "database_unreachable",
            "code_error",
            "crash_loop",
            "hang",
            "upstream_auth",
        }
    ),
    "telegram_conflict": frozenset({"telegram_network", "code_error"}),
    "telegram_network": frozenset({"code_error", "upstream_outage"}),
    "hang": frozenset({"telegram_network", "database_unreachable"}),
    "code_error": frozenset({"crash_loop"}),
}
# Consequences that outlive their cause, and what they are of.
LASTING = {
    "dead handle": frozenset({"database_unreachable"}),
    "aborted transaction": frozenset(
        {"deadlock", "database_slow", "database_unreachable", "disk_full"}
    ),
}
STARTING = frozenset({"missing_env_var", "bad_config", "import_error", "port_binding"})
SEVERITIES = {
    "database_unreachable": Severity.P0,
    "database_auth": Severity.P0,
    "database_saturated": Severity.P0,
    "out_of_memory": Severity.P0,
    "crash_loop": Severity.P0,
    "import_error": Severity.P0,
    "missing_env_var": Severity.P0,
    "bad_config": Severity.P1,
    "port_binding": Severity.P0,
    "tls": Severity.P1,
    "database_slow": Severity.P2,
    "deadlock": Severity.P2,
    "code_error": Severity.P1,
    "hang": Severity.P1,
    "upstream_outage": Severity.P1,
    "upstream_rate_limit": Severity.P1,
    "upstream_auth": Severity.P1,
    "telegram_conflict": Severity.P1,
    "telegram_network": Severity.P1,
    "disk_full": Severity.P1,
}

AFTER_START = frozenset({"crash_loop", "port_binding"})
