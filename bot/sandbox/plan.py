"""What the watchdog of the practice world is told: settings as anywhere, in fast motion."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.sandbox import cast
from bot.sandbox.pace import Pace

MOVING = 0.5  # real seconds: no check looks more often than that


@dataclass(frozen=True)
class Places:
    """Where everything of one practice world is."""

    folder: Path
    base: str
    service_id: str
    postgres_id: str
    database_url: str
    store_url: str

    @property
    def config(self) -> Path:
        return self.folder / "watchdog.toml"

    @property
    def reports(self) -> Path:
        return self.folder / "reports"


def watchdog_toml(places: Places, pace: Pace) -> str:
    """Every length of time divided by the speed, but never below what real processes need."""

    def seconds(world: float, least: float = 0.0) -> str:
        return f"{max(pace.real(world), least):.3f}"

    every = seconds(30, MOVING)
    return f"""
[[services]]
name = "{cast.SERVICE}"
render_service_id = "{places.service_id}"
render_postgres_id = "{places.postgres_id}"
database_url = "{places.database_url}"
health_url = "{places.base}/edge/{cast.SERVICE}/healthz"

[checks]
service = {{ every = {every}, failures = 2 }}
http = {{ every = {every} }}
postgres = {{ every = {every} }}
logs = {{ every = {every}, failures = 2 }}

[thresholds]  # of a machine that runs a whole world in fast motion
errors_per_minute = 20.0
errors_window_seconds = {seconds(300, 12)}
http_slow_seconds = 10.0
database_slow_seconds = 5.0

[timings]
offer_valid = {seconds(900, 60)}
ask_valid = {seconds(300, 60)}
observe_for = {seconds(120, 25)}
deploy_within = {seconds(1200, 90)}
back_within = {seconds(300, 60)}
start_within = {seconds(300, 45)}
watch_for = {seconds(120)}
health_for = {seconds(300)}
regression_for = {seconds(900)}
remind_every = {seconds(300, 20)}
relapse_within = {seconds(3600)}

[telegram]  # the emulator's flood limits are faster too
private_per_second = {pace.rate(1.0)}
group_per_minute = {pace.rate(18.0)}
edit_every = {seconds(2, 0.25)}

[render]
reads_per_minute = {pace.rate(300.0)}
"""


def watchdog_environment(places: Places, inherited: Mapping[str, str]) -> dict[str, str]:
    """The settings by their real names; nothing of the developer's own environment."""
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
        "STORE_URL": places.store_url,
        "REPORTS_DIR": str(places.reports),
        "WATCHDOG_CONFIG": str(places.config),
    }
