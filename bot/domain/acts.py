"""The names of the acts that there are; what each is, `bot/adapters/actions` tells."""

ACTS = (
    "restart",
    "rollback",
    "deploy",
    "redeploy",
    "clear-cache",
    "cancel-deploy",
    "suspend",
    "resume",
    "scale",
    "set-variable",
    "feature",
    "restart-database",
    "end-session",
    "database-check",
)
