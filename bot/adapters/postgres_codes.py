"""What each SQLSTATE means for those who need the database (PostgreSQL, appendix A)."""

from __future__ import annotations

from bot.adapters.postgres_health import EVERY_ONE_TAKEN

# What the server says when it goes away under an open connection: one more try tells whether it
# is back (PostgreSQL, appendix A: link lost, shut down, crashed, ended for being idle).
CUT = frozenset({"08003", "08006", "57P01", "57P02", "57P05"})
FULL = "53300"
CODES = {
    "28P01": ("auth", "it rejects the password"),
    "28000": ("auth", "it rejects the role or the address that we come from"),
    "42501": ("auth", "the role may not connect to this database"),
    "3D000": ("name", "there is no database of that name"),
    FULL: ("saturated", EVERY_ONE_TAKEN),
    "53100": ("disk", "its disk is full"),
    "25006": ("read_only", "it takes no writes"),
    "57P03": ("starting", "it is starting up or recovering"),
    "57P01": ("starting", "it is shutting down or restarting"),
    "57P02": ("starting", "it has crashed and is restarting"),
    "57P05": ("refused", "it closes idle connections at once"),
    "57014": ("timeout", "the query did not end in 3 s"),
    "55P03": ("timeout", "the query waited too long for a lock"),
    "08003": ("refused", "it closed the connection"),
    "08006": ("refused", "it closed the connection"),
    "08001": ("refused", "it closed the connection"),
    "08004": ("refused", "it rejects the connection"),
}
OURS = {"name": "name", "tls": "auth"}  # what the network calls it: what the table calls it
