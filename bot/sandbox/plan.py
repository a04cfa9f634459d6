"""What the watchdog of the practice world is told: settings as anywhere, in fast motion."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.sandbox import cast, certificate
from bot.sandbox.pace import Pace

ACTS = (  # also those that must be asked for
    *("restart", "rollback", "deploy", "redeploy", "clear-cache", "cancel-deploy", "suspend"),
    *("resume", "scale", "set-variable", "feature", "restart-database", "end-session"),
    "database-check",
)
EACH_TARGET = 4.0  # real seconds: fifty of them are many for a machine that runs a whole world
WATCH, HEALTH, REGRESSION = 120.0, 300.0, 900.0  # world seconds: the steps of a proof
BRIEF = 0.1  # of them, where many nights are played one after another
MOVING = 0.5  # real seconds: no check looks more often than that


@dataclass(frozen=True)
class Places:
    """Where everything of one practice world is, as the watchdog reaches it.

    `base` and `database_url` lead through its own network, which can hang. `tls_host` and
    `tls_port` are the public name of the service; `ca_file` is who signed its certificate.
    """

    folder: Path
    base: str
    service_id: str
    postgres_id: str
    database_url: str
    store_url: str
    ca_file: Path
    tls_port: int
    targets: int = 0  # small sites beside the service
    asks_claude: bool = False  # the imitated one
    brief: bool = False  # short proofs and no relapses: many nights are played one after another
    tls_host: str = certificate.NAME

    @property
    def config(self) -> Path:
        return self.folder / "watchdog.toml"

    @property
    def edge(self) -> str:
        """The public address of the service."""
        return f"{self.base}/edge/{cast.SERVICE}"

    @property
    def status(self) -> str:
        """`{status}/anthropic/api/v2/summary.json` and so on: see statuspage/vendors.py."""
        return f"{self.base}/status"

    @property
    def target_urls(self) -> tuple[str, ...]:
        return tuple(f"{self.base}/targets/{n}" for n in range(1, self.targets + 1))

    @property
    def reports(self) -> Path:
        return self.folder / "reports"


def watchdog_toml(places: Places, pace: Pace) -> str:
    """Every length of time divided by the speed, but never below what real processes need."""

    def seconds(world: float, least: float = 0.0) -> str:
        return f"{max(pace.real(world), least):.3f}"

    every = seconds(30, MOVING)
    proof = BRIEF if places.brief else 1.0
    return f"""
day = [0, 24]  # the practice world knows no night in which P2 is not heard
daily_at = -1

[[services]]
name = "{cast.SERVICE}"
render_service_id = "{places.service_id}"
render_postgres_id = "{places.postgres_id}"
database_url = "{places.database_url}"
health_url = "{places.edge}/healthz"
bot_token = "{cast.LIFE_OS_TOKEN}"
repository = "{cast.REPOSITORY}"
acts = {list(ACTS)}
settable = ["{cast.TICK_VARIABLE}", "LIFE_OS_THOUGHT_SECONDS"]

[[services.features]]
name = "ask"
variable = "{cast.ASK_VARIABLE}"
purpose = "answers to their questions"
upstream = "anthropic"

[[services.checks]]
kind = "certificate"
name = "public"
host = "{places.tls_host}"
port = {places.tls_port}
every = {seconds(600, 2)}
{_targets(places)}{_upstreams(places)}
[checks]
service = {{ every = {every}, failures = 2 }}
http = {{ every = {every} }}
postgres = {{ every = {every} }}
logs = {{ every = {every}, failures = 2 }}
telegram = {{ every = {seconds(60, 1)} }}
statuspage = {{ every = {seconds(60, 1)} }}
reach = {{ every = {seconds(60, 1)} }}

[thresholds]  # of a machine that runs a whole world in fast motion
errors_per_minute = 20.0
errors_window_seconds = {seconds(300, 12)}
http_slow_seconds = 2.5
http_timeout_seconds = 3.0
database_timeout_seconds = 3.0
database_slow_seconds = 0.7
database_blocked_seconds = {seconds(30, 3)}
database_transaction_seconds = {seconds(600, 60)}

[timings]
offer_valid = {seconds(900, 60)}
ask_valid = {seconds(300, 60)}
taps_live = {seconds(150, 60)}
observe_for = {seconds(120, 25)}
deploy_within = {seconds(1200, 90)}
back_within = {seconds(300, 60)}
start_within = {seconds(300, 45)}
watch_for = {seconds(WATCH * proof)}
health_for = {seconds(HEALTH * proof)}
regression_for = {seconds(REGRESSION * proof)}
remind_every = {seconds(300, 20)}
relapse_within = {seconds(0 if places.brief else 3600)}
start_grace = {seconds(60, 8)}
confirm_after = {seconds(1, 0.1)}
confirm_at_most = {seconds(30, MOVING)}
flaps_within = {seconds(3600, 120)}
storm_within = {seconds(60, 3)}
deaf_after = {seconds(300, 6)}
loop_within = {seconds(600, 20)}

[telegram]  # the emulator's flood limits are faster too
private_per_second = {pace.rate(1.0)}
group_per_minute = {pace.rate(18.0)}
edit_every = {seconds(2, 0.25)}

[render]
reads_per_minute = {pace.rate(300.0)}

[claude]  # play money: many nights are played in one day
dollars_a_day = 50.0
dollars_a_month = 50.0
"""


def whole_proof(pace: Pace, *, brief: bool) -> float:
    """Real seconds from the moment that it is back to the all-clear, at least."""
    return pace.real((WATCH + HEALTH + REGRESSION) * (BRIEF if brief else 1.0))


def _upstreams(places: Places) -> str:
    """What the service leans on, by the pages of the practice world."""
    pages = "".join(
        f"""
[[upstreams]]
name = "{name}"
status_page = "{places.status}/{name}/api/v2/summary.json"
"""
        for name in ("anthropic", "render", "github")
    )
    return f"""{pages}
[[upstreams]]
name = "telegram"
url = "{places.base}/telegram"
"""


def _targets(places: Places) -> str:
    """One more service each, of which only an address is known."""
    return "".join(
        f"""
[[services]]
name = "target-{n}"

[[services.checks]]
kind = "http"
name = "page"
url = "{url}"
every = {EACH_TARGET}
within = 3.0
"""
        for n, url in enumerate(places.target_urls, 1)
    )


def watchdog_environment(places: Places, inherited: Mapping[str, str]) -> dict[str, str]:
    """The settings by their real names; nothing of the developer's own environment."""
    key = cast.CLAUDE_KEY if places.asks_claude else ""
    kept = {k: v for k, v in inherited.items() if k in {"PATH", "LANG", "LC_ALL", "TZ"}}
    return {
        **kept,
        "HOME": str(places.folder),
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "TELEGRAM_BOT_TOKEN": cast.WATCHDOG_TOKEN,
        "TELEGRAM_CHAT_ID": str(cast.ON_CALL_CHAT),
        "TELEGRAM_ADMINS": str(cast.ANN.id),
        "TELEGRAM_RESPONDERS": str(cast.BEN.id),
        "TELEGRAM_API_URL": f"{places.base}/telegram",
        "RENDER_API_KEY": cast.RENDER_KEY,
        "RENDER_API_URL": f"{places.base}/render/v1",
        "GITHUB_API_URL": f"{places.base}/github",
        "GITHUB_TOKEN": cast.GITHUB_TOKEN,
        "ANTHROPIC_API_KEY": key,
        "ANTHROPIC_BASE_URL": f"{places.base}/anthropic",
        "SSL_CERT_FILE": str(places.ca_file),
        "STORE_URL": places.store_url,
        "REPORTS_DIR": str(places.reports),
        "WATCHDOG_CONFIG": str(places.config),
    }
