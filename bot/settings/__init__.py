"""The one room that reads the environment and watchdog.toml. All that is wrong is said at once."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from bot.domain.redact import redact
from bot.settings.checks import Own, Upstream
from bot.settings.environment import Settings
from bot.settings.house import House, PeopleConfig, ServiceConfig

__all__ = [
    "BadSettings",
    "House",
    "Own",
    "ServiceConfig",
    "Settings",
    "Upstream",
    "read_settings",
]


VERBS = ("is ", "must ", "takes ", "names ", "needs ", "cannot ")

PEOPLE = frozenset({"telegram_admins", "telegram_responders"})


class BadSettings(Exception):  # noqa: N818 - it carries a list for the person, not a fault of ours
    """Everything that is wrong with the settings, one sentence per line."""


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
    if not people and not bad & PEOPLE:
        wrong.append(
            "TELEGRAM_ADMINS or TELEGRAM_RESPONDERS must name at least one numeric id,"
            " or nobody could approve anything."
        )
    elif house.two_people and len(people) == 1 and not bad & PEOPLE:
        wrong.append(
            "two_people needs two people who may approve: TELEGRAM_ADMINS, TELEGRAM_RESPONDERS"
            " and people of the file name one."
        )
    key = settings.render_api_key.get_secret_value()
    if not key and any(s.render_service_id or s.render_postgres_id for s in house.services):
        wrong.append(
            "RENDER_API_KEY is missing: RENDER_SERVICE_ID needs it, RENDER_POSTGRES_ID too,"
            " and so do render_service_id and render_postgres_id."
        )
    wrong += [
        f"{one.name}: the id of its database on Render is of use only with the database's address:"
        " set WATCHED_DATABASE_URL, or database_url."
        for one in house.services
        if one.render_postgres_id and not one.database_url.get_secret_value()
    ]
    pinged = [
        f"{one.name}/{check.kind}:{check.name}"
        for one in house.services
        for check in one.checks
        if check.kind == "heartbeat" and check.token.get_secret_value()
    ]
    if pinged and settings.http_port is None and "http_port" not in bad:
        wrong.append(f"HTTP_PORT is missing: {', '.join(pinged)} waits for pings.")
    if not house.services and not bad & {"watched_database_url", "watched_health_url"}:
        wrong.append(
            "Nothing to watch: set RENDER_SERVICE_ID (on Render itself WATCHED_SERVICE_ID),"
            " WATCHED_DATABASE_URL or WATCHED_HEALTH_URL, or name services in WATCHDOG_CONFIG."
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
    named = (settings.service_id, settings.watched_health_url)
    if not (any(named) or settings.watched_database_url.get_secret_value()):
        return ()
    return (
        ServiceConfig(
            name="life-os",
            render_service_id=settings.service_id,
            render_postgres_id=settings.render_postgres_id,
            database_url=settings.watched_database_url,
            health_url=settings.watched_health_url,
            bot_token=settings.watched_bot_token,
        ),
    )


def sentence(error: Any, *, upper: bool) -> str:  # noqa: ANN401 - pydantic's ErrorDetails
    """Turn one finding of pydantic into a sentence that says what to do. Never shows the value."""
    name = named(error["loc"])
    name = name.upper() if upper else name
    said = str(error["msg"]).removeprefix("Value error, ")
    if error["type"] == "union_tag_invalid":  # its message shows what was written
        return f"{name}.kind must be one of {error['ctx']['expected_tags']}."
    if error["type"] == "union_tag_not_found":
        return f"{name}.kind is missing; see docs/settings.md."
    if error["type"] == "missing":
        return f"{name} is missing; see {'.env.example' if upper else 'docs/settings.md'}."
    if error["type"] == "extra_forbidden":
        return f"{name} is not a setting; see the list in docs/settings.md."
    end = "" if said.endswith(".") else "."
    if not name:
        return said + end
    verb = " " if said.startswith(VERBS) else ": "
    return f"{name}{verb}{said}{end}"


def named(loc: tuple[int | str, ...]) -> str:
    """Where it stands in the file, without what pydantic adds: the kind of a check, "[key]"."""
    kinds = {
        n for n in range(2, len(loc)) if loc[n - 2] == "checks" and isinstance(loc[n - 1], int)
    }
    return ".".join(str(part) for n, part in enumerate(loc) if n not in kinds and part != "[key]")
