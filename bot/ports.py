"""What the house asks of the world. Adapters and chat answer; flows only see these."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Protocol, runtime_checkable

from bot.domain.charts.chart import Chart
from bot.domain.check import Result
from bot.domain.evidence import Evidence
from bot.domain.history import Stretch
from bot.domain.incident import Event, Incident
from bot.domain.logs.lines import LogLine
from bot.domain.moves import Status
from bot.domain.narration.brief import Model
from bot.domain.narration.spend import Purse
from bot.domain.past.memory import Memory
from bot.domain.past.similar import Recalled
from bot.domain.people import Person
from bot.domain.question import Question
from bot.domain.remedy import Answer, Effect, Live, Proposal, Remedy
from bot.domain.rules import Rules
from bot.domain.runbook import Runbook
from bot.domain.silence import Silence
from bot.views.message import Button, Document, Message, Picture


class Unavailable(Exception):  # noqa: N818 - a state of the world, named as people say it
    """The world did not answer. `permanent` means that asking again will not help."""

    def __init__(self, what: str, *, permanent: bool = False) -> None:
        super().__init__(what)
        self.permanent = permanent


class Stale(Exception):  # noqa: N818 - it says what the caller's copy is
    """Somebody changed the incident first. Read it again and decide again."""


class Check(Protocol):
    """Looks at one thing once. Never raises: what cannot be seen is Seen.BLIND."""

    @property
    def service(self) -> str: ...
    @property
    def name(self) -> str: ...
    async def look(self) -> Result: ...


@runtime_checkable
class Test(Check, Protocol):
    """A functional test that people have configured: it says what they expect, in a few words."""

    @property
    def expects(self) -> str: ...


class Witness(Protocol):
    """Tells our own network's trouble from a service's. Never raises."""

    async def reaches_anything(self) -> bool: ...


class Source(Protocol):
    """Gathers evidence about one service. Raises Unavailable."""

    @property
    def service(self) -> str: ...
    @property
    def name(self) -> str: ...
    async def gather(self, incident: Incident) -> Evidence: ...


class Journal(Protocol):
    """One service's log, oldest line first. Raises Unavailable."""

    @property
    def service(self) -> str: ...
    async def lines(self) -> Sequence[LogLine]:
        """The newest."""
        ...

    async def between(self, since: datetime | None, until: datetime) -> Sequence[LogLine]:
        """The newest of that time; None: as far back as is usual."""
        ...


class Diffs(Protocol):
    """What the deploys of one service brought. Raises Unavailable."""

    @property
    def service(self) -> str: ...
    async def diff(self, deploy: str) -> Sequence[str]:
        """Lines on the deploy or commit of that id; none where it is not among the newest."""
        ...


@dataclass(frozen=True)
class Reply:
    """What came of the one call, and a line for people that says it."""

    answer: Answer
    note: str


class Action(Remedy, Protocol):
    """An act on one service: called once, then only observed."""

    async def live(self) -> Live:
        """Read the target as it stands now. Raises Unavailable."""
        ...

    async def run(self, proposal: Proposal) -> Reply:
        """Make the one call. Never raises: what is not sure is Answer.UNCLEAR."""
        ...

    async def effect_since(self, proposal: Proposal, before: Live, at: datetime) -> Effect | None:
        """Say what is seen of the act of that time; None: no sign of it. Raises Unavailable."""
        ...

    async def secure(self, before: Live) -> str | None:
        """Make safe what the act leaves behind, once it is seen to have begun.

        Return what a person must do later because of it, or None. May be called again: it sets a
        state, and does nothing where that holds. Raises Unavailable.
        """
        ...


class Artist(Protocol):
    """Draws a chart. Raises Unavailable."""

    async def draw(self, chart: Chart) -> bytes:
        """Return it as a PNG."""
        ...


class Archive(Protocol):
    async def keep(self, name: str, text: str) -> None: ...


class Lane(IntEnum):
    """Who goes first when Telegram lets only one through."""

    STORM = -1  # one page for many
    PAGE = 0
    ANSWER = 1
    CARD = 2
    THREAD = 3
    DIGEST = 4

    @property
    def must_arrive(self) -> bool:
        """Whether a copy too many is better than none."""
        return self <= Lane.CARD


class Delivery(StrEnum):
    WAITING = "waiting"
    SENDING = "sending"  # committed before the request leaves: after a crash it is ambiguous
    SENT = "sent"
    DEAD = "dead"  # Telegram will never take it: `error` says why


@dataclass(frozen=True)
class Post:
    """One message as it should stand in one chat. Posting under a known key changes its wish."""

    key: str
    chat: int
    lane: Lane
    message: Message
    silent: bool = False
    reply_to: str = ""  # the key of another post, or what `message_of` gives
    document: Document | None = None
    picture: Picture | None = None


def message_of(number: int) -> str:
    """Name a message that a person wrote in the same chat, for `Post.reply_to`."""
    return f"message:{number}"


@dataclass(frozen=True)
class Posted:
    """A post and how far it got. It is up to date when `shown == wanted` (counts of wishes).

    `attempts` counts sends of the current wish, `repeated` says that a first copy is unconfirmed.
    """

    post: Post
    state: Delivery
    wanted: int
    shown: int
    message_id: int | None
    reply_to_id: int | None
    attempts: int
    repeated: bool
    not_before: datetime
    error: str = ""


@dataclass(frozen=True)
class IssuedButton:
    """A button as it was handed out: bound to the post that carries it."""

    token: str
    button: Button
    post: str
    chat: int
    message_id: int | None


@dataclass(frozen=True)
class Update:
    """One chat update, as received: `body` is the raw JSON object."""

    id: int
    body: str


class Store(Purse, Protocol):
    """Everything that must survive. Every method is one transaction."""

    # looks
    async def keep(self, result: Result) -> None: ...
    async def results(
        self, service: str, check: str, *, since: datetime | None = None, limit: int = 50
    ) -> Sequence[Result]:
        """Newest first; `since` excludes looks at or before it."""
        ...

    async def stretches(self, service: str, check: str, since: datetime) -> Sequence[Stretch]:
        """What was seen by the minute, further back by the hour; oldest first."""
        ...

    # incidents
    async def open(self, service: str, event: Event) -> Incident:
        """Give it the next number. Raises Stale when the service has a live incident already."""
        ...

    async def incident(self, id: int) -> Incident | None: ...
    async def having(self, *statuses: Status) -> Sequence[Incident]:
        """By id, oldest first."""
        ...

    async def latest(self, service: str) -> Incident | None:
        """The newest incident of the service, in whatever status."""
        ...

    async def recent(self, limit: int) -> Sequence[Incident]:
        """Newest first."""
        ...

    async def record(self, incident: Incident, event: Event) -> Incident:
        """Append the event. Raises Stale when the copy is old, Refused when the table says no."""
        ...

    async def proven(self, id: int) -> bool:
        """Whether the hash chain of the incident's events is unbroken."""
        ...

    # what past incidents have taught
    async def remember(self, memory: Memory) -> None:
        """Keep it, in place of what was remembered of the same incident before."""
        ...

    async def recall(self, fingerprint: str, words: str, service: str, limit: int) -> Recalled:
        """Equal fingerprints, then shared words; at most `limit` of each. Any text is allowed."""
        ...

    # outbox
    async def unannounced(self) -> Sequence[tuple[Incident, int]]:
        """Incidents with events that no post tells of yet, and the version that was announced."""
        ...

    async def announce(self, incident: Incident, posts: Sequence[Post]) -> None:
        """Post, and remember that the incident is announced up to its version: one transaction."""
        ...

    async def post(self, *posts: Post) -> None:
        """Posting a known key with the same content changes nothing."""
        ...

    async def posted(self, key: str) -> Posted | None: ...
    async def posted_as(self, chat: int, message_id: int) -> Posted | None:
        """The post that stands in that chat under that number."""
        ...

    async def due(self, now: datetime) -> Sequence[Posted]:
        """Posts that are not up to date and whose time has come, by lane, then oldest first."""
        ...

    async def interrupted(self) -> Sequence[Posted]:
        """Posts that were being sent when the process stopped."""
        ...

    async def sending(self, posted: Posted) -> Posted:
        """Claim it. Raises Stale when somebody else did, or its wish has changed meanwhile."""
        ...

    async def sent(self, posted: Posted, message_id: int, at: datetime) -> None: ...
    async def later(
        self, posted: Posted, not_before: datetime, error: str, *, repeated: bool = False
    ) -> None: ...
    async def resend(self, posted: Posted) -> None:
        """Forget the message it was shown as (deleted by people): send it anew."""
        ...

    async def dead(self, posted: Posted, error: str) -> None: ...
    async def undelivered(self) -> int:
        """How many posts that must arrive are dead or not sent yet."""
        ...

    async def moved(self, chat: int, to: int) -> None:
        """A group became a supergroup: everything for the old chat goes to the new one."""
        ...

    async def chat_now(self, chat: int) -> int:
        """The id that a configured chat has today."""
        ...

    # buttons
    async def issue(self, post: str, buttons: Sequence[Button]) -> Mapping[Button, str]:
        """Give each button of the post its token: the same button of a post keeps its token."""
        ...

    async def issued(self, token: str) -> IssuedButton | None: ...

    # inbox
    async def take_in(self, updates: Sequence[Update], at: datetime) -> int:
        """Keep those not known yet; return how many were new."""
        ...

    async def unhandled(self) -> Sequence[Update]:
        """Oldest arrival first."""
        ...

    async def handled(self, update_id: int, outcome: str) -> None: ...

    # questions that people ask
    async def put_question(self, question: Question, post: Post) -> None:
        """Keep it until it is answered, and post; a question that is known changes nothing."""
        ...

    async def questions(self) -> Sequence[Question]:
        """Those that wait for their answer, oldest first."""
        ...

    async def begin_question(self, question: Question) -> None:
        """From here on a model may have been paid for it. Raises Stale: begun or answered."""
        ...

    async def answer_question(self, question: Question, post: Post) -> None:
        """Post the answer; the question waits no more."""
        ...

    # odds and ends that must survive
    async def memo(self, name: str) -> str | None: ...
    async def set_memo(self, name: str, value: str) -> None: ...
    async def prune(self, before: datetime) -> None:
        """Drop handled updates and delivered thread posts older than that, and thin out looks."""
        ...

    # silences
    async def silence(self, silence: Silence, key: str) -> Silence:
        """Give it its number. `key` names the wish: one that comes twice is recorded once."""
        ...

    async def silences(self, at: datetime) -> Sequence[Silence]:
        """Those in force at that time, by number."""
        ...

    async def ended(self, after: datetime, until: datetime) -> Sequence[Silence]:
        """Those that ran out by themselves in that time, `until` included."""
        ...

    async def lift(self, id: int, by: Person, at: datetime, key: str = "") -> Silence | None:
        """End it early. None: none of that number is in force; but the same key is heard twice."""
        ...

    async def close(self) -> None: ...


@dataclass(frozen=True)
class World:
    """Everything outside that a flow may touch, and the house rules it goes by."""

    store: Store
    checks: Sequence[Check]
    sources: Sequence[Source]
    actions: Sequence[Action]
    archive: Archive
    chat: int
    now: Callable[[], datetime]
    rules: Rules
    witness: Witness
    look_soon: Callable[[str, str], None]  # ask that a service's check looks now, if it can
    deeper: Sequence[Source] = ()  # slower ones, asked when the first look is done
    runbooks: Sequence[Runbook] = ()
    model: Model | None = None  # None: the rules alone write the notes
    places: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # a service's ids by name
    journals: Sequence[Journal] = ()
    artist: Artist | None = None  # None: no incident gets a picture
    diffs: Sequence[Diffs] = ()
