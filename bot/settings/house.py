"""The content of watchdog.toml."""

from __future__ import annotations

from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    field_validator,
    model_validator,
)

from bot.settings.values import of_people, postgres_url, web_address

Hour = Annotated[int, Field(ge=0, le=24)]


class Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CheckConfig(Strict):
    """How often one kind of check looks (seconds), and how many looks in a row are believed."""

    every: float = Field(30.0, gt=0)
    failures: int = Field(3, ge=1, le=100)
    passes: int = Field(2, ge=1, le=100)


class SureCheckConfig(CheckConfig):
    """Of a check that reads what the platform has written down: it errs less."""

    failures: int = Field(2, ge=1, le=100)


class ChecksConfig(Strict):
    service: SureCheckConfig = SureCheckConfig()
    http: CheckConfig = CheckConfig()
    postgres: CheckConfig = CheckConfig()
    logs: SureCheckConfig = SureCheckConfig()


class Timings(Strict):
    """Every length of time that a decision waits for, in seconds."""

    offer_valid: float = Field(900, gt=0)
    ask_valid: float = Field(300, gt=0)
    observe_for: float = Field(120, gt=0)
    deploy_within: float = Field(1200, gt=0)
    back_within: float = Field(300, gt=0)
    watch_for: float = Field(120, ge=0)
    health_for: float = Field(300, ge=0)
    regression_for: float = Field(900, ge=0)
    remind_every: float = Field(300, gt=0)
    relapse_within: float = Field(3600, ge=0)
    start_within: float = Field(300, gt=0)


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
    database_slow_seconds: float = Field(1.0, gt=0)


class ServiceConfig(Strict):
    """One watched service. What is not given is not watched."""

    name: str = Field(min_length=1, max_length=40)
    render_service_id: str = ""
    render_postgres_id: str = ""
    database_url: SecretStr = SecretStr("")
    health_url: str = ""
    start_marker: str = "Bot is running!"
    depends_on: tuple[str, ...] = ()

    _address = field_validator("health_url")(web_address)
    _database = field_validator("database_url")(postgres_url)

    @model_validator(mode="after")
    def is_watched(self) -> ServiceConfig:
        database = self.database_url.get_secret_value()
        if not (self.render_service_id or self.health_url or database):
            raise ValueError(
                "names nothing to watch: give it render_service_id, health_url or database_url"
            )
        return self


class PeopleConfig(Strict):
    admins: frozenset[int] = frozenset()
    responders: frozenset[int] = frozenset()
    viewers: frozenset[int] = frozenset()

    _people = field_validator("admins", "responders", "viewers")(of_people)


class House(Strict):
    """The content of watchdog.toml."""

    timezone: str = "UTC"
    day: tuple[Hour, Hour] = (8, 22)
    services: tuple[ServiceConfig, ...] = ()
    checks: ChecksConfig = ChecksConfig()
    timings: Timings = Timings()
    thresholds: Thresholds = Thresholds()
    telegram: TelegramConfig = TelegramConfig()
    render: RenderConfig = RenderConfig()
    people: PeopleConfig = PeopleConfig()

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

    @field_validator("services")
    @classmethod
    def dependencies_exist(cls, services: tuple[ServiceConfig, ...]) -> tuple[ServiceConfig, ...]:
        for service in services:
            others = {s.name for s in services} - {service.name}
            if unknown := set(service.depends_on) - others:
                raise ValueError(
                    f"names what is no other service: {service.name} depends_on"
                    f" {', '.join(sorted(unknown))}"
                )
        return services
