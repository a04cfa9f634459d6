"""The content of watchdog.toml."""

from __future__ import annotations

from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, field_validator, model_validator

from bot.domain.required import USUAL
from bot.domain.severity import Severity
from bot.settings.acts import USUAL_ACTS, FeatureConfig, names_of_acts, no_secrets, safe_alone
from bot.settings.checks import UPSTREAMS, ChecksConfig, Own, Strict, Upstream
from bot.settings.values import (
    Purpose,
    VariableName,
    of_people,
    one_word,
    owner_and_name,
    postgres_url,
    telegram_token,
    web_address,
)

Hour = Annotated[int, Field(ge=0, le=24)]


class Timings(Strict):
    """Every length of time that a decision waits for, in seconds."""

    offer_valid: float = Field(900, gt=0)
    ask_valid: float = Field(300, gt=0)
    taps_live: float = Field(150, gt=0)
    observe_for: float = Field(120, gt=0)
    deploy_within: float = Field(1200, gt=0)
    back_within: float = Field(300, gt=0)
    watch_for: float = Field(120, ge=0)
    health_for: float = Field(300, ge=0)
    regression_for: float = Field(900, ge=0)
    remind_every: float = Field(300, gt=0)
    relapse_within: float = Field(3600, ge=0)
    start_within: float = Field(300, gt=0)
    start_grace: float = Field(60, ge=0)
    confirm_after: float = Field(1, gt=0)
    confirm_at_most: float = Field(30, gt=0)
    flaps_within: float = Field(3600, gt=0)
    storm_within: float = Field(60, ge=0)
    deaf_after: float = Field(300, gt=0)
    loop_within: float = Field(600, gt=0)


class TelegramConfig(Strict):
    """How fast Telegram may be spoken to; the defaults are its own advice."""

    private_per_second: float = Field(1.0, gt=0)
    group_per_minute: float = Field(18.0, gt=0)
    edit_every: float = Field(2.0, ge=0)


class RenderConfig(Strict):
    """Render allows 400 reads a minute for all that use the key; this is our share."""

    reads_per_minute: float = Field(300.0, gt=0)


class Thresholds(Strict):
    errors_per_minute: float = Field(3.0, gt=0)
    errors_window_seconds: float = Field(300.0, ge=10)
    http_slow_seconds: float = Field(5.0, gt=0)
    http_timeout_seconds: float = Field(10.0, gt=0)
    database_timeout_seconds: float = Field(5.0, gt=0)
    database_slow_seconds: float = Field(1.0, gt=0)
    database_connections_share: float = Field(0.9, gt=0, le=1)
    database_blocked_seconds: float = Field(30.0, gt=0)
    database_transaction_seconds: float = Field(600.0, gt=0)
    loop_failures: int = Field(3, ge=2)
    memory_share: float = Field(0.9, gt=0, le=1)
    certificate_days: float = Field(14.0, gt=0)


class ServiceConfig(Strict):
    """One watched service. What is not given is not watched."""

    name: str = Field(min_length=1, max_length=40)
    render_service_id: str = ""
    render_postgres_id: str = ""
    database_url: SecretStr = SecretStr("")
    health_url: str = ""
    database_variable: VariableName = "DATABASE_URL"
    database_writes: bool = True
    bot_token: SecretStr = SecretStr("")
    bot_webhook: str = ""
    start_marker: str = "Bot is running!"
    depends_on: tuple[str, ...] | None = None
    repository: str = ""
    required: dict[VariableName, Purpose] = Field(default_factory=lambda: dict(USUAL))
    checks: tuple[Own, ...] = ()
    acts: tuple[str, ...] = USUAL_ACTS
    settable: Annotated[tuple[VariableName, ...], Field(max_length=20)] = ()
    features: Annotated[tuple[FeatureConfig, ...], Field(max_length=20)] = ()

    _address = field_validator("health_url")(web_address)
    _database = field_validator("database_url")(postgres_url)
    _repository = field_validator("repository")(owner_and_name)
    _webhook = field_validator("bot_webhook")(web_address)
    _token = field_validator("bot_token")(telegram_token)
    _acts = field_validator("acts")(names_of_acts)
    _settable = field_validator("settable")(no_secrets)

    @model_validator(mode="after")
    def is_watched(self) -> ServiceConfig:
        database = self.database_url.get_secret_value()
        if not (self.render_service_id or self.health_url or database or self.checks):
            raise ValueError(
                "names nothing to watch: give it render_service_id, health_url, database_url"
                " or checks"
            )
        return self

    @field_validator("features")
    @classmethod
    def features_differ(cls, features: tuple[FeatureConfig, ...]) -> tuple[FeatureConfig, ...]:
        for names in ([f.name for f in features], [f.variable for f in features]):
            if twice := sorted({n for n in names if names.count(n) > 1}):
                raise ValueError(f"names a feature or its variable twice: {', '.join(twice)}")
        return features

    @model_validator(mode="after")
    def checks_have_what_they_need(self) -> ServiceConfig:
        names = [f"{c.kind}:{c.name}" for c in self.checks]
        if twice := sorted({n for n in names if names.count(n) > 1}):
            raise ValueError(f"names a check twice: {', '.join(twice)}")
        for check in self.checks:
            asks = check.kind == "sql" or (check.kind == "heartbeat" and check.query)
            if asks and not self.database_url.get_secret_value():
                raise ValueError(f"needs database_url for its check {check.kind}:{check.name}")
            if check.kind == "job" and not self.render_service_id:
                raise ValueError(f"needs render_service_id for its check job:{check.name}")
        return self


class PeopleConfig(Strict):
    admins: frozenset[int] = frozenset()
    responders: frozenset[int] = frozenset()
    viewers: frozenset[int] = frozenset()

    _people = field_validator("admins", "responders", "viewers")(of_people)


class MemberConfig(Strict):
    """Somebody who can be called, by the name that people type."""

    id: int
    name: str = Field(min_length=1, max_length=40)

    _name = field_validator("name")(one_word)

    @field_validator("id")
    @classmethod
    def is_a_person(cls, id: int) -> int:
        return next(iter(of_people(frozenset({id}))))


class RungConfig(Strict):
    """Who is called too when nobody has it after so many seconds: one of the roster, or a chat."""

    after: float = Field(gt=0)
    who: str = ""
    chat: int = 0

    @model_validator(mode="after")
    def calls_somebody(self) -> RungConfig:
        if bool(self.who) == bool(self.chat):
            raise ValueError("takes either who or chat")
        return self


class InboundConfig(Strict):
    """The web server for what comes from outside; it runs only when HTTP_PORT is set."""

    host: str = "0.0.0.0"  # noqa: S104 - hosts send what comes from outside to this address


class ClaudeConfig(Strict):
    """What Claude may cost, with its key set: no call is made that could pass a cap."""

    small_model: str = "claude-haiku-5-5"
    dollars_a_day: float = Field(1.0, ge=0)
    dollars_a_month: float = Field(10.0, ge=0)
    calls_an_incident: int = Field(40, ge=0)


class AutopilotConfig(Strict):
    """What is done by itself while nobody answers; off while it names no act."""

    acts: tuple[str, ...] = ()
    after_minutes: float = Field(10, gt=0)
    a_day: int = Field(1, ge=1)
    severities: tuple[Severity, ...] = (Severity.P0, Severity.P1)

    _acts = field_validator("acts")(safe_alone)


class House(Strict):
    """The content of watchdog.toml."""

    timezone: str = "UTC"
    day: tuple[Hour, Hour] = (8, 22)
    quiet: dict[Severity, tuple[Hour, Hour]] = Field(default_factory=dict)
    daily_at: Annotated[int, Field(ge=-1, le=23)] = 9
    two_people: tuple[str, ...] = ()
    dry_run: bool = False
    services: tuple[ServiceConfig, ...] = ()
    upstreams: tuple[Upstream, ...] = UPSTREAMS
    roster: tuple[MemberConfig, ...] = ()
    escalation: tuple[RungConfig, ...] = ()
    checks: ChecksConfig = ChecksConfig()
    timings: Timings = Timings()
    thresholds: Thresholds = Thresholds()
    telegram: TelegramConfig = TelegramConfig()
    render: RenderConfig = RenderConfig()
    inbound: InboundConfig = InboundConfig()
    claude: ClaudeConfig = ClaudeConfig()
    autopilot: AutopilotConfig = AutopilotConfig()
    people: PeopleConfig = PeopleConfig()

    _two = field_validator("two_people")(names_of_acts)

    @field_validator("timezone")
    @classmethod
    def known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # OSError: "Europe" alone
            raise ValueError("is no time zone name; write for example Europe/Berlin") from error
        return name

    @field_validator("day")
    @classmethod
    def day_has_hours(cls, day: tuple[int, int]) -> tuple[int, int]:
        if day[0] >= day[1]:
            raise ValueError("must be two hours, the earlier first; or P2 is never heard")
        return day

    @field_validator("services")
    @classmethod
    def names_differ(cls, services: tuple[ServiceConfig, ...]) -> tuple[ServiceConfig, ...]:
        names = [s.name for s in services]
        if twice := {n for n in names if names.count(n) > 1}:
            raise ValueError(f"names a service twice: {', '.join(sorted(twice))}")
        return services

    @field_validator("quiet")
    @classmethod
    def the_worst_is_always_heard(
        cls, quiet: dict[Severity, tuple[int, int]]
    ) -> dict[Severity, tuple[int, int]]:
        if Severity.P0 in quiet:
            raise ValueError("cannot silence P0: a service that is down is heard at any hour")
        return quiet

    @model_validator(mode="after")
    def two_people_are_not_none(self) -> House:
        if both := sorted(set(self.two_people) & set(self.autopilot.acts)):
            raise ValueError(
                f"two_people and autopilot.acts both name {', '.join(both)}:"
                " what takes two people is never done without any"
            )
        return self

    @model_validator(mode="after")
    def names_lead_somewhere(self) -> House:
        upstreams, people = [u.name for u in self.upstreams], {m.name for m in self.roster}
        if twice := {n for n in upstreams if upstreams.count(n) > 1}:
            raise ValueError(f"upstreams names one twice: {', '.join(sorted(twice))}")
        if both := {s.name for s in self.services} & set(upstreams):
            raise ValueError(f"{', '.join(sorted(both))} is a service and an upstream")
        for service in self.services:
            others = {s.name for s in self.services} - {service.name} | set(upstreams)
            if unknown := set(service.depends_on or ()) - others:
                raise ValueError(
                    f"{service.name} depends_on what is no other service and no upstream:"
                    f" {', '.join(sorted(unknown))}"
                )
            known = upstreams if service.depends_on is None else service.depends_on
            if far := {f.upstream for f in service.features if f.upstream} - set(known):
                raise ValueError(
                    f"a feature of {service.name} leans on what it does not depend on:"
                    f" {', '.join(sorted(far))}"
                )
        tokens = [c.token for s in self.services for c in s.checks if c.kind == "heartbeat"]
        tokens = [token for token in tokens if token.get_secret_value()]
        if len(tokens) > len(set(tokens)):
            raise ValueError("two heartbeats have the same token; each needs its own")
        if unknown := {r.who for r in self.escalation if r.who} - people:
            raise ValueError(f"escalation names who is not in roster: {', '.join(sorted(unknown))}")
        return self
