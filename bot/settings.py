"""The one file that reads the environment and watchdog.toml. All that is wrong is said at once."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.domain.people import NOBODIES

Ids = Annotated[frozenset[int], NoDecode]
TOKEN_PARTS = 2


class BadSettings(Exception):  # noqa: N818 - it carries a list for the person, not a fault of ours
    """Everything that is wrong with the settings, one sentence per line."""


class Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CheckConfig(Strict):
    """How often one kind of check looks, how long it may take, when it is believed. Seconds."""

    every: float = Field(30.0, gt=0)
    failures: int = Field(3, ge=1, le=100)
    passes: int = Field(2, ge=1, le=100)


class ChecksConfig(Strict):
    service: CheckConfig = CheckConfig(failures=2)
    http: CheckConfig = CheckConfig()
    postgres: CheckConfig = CheckConfig()
    logs: CheckConfig = CheckConfig(failures=2)


class Timings(Strict):
    """Every length of time that a decision waits for, in seconds."""

    offer_valid: float = Field(900, gt=0)
    ask_valid: float = Field(300, gt=0)
    observe_for: float = Field(120, gt=0)
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


class PeopleConfig(Strict):
    admins: frozenset[int] = frozenset()
    responders: frozenset[int] = frozenset()
    viewers: frozenset[int] = frozenset()


class House(Strict):
    """The content of watchdog.toml."""

    timezone: str = "UTC"
    day: tuple[int, int] = (8, 22)
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
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError("is no time zone name; write for example Europe/Berlin") from error
        return name

    @field_validator("services")
    @classmethod
    def names_differ(cls, services: tuple[ServiceConfig, ...]) -> tuple[ServiceConfig, ...]:
        names = [s.name for s in services]
        if twice := {n for n in names if names.count(n) > 1}:
            raise ValueError(f"names a service twice: {', '.join(sorted(twice))}")
        return services


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True)

    telegram_bot_token: SecretStr
    telegram_chat_id: int
    telegram_admins: Ids = frozenset()
    telegram_responders: Ids = frozenset()
    telegram_viewers: Ids = frozenset()
    telegram_api_url: str = "https://api.telegram.org"
    render_api_key: SecretStr = SecretStr("")
    render_api_url: str = "https://api.render.com/v1"
    render_service_id: str = ""
    render_postgres_id: str = ""
    watched_database_url: SecretStr = SecretStr("")
    watched_bot_token: SecretStr = SecretStr("")
    watched_health_url: str = ""
    anthropic_api_key: SecretStr = SecretStr("")
    anthropic_base_url: str = "https://api.anthropic.com"
    anthropic_model: str = "claude-sonnet-5-5"
    github_token: SecretStr = SecretStr("")
    github_repository: str = ""
    github_api_url: str = "https://api.github.com"
    store_url: SecretStr = SecretStr("sqlite:///watchdog.db")
    reports_dir: Path = Path(".agent/logs")
    watchdog_config: Path | None = None

    @field_validator("telegram_admins", "telegram_responders", "telegram_viewers", mode="before")
    @classmethod
    def split_ids(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        parts = value.replace(",", " ").split()
        if bad := [p for p in parts if not p.isdecimal()]:
            raise ValueError(f"takes numeric ids (ask the bot /id), not {bad[0]!r}")
        ids = frozenset(int(p) for p in parts)
        if ids & NOBODIES:
            raise ValueError("names an id that Telegram uses for nobody in particular")
        return ids

    @field_validator("telegram_bot_token", "watched_bot_token")
    @classmethod
    def looks_like_a_token(cls, value: SecretStr) -> SecretStr:
        id, _, rest = value.get_secret_value().partition(":")
        if value.get_secret_value() and not (id.isdecimal() and rest):
            raise ValueError("is not a bot token; @BotFather gives one like 123456:ABC…")
        return value

    @field_validator(
        "telegram_api_url",
        "render_api_url",
        "anthropic_base_url",
        "github_api_url",
        "watched_health_url",
    )
    @classmethod
    def is_an_address(cls, value: str) -> str:
        if value and not (value.startswith(("http://", "https://")) and urlsplit(value).hostname):
            raise ValueError("must be an address that begins with http:// or https://")
        return value.rstrip("/")

    @field_validator("watched_database_url")
    @classmethod
    def is_postgres(cls, value: SecretStr) -> SecretStr:
        url = value.get_secret_value()
        if url and not url.startswith(("postgres://", "postgresql://")):
            raise ValueError("must begin with postgresql://")
        return value

    @field_validator("store_url")
    @classmethod
    def is_a_store(cls, value: SecretStr) -> SecretStr:
        url = value.get_secret_value()
        if not url.startswith(("sqlite:///", "postgres://", "postgresql://")):
            raise ValueError("must begin with sqlite:/// or postgresql://")
        return value

    @model_validator(mode="after")
    def hangs_together(self) -> Settings:
        wrong = []
        if not (self.telegram_admins or self.telegram_responders):
            wrong.append(
                "TELEGRAM_ADMINS or TELEGRAM_RESPONDERS must name at least one numeric id,"
                " or nobody could approve anything."
            )
        if self.telegram_bot_token == self.watched_bot_token:
            wrong.append("WATCHED_BOT_TOKEN must be another bot than TELEGRAM_BOT_TOKEN.")
        if self.render_service_id and not self.render_api_key.get_secret_value():
            wrong.append("RENDER_API_KEY is missing: RENDER_SERVICE_ID needs it.")
        if wrong:
            raise ValueError("\n".join(wrong))
        return self


def read_settings(**given: Any) -> tuple[Settings, House]:  # noqa: ANN401 - what a test sets
    """Read the environment, .env and watchdog.toml. Raises BadSettings with all that is wrong."""
    wrong: list[str] = []
    settings: Settings | None = None
    try:
        settings = Settings(**given)
    except ValidationError as error:
        wrong += [sentence(e, upper=True) for e in error.errors()]
    house = read_house(settings.watchdog_config if settings else config_path(given), wrong)
    if settings and house:
        house = with_defaults(settings, house)
        if not house.services:
            wrong.append(
                "Nothing to watch: set RENDER_SERVICE_ID, WATCHED_DATABASE_URL or"
                " WATCHED_HEALTH_URL, or name services in WATCHDOG_CONFIG."
            )
    if wrong or settings is None or house is None:
        raise BadSettings("\n".join(wrong))
    return settings, house


def config_path(given: dict[str, Any]) -> Path | None:
    """Where watchdog.toml is, also when the rest of the settings is wrong."""
    try:
        return ConfigPath(**given).watchdog_config
    except ValidationError:
        return None


class ConfigPath(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env", extra="ignore")
    watchdog_config: Path | None = None


def read_house(path: Path | None, wrong: list[str]) -> House | None:
    if path is None:
        return House()
    try:
        return House.model_validate(tomllib.loads(path.read_text()))
    except OSError as error:
        wrong.append(f"WATCHDOG_CONFIG: {path} cannot be read ({error.strerror}).")
    except tomllib.TOMLDecodeError as error:
        wrong.append(f"WATCHDOG_CONFIG: {path} is not TOML: {error}.")
    except ValidationError as error:
        wrong += [f"{path.name}: {sentence(e, upper=False)}" for e in error.errors()]
    return None


def with_defaults(settings: Settings, house: House) -> House:
    """Without services in the file, the environment names the one; people are added up."""
    services = house.services or from_environment(settings)
    people = PeopleConfig(
        admins=house.people.admins | settings.telegram_admins,
        responders=house.people.responders | settings.telegram_responders,
        viewers=house.people.viewers | settings.telegram_viewers,
    )
    return house.model_copy(update={"services": services, "people": people})


def from_environment(settings: Settings) -> tuple[ServiceConfig, ...]:
    named = (settings.render_service_id, settings.watched_health_url)
    if not (any(named) or settings.watched_database_url.get_secret_value()):
        return ()
    return (
        ServiceConfig(
            name="life-os",
            render_service_id=settings.render_service_id,
            render_postgres_id=settings.render_postgres_id,
            database_url=settings.watched_database_url,
            health_url=settings.watched_health_url,
        ),
    )


def sentence(error: Any, *, upper: bool) -> str:  # noqa: ANN401 - pydantic's ErrorDetails
    """Turn one finding of pydantic into a sentence that says what to do. Never shows the value."""
    name = ".".join(str(part) for part in error["loc"])
    name = name.upper() if upper else name
    said = str(error["msg"]).removeprefix("Value error, ")
    if error["type"] == "missing":
        return f"{name} is missing; see .env.example."
    if error["type"] == "extra_forbidden":
        return f"{name} is not a setting; see the list in docs/settings.md."
    if not name:
        return said
    end = "" if said.endswith(".") else "."
    verb = "" if said.startswith(("is ", "must ", "takes ", "names ")) else ": "
    return f"{name}{verb or ' '}{said}{end}".replace(" : ", ": ")
