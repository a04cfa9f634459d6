"""Who and what is in the practice world: people, bots, keys and chats. None of it is real."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Somebody:
    id: int
    first_name: str
    username: str
    role: str


ANN = Somebody(1001, "Ann", "ann_oncall", "owner")
BEN = Somebody(1002, "Ben", "ben_oncall", "responder")
SAM = Somebody(1003, "Sam", "sam_stranger", "stranger")
UMA = Somebody(2001, "Uma", "uma_user", "user")
PEOPLE = (ANN, BEN, SAM, UMA)

WATCHDOG_TOKEN = "700100:practice-watchdog-token-not-a-secret-0"  # noqa: S105 - made up
LIFE_OS_TOKEN = "700200:practice-life-os-token-not-a-secret-00"  # noqa: S105 - made up
RENDER_KEY = "rnd_practice-key-not-a-secret"
LIFE_OS_CLAUDE_KEY = "sk-ant-practice-life-os-not-a-secret"
CLAUDE_KEY = "sk-ant-practice-watchdog-not-a-secret"
REPOSITORY = "uma-dev/life-os"
GITHUB_TOKEN = "ghp_practicetokennotasecret"  # noqa: S105 - made up
CLAUDE_MODEL = "claude-haiku-5-5"
DATABASE_ROLE = "lifeos"  # and its database
ASK_VARIABLE, TICK_VARIABLE = "LIFE_OS_ASK", "LIFE_OS_TICK_SECONDS"
JOURNAL, JOURNAL_VARIABLE = "journal.log", "LIFE_OS_JOURNAL"
DATABASE = "dpg-practice0lifeos00000-a"
OWNER = "tea-practiceowner00000000"
ON_CALL_CHAT = -1001700100
SERVICE = "life-os"
