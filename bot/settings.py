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
from bot.domain.redact import redact

Ids = Annotated[frozenset[int], NoDecode]
Hour = Annotated[int, Field(ge=0, le=24)]
SQLITE, POSTGRES = ("sqlite:///",), ("postgres://", "postgresql://")


class BadSettings(Exception):  # noqa: N818 - it carries a list for the person, not a fault of ours
    """Everything that is wrong with the settings, one sentence per line."""


class Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def of_people(ids: frozenset[int]) -> frozenset[int]:
    if ids & NOBODIES:
        raise ValueError("names an id that Telegram uses for nobody in particular")
    if any(id <= 0 for id in ids):
        raise ValueError("takes ids of people, which are positive; this one is of a chat")
    return ids


def web_address(value: str) -> str:
    try:
        parts = urlsplit(value)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # brackets without an end, a port that is no number
        good = False
    if value and not good:
        raise ValueError("must be an address that begins with http:// or https://")
    return value


def postgres_url(value: SecretStr) -> SecretStr:
    if value.get_secret_value() and not value.get_secret_value().startswith(POSTGRES):
        raise ValueError("must begin with postgresql://")
    return value


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


class Settings(BaseSettings):
    model_config = SettingsConfigDict(
        env_file=".env",
        env_ignore_empty=True,  # NAME= in a copied .env.example means "not set"
        extra="ignore",
        frozen=True,
    )

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
            raise ValueError(
                f"takes numeric ids (.env.example says where to find them), not {bad[0]!r}"
            )
        return of_people(frozenset(int(p) for p in parts))

    @field_validator("telegram_bot_token", "watched_bot_token")
    @classmethod
    def looks_like_a_token(cls, value: SecretStr) -> SecretStr:
        id, _, rest = value.get_secret_value().partition(":")
        if value.get_secret_value() and not (id.isdecimal() and rest):
            raise ValueError("is not a bot token; @BotFather gives one like 123456:ABC…")
        return value

    @field_validator("telegram_api_url", "render_api_url", "anthropic_base_url", "github_api_url")
    @classmethod
    def is_a_base(cls, value: str) -> str:
        return web_address(value).rstrip("/")

    _address = field_validator("watched_health_url")(web_address)
    _database = field_validator("watched_database_url")(postgres_url)

    @field_validator("store_url")
    @classmethod
    def is_a_store(cls, value: SecretStr) -> SecretStr:
        url = value.get_secret_value()
        if not url.startswith(SQLITE + POSTGRES):
            raise ValueError("must begin with sqlite:/// or postgresql://")
        return value


# What stands in for a required setting that is wrong, so that the rest can be looked at as well.
STAND_IN: dict[str, Any] = {"telegram_bot_token": "0:none", "telegram_chat_id": 0}


def read_settings(**given: Any) -> tuple[Settings, House]:  # noqa: ANN401 - what a test sets
    """Read the environment, .env and watchdog.toml. Raises BadSettings with all that is wrong."""
    wrong: list[str] = []
    settings, bad = read_environment(given, wrong)
    house = read_house(settings.watchdog_config, wrong)
    if house:
        house = with_defaults(settings, house)
    wrong += contradictions(settings, house, bad)
    if wrong or house is None:
        raise BadSettings("\n".join(redact(line) for line in wrong))
    return settings, house


def read_environment(given: dict[str, Any], wrong: list[str]) -> tuple[Settings, frozenset[str]]:
    """Return the settings, and the names of those that are wrong and are not to be trusted."""
    try:
        return Settings(**given), frozenset()
    except ValidationError as error:
        wrong += [sentence(e, upper=True) for e in error.errors()]
        bad = frozenset(str(e["loc"][0]) for e in error.errors())
    fields = Settings.model_fields
    harmless = {name: STAND_IN.get(name, fields[name].default) for name in bad}
    return Settings(**given | harmless), bad


def contradictions(settings: Settings, house: House | None, bad: frozenset[str]) -> list[str]:
    """Say what does not go together; nothing of what rests on a setting that is `bad`."""
    wrong = []
    if settings.telegram_bot_token == settings.watched_bot_token:
        wrong.append("WATCHED_BOT_TOKEN must be another bot than TELEGRAM_BOT_TOKEN.")
    if house is None:
        return wrong
    people = house.people.admins | house.people.responders
    if not people and not bad & {"telegram_admins", "telegram_responders"}:
        wrong.append(
            "TELEGRAM_ADMINS or TELEGRAM_RESPONDERS must name at least one numeric id,"
            " or nobody could approve anything."
        )
    key = settings.render_api_key.get_secret_value()
    if not key and any(s.render_service_id for s in house.services):
        wrong.append("RENDER_API_KEY is missing: RENDER_SERVICE_ID needs it.")
    if not house.services and not bad & {"watched_database_url", "watched_health_url"}:
        wrong.append(
            "Nothing to watch: set RENDER_SERVICE_ID, WATCHED_DATABASE_URL or"
            " WATCHED_HEALTH_URL, or name services in WATCHDOG_CONFIG."
        )
    return wrong


def read_house(path: Path | None, wrong: list[str]) -> House | None:
    if path is None:
        return House()
    try:
        return House.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        wrong.append(f"WATCHDOG_CONFIG: {path} cannot be read ({error.strerror}).")
    except UnicodeDecodeError:
        wrong.append(f"WATCHDOG_CONFIG: {path} is not TOML: it is not UTF-8 text.")
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
        return f"{name} is missing; see {'.env.example' if upper else 'docs/settings.md'}."
    if error["type"] == "extra_forbidden":
        return f"{name} is not a setting; see the list in docs/settings.md."
    if not name:
        return said
    end = "" if said.endswith(".") else "."
    verb = "" if said.startswith(("is ", "must ", "takes ", "names ")) else ": "
    return f"{name}{verb or ' '}{said}{end}".replace(" : ", ": ")
