"""Records for the store's tests, with every field filled where it matters."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from bot.domain.cause import Cause, Claim, Option, Sure
from bot.domain.evidence import Evidence, Found
from bot.domain.incident import Event, Phase
from bot.domain.logs.baseline import Baseline, Known
from bot.domain.moves import Kind
from bot.domain.remedy import HeldBack, Live, Proposal, Risk
from bot.domain.severity import Severity
from bot.ports import Button, Document, Lane, Message, Picture, Post

NOON = datetime(2026, 5, 4, 12, 0, 0, 123456, tzinfo=UTC)
MINUTE = timedelta(minutes=1)

LIVE = Live(
    deploy="dep-1", restart="evt-9", instances=("a", "b"), auto_deploy="commit", state="2 instances"
)
BRIEF = (("From", "bbbbbbb “Break it” <b>"), ("Back to", "aaaaaaa"))
FULL = Event(
    kind=Kind.TRIAGED,
    at=NOON.astimezone(timezone(timedelta(hours=5, minutes=30))),
    by="Ada · “on call”",
    by_id=2**40,
    note="<b>down</b>\n  line two\t\x00end 🚨",
    key="update 77",
    check="http",
    service="other",
    code="refused",
    severity=Severity.P0,
    offer="1.restart",
    ask="1.restart?",
    expires_at=NOON + MINUTE,
    evidence=(
        Evidence(
            "L1", "logs", Found.SOMETHING, "3 errors", (("count", "3"),), ("boom", "b'\\x00'")
        ),
        Evidence("D1", "deploys", Found.UNREADABLE, "no answer"),
    ),
    proposals=(
        Proposal(
            "1.restart",
            "restart",
            "svc",
            Risk.HIGH,
            "why",
            "effect",
            ("L1",),
            LIVE,
            NOON,
            BRIEF,
            "svc",
            "everybody",
            "nothing to undo",
            NOON - MINUTE,
            likely=True,
            mends=False,
        ),
    ),
    held_back=(HeldBack("rollback", "a deploy is under way", "svc"),),
    baselines=(Baseline("svc", NOON, NOON - MINUTE, 12, (Known("1f", "boom “here”", 3),)),),
    option=Option("Mend the code", "hours", "mends it", "slow", "medium", steps=("Look", "Mend")),
    cause=Cause(
        "it is down",
        "the file is cut “here” 🚨",
        Sure.LIKELY,
        "code_error",
        (Claim("it raised", "L1", "boom"),),
        ("new since deploy dep-2",),
        ("metrics: HTTP 503",),
        ("the database: answered",),
        (Option("restart", "a minute", "quick", "not for good", "low", "1.restart", ("wait",)),),
        recommended=0,
        by="claude",
        dropped=2,
        cost=0.0123,
        unsaid="it was cut",
    ),
    live=LIVE,
    phase=Phase.WATCH,
    step=3,
)
YES = Button("✅ Yes, do it", "approve", 7, "1.restart", "danger")
NO = Button("No", "deny", 7, "1.restart")


class Clock:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.time = NOON

    def __call__(self) -> datetime:
        return self.time

    def tick(self, by: timedelta = MINUTE) -> datetime:
        self.time += by
        return self.time


def detected(at: datetime = NOON, **fields) -> Event:
    return Event(Kind.DETECTED, at, check="http", code="refused", severity=Severity.P0, **fields)


def noted(note: str = "looking", at: datetime = NOON) -> Event:
    return Event(Kind.NOTED, at, by="Ada", by_id=1, note=note)


def post(key: str = "card:1", html: str = "down", **fields) -> Post:
    fields = {"chat": -100, "lane": Lane.CARD, "message": Message(html, html)} | fields
    return Post(key, **fields)


FULL_POST = Post(
    key="card:7",
    chat=-1001234567890,
    lane=Lane.PAGE,
    message=Message("<b>down</b>", "down", ((YES, NO), (Button("More", "more"),))),
    silent=True,
    reply_to="page:7",
    document=Document("report.md", "# Report\n"),
    picture=Picture("iVBORw0KGgo="),
)
