"""Incidents that come again, with other ids, times and figures, and some that only look like it.

Each pair is (label, what it was then, what it is now); STRANGERS have no past. Written for the
class of trouble, in the words of our checks and of real libraries.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bot.domain.cause import Cause, Sure
from bot.domain.evidence import Evidence, Found
from bot.domain.incident import Event, Incident, Phase
from bot.domain.moves import Kind
from bot.domain.remedy import Live, Proposal, Risk
from bot.domain.severity import row

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
ANN = 7


@dataclass(frozen=True)
class Trouble:
    """`failing` are (check, code, note); `top` is the top error of the log and its place."""

    failing: tuple[tuple[str, str, str], ...] = ()
    top: tuple[str, str] = ("", "")
    state: str = "running"
    database: tuple[str, str] = ("ok", "")  # state, detail
    service: str = "life-os"
    category: str | None = None
    said: str = ""  # opened by hand, in these words
    facts: tuple[tuple[str, str], ...] = field(default=())


def of(*failing, **rest):
    return Trouble(failing, **rest)


def opened(trouble, id=1, at=NOW):
    """As it stands after its first triage."""
    return triaged(detected(trouble, id, at), trouble, at + MINUTE / 6)


def detected(trouble, id=1, at=NOW):
    if not trouble.failing:
        by_hand = Event(Kind.DETECTED, at, by="Ann", by_id=ANN, note=trouble.said)
        return Incident.opened(id, trouble.service, by_hand)
    first, *more = (failing_event(f, at + n * MINUTE / 60) for n, f in enumerate(trouble.failing))
    incident = Incident.opened(id, trouble.service, first)
    for event in more:
        incident = incident.after(as_joined(event))
    return incident


def failing_event(failing, at):
    check, code, note = failing
    severity = row(check, code).severity
    return Event(Kind.DETECTED, at, check=check, code=code, note=note, severity=severity)


def as_joined(event):
    return Event(
        Kind.JOINED,
        event.at,
        check=event.check,
        code=event.code,
        note=event.note,
        severity=event.severity,
    )


def triaged(incident, trouble, at, acts=("restart", "rollback", "restart-database")):
    offers = tuple(offer(f"{incident.version}.{act}", act) for act in acts)
    return incident.after(Event(Kind.TRIAGED, at, evidence=evidence(trouble), proposals=offers))


def offer(id, act):
    return Proposal(id, act, "srv-1", Risk.HIGH, "why", "effect", (), Live(), NOW + DAY)


def evidence(trouble):
    state = (("state", trouble.state),)
    found = [Evidence("S1", "service", Found.SOMETHING, f"{trouble.state}, up", state)]
    title, where = trouble.top
    if title:
        facts = [("top_error", title[:200]), ("top_where", where), *trouble.facts]
        facts += [("category", trouble.category)] if trouble.category is not None else []
        found.append(Evidence("L1", "logs", Found.SOMETHING, f"3 errors: {title}", tuple(facts)))
    said, detail = trouble.database
    database = (("state", said), ("detail", detail))
    return (*found, Evidence("B1", "database", Found.SOMETHING, detail or said, database))


def act(incident, name, at):
    """Approved, started and seen to have been done, four minutes after `at`."""
    offered = next(p for p in incident.proposals if p.action == name)
    for kind, after in ((Kind.APPROVED, 3), (Kind.STARTED, 4), (Kind.RAN, 5)):
        incident = incident.after(Event(kind, at + after * MINUTE, offer=offered.id))
    return incident


def persisted(incident, at):
    return incident.after(Event(Kind.PERSISTED, at, note="http: HTTP 502"))


def recovered(incident, at):
    back = Event(Kind.CHECKED, at, phase=Phase.BACK)
    proven = incident.after(back).after(Event(Kind.RECOVERED, at + 15 * MINUTE))
    return proven.after(Event(Kind.REPORTED, at + 16 * MINUTE, note="report.md"))


def healed(incident, at, *, by_id=0):
    return incident.after(Event(Kind.HEALED, at, by="Ann" if by_id else "watchdog", by_id=by_id))


def explained(incident, cause, at):
    note = Cause("it fails", cause, Sure.LIKELY)
    return incident.after(Event(Kind.EXPLAINED, at, cause=note))


def over(trouble, id=1, at=NOW - 9 * DAY, helped="restart", cause=""):
    """The same, put right by an act (or by itself with ""), ten minutes after it began."""
    incident = opened(trouble, id, at)
    if cause:
        incident = explained(incident, cause, at + MINUTE)
    if helped:
        return recovered(act(incident, helped, at), at + 10 * MINUTE)
    return recovered(healed(incident, at + 8 * MINUTE), at + 10 * MINUTE)


# What the pairs are made of -----------------------------------------------------------------

PG = "psycopg2.OperationalError: "
CRASH = ("service", "crashed", "exited with code 1")
GATEWAY = ("http", "gateway", "HTTP 502: nothing answers behind the address")
STATUS = ("http", "status", "HTTP 500")


def rate(note, n=14):
    return ("logs", "error_rate", f"{n} errors in 5 min ({n / 5:.1f}/min), most often {note}")


FIRST_PAIRS = (
    # The same kind of trouble in the same words, but for what changes every time.
    (
        "crash on unpickling",
        of(CRASH, top=("EOFError: Ran out of input", "memory.load"), state="crashed"),
        of(
            GATEWAY,
            ("service", "crash_loop", "failed 4 times in 10 min; last: exited with code 1"),
            top=("EOFError: Ran out of input", "memory.load"),
            state="crash loop",
        ),
    ),
    (
        "module missing after a deploy",
        of(CRASH, top=("ModuleNotFoundError: No module named 'dateparser'", "bot.main.<module>")),
        of(CRASH, top=("ModuleNotFoundError: No module named 'pytz'", "bot.main.<module>")),
    ),
    (
        "killed at the limit",
        of(("service", "out_of_memory", "killed at its memory limit (512 MB)"), state="crashed"),
        of(GATEWAY, ("service", "out_of_memory", "killed at its memory limit (1024 MB)")),
    ),
    (
        "database refuses connections",
        of(
            ("postgres", "refused", "nothing listens at dpg-abc12: connection refused"),
            rate(f"{PG}connection to server at 10.1.2.3 failed: Connection refused (×9)"),
        ),
        of(
            ("postgres", "starting", "the database is starting up"),
            ("http", "status", "HTTP 500"),
            database=("starting", "the database is starting up"),
        ),
    ),
    (
        "password of the database changed",
        of(("postgres", "auth", "it rejects the credentials of life_os")),
        of(
            STATUS,
            database=("auth", "it rejects the credentials of life_os_2"),
            top=(f'{PG}FATAL: password authentication failed for user "life_os_2"', "db.connect"),
        ),
    ),
    (
        "every connection taken",
        of(("postgres", "saturated", "every connection is taken: 97 of 97")),
        of(("postgres", "connections", "3 of 97 connections free (limit 90 % taken)")),
    ),
    (
        "attribute of None in a handler",
        of(
            rate("AttributeError: 'NoneType' object has no attribute 'text' (×12)"),
            top=("AttributeError: 'NoneType' object has no attribute 'text'", "handlers.on_edit"),
        ),
        of(
            STATUS,
            rate("AttributeError: 'NoneType' object has no attribute 'chat' (×31)", 31),
            top=("AttributeError: 'NoneType' object has no attribute 'chat'", "handlers.on_edit"),
        ),
    ),
    (
        "two pollers",
        of(
            ("telegram", "deaf", "41 messages wait at Telegram, not fewer for 6 min"),
            top=(
                (
                    "telegram.error.Conflict: Conflict: terminated by other getUpdates request;"
                    " make sure that only one bot instance is running"
                ),
                "bot.main.run",
            ),
        ),
        of(
            ("telegram", "deaf", "7 messages wait at Telegram, not fewer for 11 min"),
            top=(
                (
                    "telegram.error.Conflict: Conflict: terminated by other getUpdates request;"
                    " make sure that only one bot instance is running"
                ),
                "bot.main.run",
            ),
        ),
    ),
    (
        "held back by the model's limits",
        of(("logs", "rate_limit", "22 errors in 5 min, most are refusals by a limit")),
        of(
            ("logs", "rate_limit", "61 errors in 5 min, most are refusals by a limit"),
            top=("anthropic.RateLimitError: Error code: 429 - rate_limit_error", "ai.ask"),
        ),
    ),
    (
        "certificate ends soon",
        of(("certificate", "expiring", "it ends in 13 days, on 04 Oct 2026 (limit 14 days)")),
        of(("certificate", "expiring", "it ends in 12 days, on 02 Dec 2026 (limit 14 days)")),
    ),
    (
        "nightly backup did not report",
        of(("heartbeat:backup", "late", "no sign of life since 02:00 UTC, 3 h ago")),
        of(("heartbeat:backup", "late", "last sign of life 26 h ago; expected every 24 h")),
    ),
    (
        "disk full",
        of(("logs", "disk_full", "9 errors in 5 min: OSError: [Errno 28] No space left on device")),
        of(
            ("logs", "disk_full", "4 errors in 5 min: sqlite3.OperationalError: disk is full"),
            top=("OSError: [Errno 28] No space left on device: '/var/data/x.tmp'", "store.save"),
        ),
    ),
    # The same trouble, seen by another check, in other words, or in another service.
    (
        "queue worker deadlock",
        of(
            ("heartbeat:worker", "late", "last sign of life 22 min ago; expected every 5 min"),
            top=("TimeoutError: could not acquire lock jobs_lock held by worker", "jobs.claim"),
        ),
        of(
            ("sql:open jobs", "unexpected", "it gives 412, more than 100"),
            top=("TimeoutError: could not acquire lock jobs_lock held by worker", "jobs.claim"),
        ),
    ),
    (
        "model overloaded",
        of(
            rate("anthropic.OverloadedError: Overloaded (×18)"),
            top=("anthropic.OverloadedError: Overloaded", "ai.summarise"),
        ),
        of(
            ("http", "slow", "HTTP 200 in 14.20 s (limit 5 s)"),
            top=("anthropic.OverloadedError: Overloaded", "ai.answer"),
        ),
    ),
    (
        "a column that the code does not know of",
        of(
            STATUS,
            top=('psycopg2.errors.UndefinedColumn: column "due_at" does not exist', "todo.due"),
        ),
        of(
            rate('psycopg2.errors.UndefinedColumn: column "remind_at" of relation "todo"'),
            top=(
                (
                    'psycopg2.errors.UndefinedColumn: column "remind_at" of relation "todo"'
                    " does not exist"
                ),
                "todo.remind",
            ),
        ),
    ),
    (
        "time zone of an event",
        of(
            rate("TypeError: can't compare offset-naive and offset-aware datetimes (×20)"),
            top=(
                "TypeError: can't compare offset-naive and offset-aware datetimes",
                "calendar.upcoming",
            ),
        ),
        of(
            rate("TypeError: can't subtract offset-naive and offset-aware datetimes (×6)"),
            top=(
                "TypeError: can't subtract offset-naive and offset-aware datetimes",
                "reminders.left",
            ),
        ),
    ),
    (
        "opened by hand: photos",
        Trouble(said="users cannot upload photos, the bot answers nothing to pictures"),
        Trouble(said="photo upload broken again, pictures get no answer"),
    ),
    (
        "outbound proxy",
        of(
            rate("httpx.ConnectTimeout (×9)"),
            top=("httpx.ConnectTimeout: timed out connecting to proxy egress", "weather.fetch"),
        ),
        of(
            rate("httpx.ConnectError (×30)"),
            top=("httpx.ConnectError: connecting to proxy egress failed", "news.fetch"),
            service="digest",
        ),
    ),
    (
        "a setting is missing",
        of(CRASH, top=("KeyError: 'ANTHROPIC_API_KEY'", "config.load"), state="crashed"),
        of(CRASH, top=("KeyError: 'TELEGRAM_TOKEN'", "config.load"), state="crashed"),
    ),
    (
        "statuspage of the model",
        of(
            ("statuspage", "outage", "says “Partial outage”; API: degraded"),
            service="anthropic",
        ),
        of(("statuspage", "outage", "says “Major outage”; API: major_outage"), service="anthropic"),
    ),
)
FIRST_STRANGERS = (
    of(STATUS, top=("ZeroDivisionError: division by zero", "stats.mean")),
    of(CRASH, top=("SyntaxError: invalid syntax", "handlers.menu.<module>"), state="crashed"),
    of(("postgres", "disk", "the disk is 96 % full: 9.6 of 10.0 GB")),
    of(("statuspage", "outage", "says “Minor outage”; Git operations: degraded"), service="github"),
    Trouble(said="the weekly letter went out twice"),
    of(("http", "content", "$.status is “degraded”, not “ok”")),
    of(
        ("heartbeat:invoices", "late", "no sign of life since 06:00 UTC, 5 h ago"),
    ),
)
# Written after the numbers of the ranking were chosen: what it does with these is its figure.
LATER_PAIRS = (
    (
        "unhealthy after a start",
        of(
            ("service", "unhealthy", "not healthy within 60 s"),
            top=("RuntimeError: cannot schedule new futures after shutdown", "web.lifespan"),
            state="unhealthy",
        ),
        of(
            ("http", "timeout", "no answer in 10 s"),
            ("service", "unhealthy", "not healthy within 90 s"),
            top=("RuntimeError: cannot schedule new futures after shutdown", "web.lifespan"),
            state="unhealthy",
        ),
    ),
    (
        "suspended for a bill",
        of(("service", "suspended", "suspended by billing"), state="suspended"),
        of(GATEWAY, state="suspended", top=("KeyError: 'user_77'", "handlers.profile")),
    ),
    (
        "a long transaction blocks",
        of(("postgres", "blocked", "4 sessions wait for a lock, the longest for 3 min 2 s")),
        of(
            ("postgres", "blocked", "11 sessions wait for a lock, the longest for 48 s"),
            STATUS,
            top=("psycopg2.errors.LockNotAvailable: canceling statement", "orders.pay"),
        ),
    ),
    (
        "name of the database not found",
        of(("postgres", "name", "its address dpg-q1.internal is not known")),
        of(
            CRASH,
            database=("name", "its address dpg-q9.internal is not known"),
            top=("socket.gaierror: [Errno -2] Name or service not known", "db.connect"),
            state="crashed",
        ),
    ),
    (
        "token revoked",
        of(("telegram", "token", "Telegram: it rejects the token (HTTP 401)")),
        of(
            ("telegram", "token", "Telegram: it rejects the token (HTTP 404)"),
            top=("telegram.error.InvalidToken: Unauthorized", "bot.main.run"),
        ),
    ),
    (
        "webhook set by somebody",
        of(("telegram", "webhook", "a webhook to a.example is set: a bot that polls gets nothing")),
        of(("telegram", "webhook", "a webhook to b.example is set: a bot that polls gets nothing")),
    ),
    (
        "event loop blocked by a big export",
        of(
            ("http", "timeout", "no answer in 10 s"),
            top=("asyncio.TimeoutError: executing export_all took 31.2 seconds", "export.run"),
        ),
        of(
            ("http", "slow", "HTTP 200 in 9.81 s (limit 5 s)"),
            top=("asyncio.TimeoutError: executing export_all took 12.7 seconds", "export.run"),
        ),
    ),
    (
        "pool exhausted",
        of(
            STATUS,
            top=(
                (
                    "sqlalchemy.exc.TimeoutError: QueuePool limit of size 5 overflow 10 reached,"
                    " connection timed out, timeout 30.00"
                ),
                "api.items",
            ),
        ),
        of(
            rate("sqlalchemy.exc.TimeoutError: QueuePool limit of size 5 overflow 10 reached"),
            top=(
                (
                    "sqlalchemy.exc.TimeoutError: QueuePool limit of size 20 overflow 0 reached,"
                    " connection timed out, timeout 30.00"
                ),
                "api.search",
            ),
        ),
    ),
    (
        "migration not run",
        of(
            STATUS,
            top=(
                'asyncpg.exceptions.UndefinedTableError: relation "habit" does not exist',
                "h.add",
            ),
        ),
        of(
            CRASH,
            top=(
                'asyncpg.exceptions.UndefinedTableError: relation "streak" does not exist',
                "bot.start",
            ),
            state="crashed",
        ),
    ),
    (
        "cache is gone",
        of(
            rate("redis.exceptions.ConnectionError: Error 111 connecting to red-1:6379 (×40)"),
            top=(
                (
                    "redis.exceptions.ConnectionError: Error 111 connecting to red-1:6379."
                    " Connection refused."
                ),
                "cache.get",
            ),
        ),
        of(
            STATUS,
            top=(
                (
                    "redis.exceptions.ConnectionError: Error -2 connecting to red-9:6379. Name or"
                    " service not known."
                ),
                "sessions.load",
            ),
        ),
    ),
    (
        "answer of the model is no JSON",
        of(
            rate("json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0) (×8)"),
            top=("json.decoder.JSONDecodeError: Expecting value: line 1 column 1", "ai.parse"),
        ),
        of(
            rate("json.decoder.JSONDecodeError: Extra data: line 3 column 1 (char 220) (×5)"),
            top=("json.decoder.JSONDecodeError: Extra data: line 3 column 1", "ai.parse"),
        ),
    ),
    (
        "webhook of the payments",
        of(
            ("alert:payments", "raised", "webhook signature mismatch for stripe events"),
            service="shop",
        ),
        of(
            ("alert:payments", "raised", "stripe webhook deliveries fail: signature mismatch"),
            service="shop",
        ),
    ),
    (
        "storage refuses uploads",
        of(
            rate("botocore.exceptions.ClientError: An error occurred (AccessDenied)"),
            top=(
                (
                    "botocore.exceptions.ClientError: An error occurred (AccessDenied) when calling"
                    " the PutObject operation: Access Denied"
                ),
                "files.upload",
            ),
        ),
        of(
            ("job:backup", "failed", "job job-77 failed after 12 s"),
            top=(
                (
                    "botocore.exceptions.ClientError: An error occurred (AccessDenied) when calling"
                    " the PutObject operation: Access Denied"
                ),
                "backup.store",
            ),
        ),
    ),
    (
        "mail is refused",
        of(
            rate("smtplib.SMTPAuthenticationError: (535, b'Authentication failed')"),
            top=("smtplib.SMTPAuthenticationError: (535, b'authentication failed')", "mail.send"),
        ),
        of(
            ("heartbeat:letters", "failed", "it reported a failure 2 min ago: smtp auth failed"),
            top=("smtplib.SMTPAuthenticationError: (535, b'5.7.8 rejected')", "letters.post"),
        ),
    ),
    (
        "opened by hand: reminders twice",
        Trouble(said="reminders are sent twice to everybody since this morning"),
        Trouble(said="people get every reminder two times, sent twice again"),
    ),
    (
        "opened by hand: voice messages",
        Trouble(said="voice messages are not transcribed, whisper returns nothing"),
        Trouble(said="transcription of voice messages is empty"),
    ),
    (
        "recursion in the parser",
        of(
            STATUS,
            top=("RecursionError: maximum recursion depth exceeded in comparison", "dates.parse"),
        ),
        of(
            rate("RecursionError: maximum recursion depth exceeded (×60)", 60),
            top=("RecursionError: maximum recursion depth exceeded", "dates.parse"),
        ),
    ),
    (
        "port in use",
        of(
            CRASH,
            top=("OSError: [Errno 98] Address already in use: ('0.0.0.0', 10000)", "web.bind"),
            state="crashed",
        ),
        of(
            ("service", "crash_loop", "failed 3 times in 10 min; last: exited with code 1"),
            top=("OSError: [Errno 98] Address already in use: ('0.0.0.0', 8080)", "web.bind"),
            state="crash loop",
        ),
    ),
    (
        "start marker never came",
        of(
            ("logs", "not_started", "started 4 min ago and has not said “Bot is running!”"),
            top=("telegram.error.TimedOut: Timed out", "bot.main.run"),
        ),
        of(
            ("logs", "not_started", "started 9 min ago and has not said “Bot is running!”"),
            top=("telegram.error.NetworkError: httpx.ConnectError", "bot.main.run"),
        ),
    ),
    (
        "feed of the exchange rates",
        of(
            ("sql:rates", "unexpected", "it gives 3, less than 30"),
            top=("KeyError: 'rates'", "rates.refresh"),
        ),
        of(
            ("sql:rates", "unexpected", "it gives 0, less than 30"),
            top=("KeyError: 'rates'", "rates.refresh"),
        ),
    ),
    (
        "of another service: same library",
        of(
            CRASH,
            top=("ImportError: cannot import name 'Mapping' from 'collections'", "app.<module>"),
            service="digest",
            state="crashed",
        ),
        of(
            CRASH,
            top=("ImportError: cannot import name 'Mapping' from 'collections'", "main.<module>"),
            state="crashed",
        ),
    ),
    (
        "certificate for another name",
        of(("certificate", "invalid", "its certificate is for another name than api.example")),
        of(("certificate", "invalid", "its certificate is for another name than www.example")),
    ),
)
LATER_STRANGERS = (
    of(rate("UnicodeDecodeError: 'utf-8' codec"), top=("UnicodeDecodeError: 'utf-8'", "imp.read")),
    of(CRASH, top=("PermissionError: [Errno 13] Permission denied: '/data'", "store.open")),
    of(STATUS, top=("ValueError: month must be in 1..12", "dates.month")),
    of(("postgres", "wraparound", "transaction ids run out: 91 % used")),
    of(("postgres", "long_transaction", "a transaction is open for 2 h 5 min")),
    of(("sql:users", "unexpected", "it gives 0, less than 1")),
    of(("alert:queue", "raised", "queue depth above 5000 for 10 minutes"), service="shop"),
    of(("reach", "unreachable", "no answer in 10 s"), service="weather"),
    Trouble(said="the menu shows Spanish texts to everybody"),
    of(("http", "status", "HTTP 404")),
)
