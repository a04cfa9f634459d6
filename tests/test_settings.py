"""Settings are what the documents say, and all that is wrong is said at once."""

import re
import tomllib
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel, SecretStr

from bot.app import parts_of, rules
from bot.domain.rules import Rules
from bot.settings import BadSettings, House, Settings, read_settings

ROOT = Path(__file__).parents[1]
EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")
DOCUMENT = (ROOT / "docs/settings.md").read_text(encoding="utf-8")
BLUEPRINT = (ROOT / "render.yaml").read_text(encoding="utf-8")

NAMES = {name.upper() for name in Settings.model_fields}
TOKEN = "700100:practice-token-of-the-watchdog-0123"
OTHER_TOKEN = "700200:practice-token-of-the-watched-4567"
DATABASE = "postgresql://watcher:hush-hush-database@db.example.com/lifeos"
RENDER_KEY = "rnd_hush-hush-render-key"
SECRETS = (TOKEN, OTHER_TOKEN, DATABASE, RENDER_KEY, "hush-hush")

GOOD = {
    "TELEGRAM_BOT_TOKEN": TOKEN,
    "TELEGRAM_CHAT_ID": "-1001",
    "TELEGRAM_ADMINS": "7",
    "RENDER_API_KEY": RENDER_KEY,
    "RENDER_SERVICE_ID": "srv-1",
    "WATCHED_DATABASE_URL": DATABASE,
    "WATCHED_HEALTH_URL": "https://life-os.example.com/healthz/",
}
NOT_SET = None
A_SERVICE = '[[services]]\nname = "one"\nhealth_url = "https://one.example.com"\n'


@pytest.fixture
def read(monkeypatch, tmp_path):
    """Read settings from this environment, and from this watchdog.toml, and from nothing else."""
    monkeypatch.chdir(tmp_path)
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)

    def read(changed=(), toml=None):
        env = GOOD | dict(changed)
        if toml is not None:
            path = tmp_path / "watchdog.toml"
            path.write_bytes(toml if isinstance(toml, bytes) else toml.encode())
            env["WATCHDOG_CONFIG"] = str(path)
        for name, value in env.items():
            if value is not NOT_SET:
                monkeypatch.setenv(name, value)
        return read_settings()

    return read


def wrong(read, changed=(), toml=None):
    with pytest.raises(BadSettings) as caught:
        read(changed, toml)
    return str(caught.value).splitlines()


# The documents


def assigned(text):
    """Every NAME=value of .env.example, also of the lines that only show a default."""
    return dict(re.findall(r"^#?([A-Z_]+)=(.*)$", text, re.MULTILINE))


def test_env_example_has_every_setting_and_no_other():
    assert set(assigned(EXAMPLE)) == NAMES


def test_env_example_shows_the_real_defaults_and_no_secret():
    for name, value in assigned(EXAMPLE).items():
        default = Settings.model_fields[name.lower()].default
        if isinstance(default, SecretStr):
            default = default.get_secret_value()
        assert value in {"", str(default)}, name


def test_env_example_says_something_about_each():
    lines = EXAMPLE.splitlines()
    for name in NAMES:
        at = next(n for n, line in enumerate(lines) if re.match(f"#?{name}=", line))
        assert lines[at - 1].startswith("# "), name


def test_a_copied_env_example_only_lacks_what_is_required(read, tmp_path):
    (tmp_path / ".env").write_text(EXAMPLE, encoding="utf-8")
    said = wrong(read, dict.fromkeys(GOOD, NOT_SET))
    assert said[:2] == [
        "TELEGRAM_BOT_TOKEN is missing; see .env.example.",
        "TELEGRAM_CHAT_ID is missing; see .env.example.",
    ]
    assert said[2].startswith("TELEGRAM_ADMINS or TELEGRAM_RESPONDERS must name")
    assert said[3].startswith("Nothing to watch: set RENDER_SERVICE_ID")
    assert len(said) == 4


def test_the_document_has_every_setting_and_no_other():
    assert set(re.findall(r"^\| `([A-Z_]+)` \|", DOCUMENT, re.MULTILINE)) == NAMES


def test_the_blueprint_has_every_setting_and_no_other():
    """But for the two that Render itself sets there."""
    its_own = {"RENDER_SERVICE_ID", "RENDER_INSTANCE_ID"}
    assert set(re.findall(r"- key: ([A-Z_]+)$", BLUEPRINT, re.MULTILINE)) == NAMES - its_own


def keys(model, above=""):
    for name, field in model.model_fields.items():
        inner = next((m for m in models(field.annotation)), None)
        if inner:
            yield from keys(inner, f"{above}{name}.")
        else:
            yield f"{above}{name}", field


def models(annotation):
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from models(part)


def test_the_document_has_every_key_of_the_file_and_no_other():
    rows = re.findall(r"^\| `([a-z_.]+)` \|", DOCUMENT, re.MULTILINE)
    assert sorted(rows) == sorted(key for key, _ in keys(House))


def test_the_document_shows_the_real_numbers():
    rows = dict(re.findall(r"^\| `([a-z_.]+)` \|[^|]+\| `([0-9.]+)` \|", DOCUMENT, re.MULTILINE))
    real = {key: field.default for key, field in keys(House)}
    assert len(rows) == sum(type(default) in {int, float} for default in real.values())
    for key, shown in rows.items():
        assert float(shown) == real[key], key


def example_toml():
    return re.findall(r"```toml\n(.*?)```", DOCUMENT, re.DOTALL)[-1]


def test_the_example_file_is_good(read):
    settings, house = read(toml=example_toml())
    assert [s.name for s in house.services] == ["life-os", "reading-list"]
    assert house.checks.service.every == 20
    assert house.people.admins == {7, 1001}
    assert settings.service_id == "srv-1"


def test_what_the_example_leaves_out_keeps_its_default(read):
    _, house = read(toml=example_toml())
    assert house.checks.service.failures == House().checks.service.failures == 2
    assert house.timings.ask_valid == House().timings.ask_valid


# What goes right


def test_the_environment_alone_gives_one_service(read):
    _, house = read()
    (service,) = house.services
    assert service.name == "life-os"
    assert service.render_service_id == "srv-1"
    assert service.database_url.get_secret_value() == DATABASE
    assert service.health_url == "https://life-os.example.com/healthz/"


@pytest.mark.parametrize("kept", ["WATCHED_DATABASE_URL", "WATCHED_HEALTH_URL"])
def test_one_thing_to_watch_is_enough(read, kept):
    others = {"RENDER_SERVICE_ID", "WATCHED_DATABASE_URL", "WATCHED_HEALTH_URL", "RENDER_API_KEY"}
    _, house = read(dict.fromkeys(others - {kept}, NOT_SET))
    assert len(house.services) == 1


def test_services_of_the_file_stand_alone(read):
    _, house = read(toml=A_SERVICE)
    assert [s.name for s in house.services] == ["one"]


def test_people_of_both_are_added_up(read):
    toml = "[people]\nadmins = [8]\nresponders = [9]\nviewers = [10, 11]"
    ids = {"TELEGRAM_ADMINS": "7, 12", "TELEGRAM_RESPONDERS": "13 14", "TELEGRAM_VIEWERS": "11"}
    _, house = read(ids, toml)
    assert house.people.admins == {7, 8, 12}
    assert house.people.responders == {9, 13, 14}
    assert house.people.viewers == {10, 11}


def test_people_of_the_file_are_enough(read):
    _, house = read({"TELEGRAM_ADMINS": NOT_SET}, "[people]\nresponders = [9]")
    assert house.people.responders == {9}


def test_a_name_without_a_value_is_not_set(read):
    settings, _ = read({"STORE_URL": "", "WATCHDOG_CONFIG": "", "RENDER_API_URL": ""})
    assert settings.store_url.get_secret_value() == "sqlite:///watchdog.db"
    assert settings.watchdog_config is None
    assert settings.render_api_url == "https://api.render.com/v1"


def test_bases_lose_their_last_slash(read):
    settings, _ = read({"RENDER_API_URL": "http://127.0.0.1:9/v1/"})
    assert settings.render_api_url == "http://127.0.0.1:9/v1"


ACTS = {
    "a database": ({"RENDER_SERVICE_ID": NOT_SET}, []),
    "a service": ({"WATCHED_DATABASE_URL": NOT_SET}, ["restart", "rollback"]),
    "both": ({}, ["restart", "rollback"]),
    "both on Render": (
        {"RENDER_POSTGRES_ID": "dpg-1"},
        ["restart", "rollback", "restart-database"],
    ),
    "only a database on Render": (
        {"RENDER_POSTGRES_ID": "dpg-1", "RENDER_SERVICE_ID": NOT_SET},
        ["restart-database"],
    ),
}


@pytest.mark.parametrize(("changed", "acts"), ACTS.values(), ids=ACTS)
async def test_what_the_settings_name_can_be_acted_on(read, changed, acts):
    _, house = read(changed)
    async with AsyncExitStack() as stack:
        actions = parts_of(house.services[0], house, None, None, stack).actions
        assert [action.name for action in actions] == acts


def test_how_long_a_deploy_may_take_is_a_rule(read):
    _, house = read(toml="[timings]\ndeploy_within = 90")
    assert rules(house).deploy_within == timedelta(seconds=90)
    assert House().timings.deploy_within == Rules().deploy_within.total_seconds()


# What goes wrong in the environment: what is set, and how its one sentence begins

MISTAKES = {
    "no token": ({"TELEGRAM_BOT_TOKEN": NOT_SET}, "TELEGRAM_BOT_TOKEN is missing"),
    "empty token": ({"TELEGRAM_BOT_TOKEN": ""}, "TELEGRAM_BOT_TOKEN is missing"),
    "no token at all": ({"TELEGRAM_BOT_TOKEN": "hush-hush"}, "TELEGRAM_BOT_TOKEN is not a bot"),
    "watched token": ({"WATCHED_BOT_TOKEN": "hush-hush:x"}, "WATCHED_BOT_TOKEN is not a bot"),
    "same token": ({"WATCHED_BOT_TOKEN": TOKEN}, "WATCHED_BOT_TOKEN must be another bot"),
    "no chat": ({"TELEGRAM_CHAT_ID": NOT_SET}, "TELEGRAM_CHAT_ID is missing"),
    "chat by name": ({"TELEGRAM_CHAT_ID": "@oncall"}, "TELEGRAM_CHAT_ID: Input should be a valid"),
    "person by name": ({"TELEGRAM_ADMINS": "@ann"}, "TELEGRAM_ADMINS takes numeric ids"),
    "one bad id": ({"TELEGRAM_RESPONDERS": "8, 9x"}, "TELEGRAM_RESPONDERS takes numeric ids"),
    "a group": ({"TELEGRAM_VIEWERS": "-1001"}, "TELEGRAM_VIEWERS takes numeric ids"),
    "nobody": ({"TELEGRAM_ADMINS": "7 1087968824"}, "TELEGRAM_ADMINS names an id"),
    "zero": ({"TELEGRAM_ADMINS": "0"}, "TELEGRAM_ADMINS takes ids of people"),
    "no people": ({"TELEGRAM_ADMINS": NOT_SET}, "TELEGRAM_ADMINS or TELEGRAM_RESPONDERS must name"),
    "token as id": ({"TELEGRAM_ADMINS": TOKEN}, "TELEGRAM_ADMINS takes numeric ids"),
    "bare host": ({"WATCHED_HEALTH_URL": "example.com"}, "WATCHED_HEALTH_URL must be an address"),
    "no host": ({"TELEGRAM_API_URL": "http://"}, "TELEGRAM_API_URL must be an address"),
    "bad port": ({"RENDER_API_URL": "http://a:hush-hush"}, "RENDER_API_URL must be an address"),
    "bad bracket": ({"GITHUB_API_URL": "http://[::1"}, "GITHUB_API_URL must be an address"),
    "scheme": ({"ANTHROPIC_BASE_URL": "ftp://a.b"}, "ANTHROPIC_BASE_URL must be an address"),
    "database": ({"WATCHED_DATABASE_URL": "mysql://a:hush-hush@b"}, "WATCHED_DATABASE_URL must"),
    "store": ({"STORE_URL": "redis://:hush-hush@b"}, "STORE_URL must begin with sqlite:///"),
    "no key": ({"RENDER_API_KEY": NOT_SET}, "RENDER_API_KEY is missing: RENDER_SERVICE_ID needs"),
    "no key for its database": (
        {"RENDER_POSTGRES_ID": "dpg-1", "RENDER_SERVICE_ID": NOT_SET, "RENDER_API_KEY": NOT_SET},
        "RENDER_API_KEY is missing: RENDER_SERVICE_ID needs it, RENDER_POSTGRES_ID too,",
    ),
    "a database without its address": (
        {"RENDER_POSTGRES_ID": "dpg-1", "WATCHED_DATABASE_URL": NOT_SET},
        "life-os: the id of its database on Render is of use only with the database's address:",
    ),
    "no file": ({"WATCHDOG_CONFIG": "nowhere.toml"}, "WATCHDOG_CONFIG: nowhere.toml cannot be"),
    "a folder": ({"WATCHDOG_CONFIG": "."}, "WATCHDOG_CONFIG: . cannot be read"),
    "nothing": (
        {
            "RENDER_SERVICE_ID": NOT_SET,
            "WATCHED_DATABASE_URL": NOT_SET,
            "WATCHED_HEALTH_URL": NOT_SET,
        },
        "Nothing to watch: set RENDER_SERVICE_ID",
    ),
}


@pytest.mark.parametrize(("changed", "begins"), MISTAKES.values(), ids=MISTAKES)
def test_one_mistake_is_one_sentence(read, changed, begins):
    (said,) = wrong(read, changed)
    assert said.startswith(begins)
    assert said.endswith(".")
    assert not any(secret in said for secret in SECRETS)


FILES = {
    "unknown key": ("coffee = true", "watchdog.toml: coffee is not a setting"),
    "unknown inner": ("[timings]\nask_vaild = 5", "watchdog.toml: timings.ask_vaild is not a"),
    "not TOML": ("day = [8,", "WATCHDOG_CONFIG: "),
    "not text": (b"timezone = '\xff\xfe'", "WATCHDOG_CONFIG: "),
    "zone": ('timezone = "Mars/Olympus"', "watchdog.toml: timezone is no time zone"),
    "half a zone": ('timezone = "Europe"', "watchdog.toml: timezone is no time zone"),
    "no zone": ('timezone = ""', "watchdog.toml: timezone is no time zone"),
    "day backwards": ("day = [22, 8]", "watchdog.toml: day must be two hours"),
    "day too long": ("day = [8, 25]", "watchdog.toml: day.1: Input should be less than"),
    "same name": (A_SERVICE + A_SERVICE, "watchdog.toml: services names a service twice: one"),
    "unknown dependency": (
        A_SERVICE + 'depends_on = ["two"]',
        "watchdog.toml: services names what is no other service: one depends_on two",
    ),
    "no name": (
        A_SERVICE.replace('name = "one"', ""),
        "watchdog.toml: services.0.name is missing; see docs/settings.md",
    ),
    "nothing of it": ('[[services]]\nname = "one"', "watchdog.toml: services.0 names nothing to"),
    "its page": (
        A_SERVICE.replace("https", "ftp"),
        "watchdog.toml: services.0.health_url must be an address",
    ),
    "its database": (
        A_SERVICE + 'database_url = "mysql://a:hush-hush@b"',
        "watchdog.toml: services.0.database_url must begin with postgresql://",
    ),
    "its key": (
        '[[services]]\nname = "one"\nrender_service_id = "srv-2"',
        "RENDER_API_KEY is missing",
    ),
    "its database on Render": (
        '[[services]]\nname = "one"\nrender_postgres_id = "dpg-1"\ndatabase_url = "postgres://b/c"',
        "RENDER_API_KEY is missing",
    ),
    "never": ("[checks.http]\nevery = 0", "watchdog.toml: checks.http.every: Input should be"),
    "nobody": ("[people]\nadmins = [1087968824]", "watchdog.toml: people.admins names an id"),
    "a group": ("[people]\nviewers = [-5]", "watchdog.toml: people.viewers takes ids of people"),
    "by name": ('[people]\nadmins = ["@ann"]', "watchdog.toml: people.admins.0: Input should"),
}


@pytest.mark.parametrize(("toml", "begins"), FILES.values(), ids=FILES)
def test_one_mistake_in_the_file_is_one_sentence(read, toml, begins):
    (said,) = wrong(read, {"RENDER_SERVICE_ID": NOT_SET, "RENDER_API_KEY": NOT_SET}, toml)
    assert said.startswith(begins)
    assert said.endswith(".")
    assert not any(secret in said for secret in SECRETS)


def test_everything_wrong_is_said_at_once(read):
    changed = {
        "TELEGRAM_BOT_TOKEN": "hush-hush",
        "TELEGRAM_CHAT_ID": NOT_SET,
        "TELEGRAM_ADMINS": NOT_SET,
        "RENDER_API_KEY": NOT_SET,
        "STORE_URL": "redis://:hush-hush@b",
    }
    said = wrong(read, changed, 'timezone = "Mars"\ncoffee = true')
    assert [line.split()[0] for line in said] == [
        "TELEGRAM_BOT_TOKEN",
        "TELEGRAM_CHAT_ID",
        "STORE_URL",
        "watchdog.toml:",
        "watchdog.toml:",
    ]
    said = wrong(read, changed, "")
    assert [line.split()[0] for line in said] == [
        "TELEGRAM_BOT_TOKEN",
        "TELEGRAM_CHAT_ID",
        "STORE_URL",
        "TELEGRAM_ADMINS",
        "RENDER_API_KEY",
    ]


def test_settings_do_not_print_their_secrets(read):
    toml = A_SERVICE + f'database_url = "{DATABASE}"'
    settings, house = read({"WATCHED_BOT_TOKEN": OTHER_TOKEN, "STORE_URL": DATABASE}, toml)
    shown = f"{settings!r} {settings} {house!r} {house.model_dump()}"
    assert not any(secret in shown for secret in SECRETS)


def test_the_example_file_is_toml_of_two_services():
    assert len(tomllib.loads(example_toml())["services"]) == 2


def test_on_render_the_watchdog_does_not_watch_itself(read):
    own = {"RENDER_SERVICE_ID": "srv-own", "RENDER_INSTANCE_ID": "srv-own-x7k2p"}
    settings, house = read(own)
    assert settings.service_id == ""
    assert [s.render_service_id for s in house.services] == [""]
    settings, _ = read({"RENDER_SERVICE_ID": "srv-1", "RENDER_INSTANCE_ID": "srv-own-x7k2p"})
    assert settings.service_id == "srv-1"
    settings, _ = read({**own, "WATCHED_SERVICE_ID": "srv-watched"})
    assert settings.service_id == "srv-watched"
