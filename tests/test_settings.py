"""Settings are what the documents say, and all that is wrong is said at once."""

import json
import re
import tomllib
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel, SecretStr

from bot.app.parts import parts_of
from bot.app.rules import rules
from bot.app.ways import Ways
from bot.domain.acts import ACTS as ACT_NAMES
from bot.domain.rules import Autopilot, Rules
from bot.domain.severity import Severity
from bot.inbound import border
from bot.settings import BadSettings, House, Settings, read_settings, values
from bot.settings.checks import UPSTREAMS, ChecksConfig, OwnCheck

ROOT = Path(__file__).parents[1]
EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")
DOCUMENT = (ROOT / "docs/settings.md").read_text(encoding="utf-8")
BLUEPRINT = (ROOT / "render.yaml").read_text(encoding="utf-8")

NAMES = {name.upper() for name in Settings.model_fields}
TOKEN = "700100:practice-token-of-the-watchdog-0123"
OTHER_TOKEN = "700200:practice-token-of-the-watched-4567"
DATABASE = "postgresql://watcher:hush-hush-database@db.example.com/lifeos"
RENDER_KEY = "rnd_hush-hush-render-key"
PING_TOKEN = "a-ping-of-16-and-more"
SECRETS = (TOKEN, OTHER_TOKEN, DATABASE, RENDER_KEY, "hush-hush", PING_TOKEN)

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


def a_check(kind, *lines):
    """One more check of that service."""
    said = [f"kind = {kind!r}", "name = 'x'", *lines]
    return "\n".join([A_SERVICE, "[[services.checks]]", *said]) + "\n"


A_PING = a_check("heartbeat", "expected_every = 60", f'token = "{PING_TOKEN}"')


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
        inner = list(models(field.annotation))
        if len(inner) > 1:
            yield from keys_by_kind(inner, f"{above}{name}.")
        elif inner:
            yield from keys(inner[0], f"{above}{name}.")
        else:
            yield f"{above}{name}", field


def keys_by_kind(kinds, above):
    """What all kinds have in common once, all else under the name of its kind."""
    common = {"kind", *OwnCheck.model_fields} - {"within"}  # of which each kind has its own default
    yield from ((f"{above}{n}", f) for n, f in kinds[0].model_fields.items() if n in common)
    for model in kinds:
        (kind,) = get_args(model.model_fields["kind"].annotation)
        own = {n: f for n, f in model.model_fields.items() if n not in common}
        yield from ((f"{above}{kind}.{n}", f) for n, f in own.items())


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


def shown_default(field):
    """How the document must show a default; None: in words."""
    match field.default:
        case _ if field.is_required():
            return "required"
        case SecretStr() | "":
            return "–"
        case str() | bool() as plain:
            return f"`{json.dumps(plain)}`"
        case tuple() as several if whole_numbers(several):
            return f"`{list(several)}`"
    return None


def whole_numbers(several):
    return all(isinstance(one, int) for one in several) and bool(several)


def test_the_document_shows_what_is_required_and_the_other_defaults():
    rows = dict(re.findall(r"^\| `([a-z_.]+)` \|[^|]+\| ([^|]+) \|", DOCUMENT, re.MULTILINE))
    for key, field in keys(House):
        said = shown_default(field)
        assert said in {None, rows[key]}, key


def test_the_document_names_the_upstreams_that_are_watched_unasked():
    said = dict(
        re.findall(r"^\| (\w+) \| ((?:status page|answer of) `[^`]+`) \|", DOCUMENT, re.MULTILINE)
    )
    assert said == {
        u.name: f"status page `{u.status_page}`" if u.status_page else f"answer of `{u.url}`"
        for u in UPSTREAMS
    }


def example_toml():
    return re.findall(r"```toml\n(.*?)```", DOCUMENT, re.DOTALL)[-1]


def test_the_example_file_is_good(read):
    settings, house = read({"HTTP_PORT": "8080"}, example_toml())
    assert [s.name for s in house.services] == ["life-os", "reading-list"]
    kinds = {c.kind for s in house.services for c in s.checks}
    assert kinds == {"http", "certificate", "sql", "job", "heartbeat"}
    assert house.quiet == {Severity.P1: (2, 6)}
    assert [(r.after, r.who, r.chat) for r in house.escalation] == [
        (600, "Ben", 0),
        (1200, "", -1002000),
    ]
    assert house.checks.service.every == 20
    assert house.people.admins == {7, 1001}
    assert settings.service_id == "srv-1"


def test_what_the_example_leaves_out_keeps_its_default(read):
    _, house = read({"HTTP_PORT": "8080"}, example_toml())
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


ON_RENDER = [
    *("scale", "resume", "redeploy", "clear-cache", "restart", "rollback", "deploy"),
    *("cancel-deploy", "database-check"),
]
ACTS = {
    "a database": ({"RENDER_SERVICE_ID": NOT_SET}, []),
    "a service": ({"WATCHED_DATABASE_URL": NOT_SET}, ON_RENDER),
    "both": ({}, ON_RENDER),
    "both on Render": (
        {"RENDER_POSTGRES_ID": "dpg-1"},
        [*ON_RENDER, "restart-database"],
    ),
    "only a database on Render": (
        {"RENDER_POSTGRES_ID": "dpg-1", "RENDER_SERVICE_ID": NOT_SET},
        ["restart-database"],
    ),
}


@pytest.mark.parametrize(("changed", "acts"), ACTS.values(), ids=ACTS)
async def test_what_the_settings_name_can_be_acted_on(read, changed, acts):
    settings, house = read(changed)
    async with AsyncExitStack() as stack:
        ways = Ways(settings, house, None, None, None, stack)
        actions = parts_of(house.services[0], ways).actions
        assert [action.name for action in actions] == acts


A_FEATURE = """
[[services.features]]
name = "ask"
variable = "FEATURE_ASK"
purpose = "answers by Claude"
upstream = "anthropic"
"""
MAY_BE_SET = (
    'render_service_id = "srv-1"\nsettable = ["LOG_LEVEL"]\nacts = ["set-variable", "feature"]'
)


async def test_what_may_be_set_and_switched_is_built_and_nothing_else_is_read(read):
    settings, house = read({"RENDER_API_KEY": "rnd_x"}, toml=A_SERVICE + MAY_BE_SET + A_FEATURE)
    async with AsyncExitStack() as stack:
        ways = Ways(settings, house, None, None, None, stack)
        parts = parts_of(house.services[0], ways)
    feature, variable = parts.actions
    assert (feature.name, variable.name) == ("feature", "set-variable")
    assert (variable.settable, feature.features[0].upstream) == (("LOG_LEVEL",), "anthropic")
    (source,) = (s for s in parts.sources if s.name == "variables")
    assert source.names == ("LOG_LEVEL", "FEATURE_ASK")


async def test_an_act_that_is_not_named_is_not_built(read):
    told = A_SERVICE + 'render_service_id = "srv-1"\nacts = ["rollback", "cancel-deploy"]'
    settings, house = read({"RENDER_API_KEY": "rnd_x"}, toml=told)
    async with AsyncExitStack() as stack:
        ways = Ways(settings, house, None, None, None, stack)
        assert [act.name for act in parts_of(house.services[0], ways).actions] == [
            "rollback",
            "cancel-deploy",
        ]


def test_the_usual_acts_are_those_that_nobody_must_ask_for(read):
    _, house = read()
    asked_for = {"end-session", "suspend", "set-variable"}
    assert set(house.services[0].acts) == set(ACT_NAMES) - asked_for


def test_the_document_names_every_act_and_no_other():
    _, _, part = DOCUMENT.partition("#### Acts\n")
    rows = re.findall(r"^\| [A-Z].* \| ((?:`[a-z-]+`(?:, )?)+) \|$", part, re.MULTILINE)
    assert sorted(re.findall(r"`([a-z-]+)`", " ".join(rows))) == sorted(ACT_NAMES)


TWO = 'two_people = ["rollback", "restart"]\n'


def test_two_people_are_people_of_both_places(read):
    for changed, more in (({"TELEGRAM_ADMINS": "7, 8"}, ""), ({}, "[people]\nresponders = [9]\n")):
        _, house = read(changed, TWO + more)
        assert rules(house).two_people == {"rollback", "restart"}


@pytest.mark.parametrize("more", ["", "[people]\nadmins = [7]\nviewers = [9]\n"])
def test_one_person_is_not_two(read, more):
    [said] = wrong(read, {"TELEGRAM_RESPONDERS": "7"}, TWO + more)
    assert said == (
        "two_people needs two people who may approve: TELEGRAM_ADMINS, TELEGRAM_RESPONDERS"
        " and people of the file name one."
    )


def test_two_people_takes_acts(read):
    [said] = wrong(read, {"TELEGRAM_ADMINS": "7, 8"}, 'two_people = ["dance"]')
    assert said.startswith("watchdog.toml: two_people names what is no act: dance; there are rest")


def test_the_autopilot_is_off_and_its_settings_are_rules(read):
    assert rules(read()[1]).autopilot == Rules().autopilot == Autopilot()
    told = '[autopilot]\nacts = ["restart"]\nafter_minutes = 5\na_day = 2\nseverities = ["P0"]'
    one = frozenset({"restart"}), timedelta(minutes=5), 2, frozenset({Severity.P0})
    assert rules(read(toml=told)[1]).autopilot == Autopilot(*one)


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (
            'acts = ["rollback", "restart"]',
            "watchdog.toml: autopilot.acts names what is never done without a person: rollback; th",
        ),
        ("after_minutes = 0", "watchdog.toml: autopilot.after_minutes: Input should be greater"),
        ("a_day = 0", "watchdog.toml: autopilot.a_day: Input should be greater"),
        ('severities = ["P9"]', "watchdog.toml: autopilot.severities.0: Input should be"),
    ],
)
def test_what_is_never_done_without_a_person(read, told, said):
    [found] = wrong(read, toml=f"[autopilot]\n{told}")
    assert found.startswith(said)


def test_what_takes_two_people_is_never_done_without_any(read):
    told = 'two_people = ["restart"]\n[autopilot]\nacts = ["restart"]'
    [said] = wrong(read, {"TELEGRAM_ADMINS": "7, 8"}, told)
    assert said == (
        "watchdog.toml: two_people and autopilot.acts both name restart:"
        " what takes two people is never done without any."
    )


def test_how_long_a_deploy_may_take_is_a_rule(read):
    _, house = read(toml="[timings]\ndeploy_within = 90")
    assert rules(house).deploy_within == timedelta(seconds=90)
    assert House().timings.deploy_within == Rules().deploy_within.total_seconds()


def test_a_service_leans_on_every_upstream_unless_it_says_otherwise(read):
    two = A_SERVICE.replace("one", "two") + "depends_on = []\n"
    _, house = read(toml=A_SERVICE + two)
    assert rules(house).leans_on["one"] == tuple(u.name for u in UPSTREAMS)
    assert rules(house).leans_on["two"] == ()


def test_no_upstream_need_be_watched(read):
    _, house = read(toml="upstreams = []")
    assert house.upstreams == ()
    assert rules(house).leans_on["life-os"] == ()


def test_the_daily_line_can_be_left_out(read):
    _, house = read(toml="daily_at = -1")
    assert rules(house).daily_at is None
    assert rules(House()).daily_at == 9


def test_a_check_of_ones_own_goes_by_its_kind_where_it_says_nothing_else(read):
    own = a_check("http", "url = 'https://a.b'", "failures = 7", "severity = 'P3'")
    _, house = read(toml=own + "[checks.http]\npasses = 4")
    patience = rules(house).patience_of("one", "http:x")
    assert (patience.failures, patience.passes) == (7, 4)
    assert rules(house).patience_of("one", "http").failures == ChecksConfig().http.failures
    assert rules(house).severity_for == {"one/http:x": Severity.P3}


def test_the_watched_bot_of_the_environment_is_the_one_services(read):
    _, house = read({"WATCHED_BOT_TOKEN": OTHER_TOKEN})
    assert house.services[0].bot_token.get_secret_value() == OTHER_TOKEN


def test_a_secret_is_weak_here_as_at_the_door():
    assert values.SHORTEST_TOKEN == border.SHORTEST_TOKEN
    assert values.SHORTEST_SECRET == border.SHORTEST_SECRET
    assert values.IN_AN_ADDRESS == border.IN_AN_ADDRESS


def test_strong_secrets_are_taken(read):
    settings, house = read(
        {
            "HTTP_PORT": "8080",
            "ALERT_TOKEN": "a" * 32,
            "METRICS_TOKEN": "-_Z9" * 8,
            "RENDER_WEBHOOK_SECRET": "whsec_" + "QUJD" * 8,
        },
        A_PING,
    )
    assert settings.http_port == 8080
    assert house.services[0].checks[0].token.get_secret_value() == PING_TOKEN


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
    "no port": ({"HTTP_PORT": "0"}, "HTTP_PORT: Input should be greater than or equal to 1"),
    "port in words": ({"HTTP_PORT": "web"}, "HTTP_PORT: Input should be a valid integer"),
    "short alert token": ({"ALERT_TOKEN": "hush-hush"}, "ALERT_TOKEN must have at least 32 char"),
    "odd alert token": ({"ALERT_TOKEN": "hush-hush/" * 4}, "ALERT_TOKEN must have at least 32"),
    "metrics token": ({"METRICS_TOKEN": "hush-hush"}, "METRICS_TOKEN must have at least 32 char"),
    "webhook without whsec": (
        {"RENDER_WEBHOOK_SECRET": "hush-hush" * 4},
        "RENDER_WEBHOOK_SECRET is not a webhook's secret",
    ),
    "webhook not base64": (
        {"RENDER_WEBHOOK_SECRET": "whsec_hush-hush-hush-hush-hush-hush-hu"},
        "RENDER_WEBHOOK_SECRET is not a webhook's secret",
    ),
    "short webhook": (
        {"RENDER_WEBHOOK_SECRET": "whsec_QUJD"},
        "RENDER_WEBHOOK_SECRET is not a webhook's secret",
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
        "watchdog.toml: one depends_on what is no other service and no upstream: two",
    ),
    "a secret to set": (
        A_SERVICE + 'settable = ["LOG_LEVEL", "ANTHROPIC_API_KEY"]',
        "watchdog.toml: services.0.settable names what may be a secret or hold one: ANTHROPIC",
    ),
    "a secret that switches": (
        A_SERVICE + A_FEATURE.replace("FEATURE_ASK", "SENTRY_DSN"),
        "watchdog.toml: services.0.features.0.variable names what may be a secret or hold one",
    ),
    "no way to switch": (
        A_SERVICE + A_FEATURE + 'on = "off"',
        "watchdog.toml: services.0.features.0 takes two values, one for on and another",
    ),
    "a feature twice": (
        A_SERVICE + A_FEATURE + A_FEATURE,
        "watchdog.toml: services.0.features names a feature or its variable twice: ask",
    ),
    "a feature on nothing": (
        A_SERVICE + 'depends_on = ["github"]' + A_FEATURE,
        "watchdog.toml: a feature of one leans on what it does not depend on: anthropic",
    ),
    "unknown act": (
        A_SERVICE + 'acts = ["restart", "delete"]',
        "watchdog.toml: services.0.acts names what is no act: delete; there are restart, rollback",
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
    "unknown kind": (
        a_check("hush-hush"),
        "watchdog.toml: services.0.checks.0.kind must be one of 'http', 'certificate',",
    ),
    "no kind": (
        A_SERVICE + "[[services.checks]]\nname = 'x'",
        "watchdog.toml: services.0.checks.0.kind is missing; see docs/settings.md",
    ),
    "key of another kind": (
        a_check("certificate", "host = 'a.b'", "query = 'SELECT 1'"),
        "watchdog.toml: services.0.checks.0.query is not a setting; see the list",
    ),
    "no address": (a_check("http"), "watchdog.toml: services.0.checks.0.url is missing; see"),
    "bad address": (
        a_check("http", "url = 'a.b'"),
        "watchdog.toml: services.0.checks.0.url must be an address",
    ),
    "upside down": (
        a_check("http", "url = 'https://a.b'", "status = [299, 200]"),
        "watchdog.toml: services.0.checks.0.status must be the lowest and the highest good status",
    ),
    "header that is no text": (
        a_check("http", "url = 'https://a.b'", "headers = { Cookie = ['hush-hush'] }"),
        "watchdog.toml: services.0.checks.0.headers.Cookie: Input should be a valid string",
    ),
    "sql without a database": (
        a_check("sql", "query = 'SELECT 1'"),
        "watchdog.toml: services.0 needs database_url for its check sql:x",
    ),
    "heartbeat without a database": (
        a_check("heartbeat", "query = 'SELECT now()'", "expected_every = 60"),
        "watchdog.toml: services.0 needs database_url for its check heartbeat:x",
    ),
    "job without Render": (
        a_check("job", "command = 'true'"),
        "watchdog.toml: services.0 needs render_service_id for its check job:x",
    ),
    "heartbeat of nothing": (
        a_check("heartbeat", "expected_every = 60"),
        "watchdog.toml: services.0.checks.0 takes either a query or a token",
    ),
    "heartbeat of both": (
        A_PING + "query = 'SELECT now()'",
        "watchdog.toml: services.0.checks.0 takes either a query or a token",
    ),
    "weak ping": (
        a_check("heartbeat", "expected_every = 60", "token = 'hush-hush'"),
        "watchdog.toml: services.0.checks.0.token must have at least 16 characters",
    ),
    "ping without a port": (A_PING, "HTTP_PORT is missing: one/heartbeat:x waits for pings"),
    "two of one ping": (
        A_PING + A_PING.replace("one", "two"),
        "watchdog.toml: two heartbeats have the same token; each needs its own",
    ),
    "colon": (
        a_check("certificate", "host = 'a.b'").replace("'x'", "'a:b'"),
        "watchdog.toml: services.0.checks.0.name must not hold : or /",
    ),
    "check twice": (
        a_check("certificate", "host = 'a.b'")
        + a_check("certificate", "host = 'a.b'")[len(A_SERVICE) :],
        "watchdog.toml: services.0 names a check twice: certificate:x",
    ),
    "no such severity": (
        a_check("certificate", "host = 'a.b'", "severity = 'P7'"),
        "watchdog.toml: services.0.checks.0.severity: Input should be 'P0', 'P1'",
    ),
    "its bot": (
        A_SERVICE + "bot_token = 'hush-hush'",
        "watchdog.toml: services.0.bot_token is not a bot token",
    ),
    "quiet P0": ("[quiet]\nP0 = [0, 6]", "watchdog.toml: quiet cannot silence P0"),
    "quiet P7": ("[quiet]\nP7 = [0, 6]", "watchdog.toml: quiet.P7: Input should be 'P0', 'P1'"),
    "quiet too long": ("[quiet]\nP1 = [0, 25]", "watchdog.toml: quiet.P1.1: Input should be less"),
    "no hour": ("daily_at = 24", "watchdog.toml: daily_at: Input should be less than or equal"),
    "rung to nobody": (
        "[[escalation]]\nafter = 60",
        "watchdog.toml: escalation.0 takes either who",
    ),
    "rung to a stranger": (
        "[[escalation]]\nafter = 60\nwho = 'Ben'",
        "watchdog.toml: escalation names who is not in roster: Ben",
    ),
    "two words": (
        "[[roster]]\nid = 5\nname = 'Ann Bee'",
        "watchdog.toml: roster.0.name must be one word",
    ),
    "member without an id": ("[[roster]]\nname = 'Ann'", "watchdog.toml: roster.0.id is missing"),
    "member that is a group": (
        "[[roster]]\nid = -5\nname = 'Ann'",
        "watchdog.toml: roster.0.id takes ids of people",
    ),
    "upstream of nothing": (
        "[[upstreams]]\nname = 'mail'",
        "watchdog.toml: upstreams.0 names nothing to look at",
    ),
    "upstream twice": (
        2 * "[[upstreams]]\nname = 'mail'\nurl = 'https://a.b'\n",
        "watchdog.toml: upstreams names one twice: mail",
    ),
    "upstream and service": (
        A_SERVICE.replace('"one"', '"github"'),
        "watchdog.toml: github is a service and an upstream",
    ),
    "one crash is no loop": (
        "[thresholds]\nloop_failures = 1",
        "watchdog.toml: thresholds.loop_failures: Input should be greater than or equal to 2",
    ),
    "more than all": (
        "[thresholds]\nmemory_share = 90",
        "watchdog.toml: thresholds.memory_share: Input should be less than or equal to 1",
    ),
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
    header = "headers = { Authorization = 'Bearer hush-hush-header' }"
    toml = A_SERVICE + f'database_url = "{DATABASE}"\nbot_token = "{OTHER_TOKEN}"\n'
    toml += a_check("http", "url = 'https://a.b'", header)[len(A_SERVICE) :]
    toml += A_PING[len(A_SERVICE) :]
    changed = {
        "WATCHED_BOT_TOKEN": OTHER_TOKEN,
        "STORE_URL": DATABASE,
        "HTTP_PORT": "8080",
        "ALERT_TOKEN": "hush-hush" * 4,
        "METRICS_TOKEN": "hush-hush" * 5,
        "RENDER_WEBHOOK_SECRET": "whsec_" + "hush-hush" * 4,
    }
    settings, house = read(changed, toml)
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
