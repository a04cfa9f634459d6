"""The schema, once for both engines. The migrations write it out; a test compares the two."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.types import TypeDecorator

from .codec import storable

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class Moment(TypeDecorator[datetime]):
    """An aware time, kept as whole microseconds since 1970: sorts and compares on both engines."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - SQLAlchemy's signature
        return None if value is None else (value - EPOCH) // MICROSECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        return None if value is None else EPOCH + value * MICROSECOND


class Words(TypeDecorator[str]):
    """Text from anywhere, made storable on the way in."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's signature
        return None if value is None else storable(value)


# SQLite counts up by itself only what is exactly INTEGER PRIMARY KEY.
SERIAL = BigInteger().with_variant(Integer(), "sqlite")
LIVE = text("status <> 'closed'")

METADATA = MetaData()

RESULT = Table(
    "result",
    METADATA,
    Column("id", SERIAL, primary_key=True),
    Column("service", Words, nullable=False),
    Column("check", Words, nullable=False),
    Column("seen", Words, nullable=False),
    Column("at_us", Moment, nullable=False),
    Column("code", Words, nullable=False),
    Column("detail", Words, nullable=False),
    Column("value", Float),
)
Index("result_newest", RESULT.c.service, RESULT.c.check, RESULT.c.at_us.desc())

INCIDENT = Table(
    "incident",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("service", Words, nullable=False),
    Column("status", Words, nullable=False),
    Column("version", Integer, nullable=False),
    Column("announced", Integer, nullable=False),
    sqlite_autoincrement=True,  # a number that people have typed is never given again
)
Index(
    "incident_one_live",
    INCIDENT.c.service,
    unique=True,
    sqlite_where=LIVE,
    postgresql_where=LIVE,
)

EVENT = Table(
    "event",
    METADATA,
    Column("incident", Integer, ForeignKey("incident.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("at_us", Moment, nullable=False),
    Column("kind", Words, nullable=False),
    Column("by", Words, nullable=False),
    Column("key", Words, nullable=False),
    Column("body", Words, nullable=False),
    Column("prev_hash", Text, nullable=False),
    Column("hash", Text, nullable=False),
    PrimaryKeyConstraint("incident", "version"),
)

POST = Table(
    "post",
    METADATA,
    Column("key", Words, primary_key=True),
    Column("chat", BigInteger, nullable=False),
    Column("lane", SmallInteger, nullable=False),
    Column("body", Words, nullable=False),
    Column("silent", Boolean, nullable=False),
    Column("reply_to", Words, nullable=False),
    Column("state", Words, nullable=False),
    Column("wanted", Integer, nullable=False),
    Column("shown", Integer, nullable=False),
    Column("message_id", BigInteger),
    Column("attempts", Integer, nullable=False),
    Column("repeated", Boolean, nullable=False),
    Column("not_before_us", Moment, nullable=False),
    Column("error", Words, nullable=False),
    Column("created_us", Moment, nullable=False),
    Column("updated_us", Moment, nullable=False),
)
Index("post_by_state", POST.c.state)

MOVED_CHAT = Table(
    "moved_chat",
    METADATA,
    Column("chat", BigInteger, primary_key=True, autoincrement=False),
    Column("now", BigInteger, nullable=False),
)

BUTTON = Table(
    "button",
    METADATA,
    Column("token", Text, primary_key=True),
    Column("post", Words, ForeignKey("post.key"), nullable=False),
    Column("verb", Words, nullable=False),
    Column("incident", Integer, nullable=False),
    Column("arg", Words, nullable=False),
    Column("label", Words, nullable=False),
    Column("style", Words, nullable=False),
    UniqueConstraint("post", "verb", "incident", "arg", name="button_once"),
)

INBOX = Table(
    "inbox",
    METADATA,
    Column("seq", SERIAL, primary_key=True),
    Column("update_id", BigInteger, nullable=False),
    Column("body", Words, nullable=False),
    Column("at_us", Moment, nullable=False),
    Column("done_us", Moment),
    Column("outcome", Words, nullable=False),
    UniqueConstraint("update_id", name="inbox_once"),
    sqlite_autoincrement=True,  # arrival order must not restart when handled rows are pruned
)

MEMO = Table(
    "memo",
    METADATA,
    Column("name", Words, primary_key=True),
    Column("value", Words, nullable=False),
)

SILENCE = Table(
    "silence",
    METADATA,
    Column("id", SERIAL, primary_key=True),
    Column("key", Words, nullable=False),
    Column("kind", Words, nullable=False),
    Column("service", Words, nullable=False),
    Column("check", Words, nullable=False),
    Column("pattern", Words, nullable=False),
    Column("begins_us", Moment, nullable=False),
    Column("ends_us", Moment, nullable=False),
    Column("by", Words, nullable=False),
    Column("by_id", BigInteger, nullable=False),
    Column("note", Words, nullable=False),
    Column("lifted_us", Moment),
    Column("lifted_by", Words, nullable=False),
    Column("lifted_by_id", BigInteger, nullable=False),
    Column("lifted_key", Words, nullable=False),
    UniqueConstraint("key", name="silence_once"),
    sqlite_autoincrement=True,  # a number that people have typed is never given again
)
Index("silence_by_end", SILENCE.c.ends_us)

STRETCH = Table(
    "stretch",
    METADATA,
    Column("id", SERIAL, primary_key=True),
    Column("service", Words, nullable=False),
    Column("check", Words, nullable=False),
    Column("at_us", Moment, nullable=False),
    Column("lasts_us", BigInteger, nullable=False),
    Column("looks", Integer, nullable=False),
    Column("failed", Integer, nullable=False),
    Column("blind", Integer, nullable=False),
    Column("low", Float),
    Column("high", Float),
    Column("measured", Integer, nullable=False),
    Column("total", Float, nullable=False),
)
Index("stretch_of_check", STRETCH.c.service, STRETCH.c.check, STRETCH.c.at_us)

MEMORY = Table(
    "memory",
    METADATA,
    Column("incident", Integer, primary_key=True, autoincrement=False),
    Column("service", Words, nullable=False),
    Column("began_us", Moment, nullable=False),
    Column("ended_us", Moment, nullable=False),
    Column("severity", Words, nullable=False),
    Column("fingerprint", Words, nullable=False),
    Column("title", Words, nullable=False),
    Column("words", Words, nullable=False),
    Column("helped", Words, nullable=False),
    Column("took_us", BigInteger),
    Column("failed", Words, nullable=False),
    Column("cause", Words, nullable=False),
    Column("sure", Words, nullable=False),
    Column("proven", Boolean, nullable=False),
)
Index("memory_by_fingerprint", MEMORY.c.fingerprint, MEMORY.c.ended_us)
ENGLISH = func.to_tsvector(text("'english'::regconfig"), MEMORY.c.words)
Index("memory_words", ENGLISH, postgresql_using="gin").ddl_if(dialect="postgresql")

# Money is in millionths of a US dollar; nothing spent yet: still reserved, the answer is out.
SPEND = Table(
    "spend",
    METADATA,
    Column("id", SERIAL, primary_key=True),
    Column("at_us", Moment, nullable=False),
    Column("model", Words, nullable=False),
    Column("purpose", Words, nullable=False),
    Column("incident", Integer, nullable=False),
    Column("reserved", BigInteger, nullable=False),
    Column("spent", BigInteger),
    Column("request", Words, nullable=False),
)
Index("spend_by_time", SPEND.c.at_us)
Index("spend_by_incident", SPEND.c.incident)
