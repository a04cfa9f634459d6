"""What people ask about an incident in their own words, and which of it code alone can answer."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

MOST_TOPICS = 2  # of one question that are answered


@dataclass(frozen=True)
class Question:
    """`id` is that of the chat update that brought it, `message` the number of what they wrote.

    `begun`: a model may have been asked, and paid for. It is not asked once more by itself.
    """

    id: int
    incident: int
    text: str
    by: str
    at: datetime
    message: int
    begun: bool = False

    @property
    def key(self) -> str:
        """Of the post that answers it."""
        return f"question:{self.incident}:{self.id}"


class Topic(StrEnum):
    TRIED = "tried"
    BLAME = "blame"
    DEPLOY = "deploy"
    DATABASE = "database"
    LOG = "log"
    SETTINGS = "settings"
    USAGE = "usage"
    PAST = "past"
    CAUSE = "cause"
    STATE = "state"


# By words, the telling before the vague: "why does the database fail" is about the database.
WORDS = {
    Topic.TRIED: r"tried|attempt\w*|so far|already done|been done|did (?:we|you|anyone|somebody)"
    r"|who (?:approved|restarted|did)|what helped",
    Topic.BLAME: r"us or them|them or us|(?:our|their) (?:fault|side|end)"
    r"|depend\w*|upstream|provider|third part\w+|status ?page|outage"
    r"|(?:is|are) (?:render|telegram|github|anthropic|claude)\b.*\b(?:up|down|ok|fine|broken)",
    Topic.DEPLOY: r"deploy\w*|releas\w+|commit\w*|change[ds]?|rolled out|new version|pushed?",
    Topic.DATABASE: r"databases?|db|postgres\w*|sql|connections?|quer(?:y|ies)",
    Topic.LOG: r"logs?|logged|errors?|exceptions?|tracebacks?|stack ?traces?|messages?",
    Topic.SETTINGS: r"environment|env(?: vars?)?|variables?|settings?|configur\w*|api keys?",
    Topic.USAGE: r"memory|ram|cpu|load|latency|slow\w*|response times?|metrics?|usage",
    Topic.PAST: r"before|last time|again|similar\w*|in the past|seen this|history",
    Topic.CAUSE: r"why|cause[ds]?|reasons?|root|what (?:happened|is wrong|went wrong|broke)",
    Topic.STATE: r"up|down|running|alive|healthy|status|working|back|over|(?:crash|restart)\w*",
}
TOPICS = {topic: re.compile(rf"\b(?:{said})\b", re.IGNORECASE) for topic, said in WORDS.items()}


def topics(text: str) -> tuple[Topic, ...]:
    """What it is about, as far as its words tell; a vague word counts only where no other does."""
    found = [topic for topic, words in TOPICS.items() if words.search(text)]
    telling = [topic for topic in found if topic not in {Topic.CAUSE, Topic.STATE}]
    return tuple((telling or found)[:MOST_TOPICS])
