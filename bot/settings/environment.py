"""The environment and .env."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.settings.values import (
    POSTGRES,
    SQLITE,
    long_token,
    of_people,
    owner_and_name,
    postgres_url,
    telegram_token,
    web_address,
    webhook_secret,
)

Ids = Annotated[frozenset[int], NoDecode]


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
    render_instance_id: str = ""
    watched_service_id: str = ""
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
    runbooks_dir: Path | None = None
    watchdog_config: Path | None = None
    http_port: int | None = Field(None, ge=1, le=65535)
    alert_token: SecretStr = SecretStr("")
    metrics_token: SecretStr = SecretStr("")
    render_webhook_secret: SecretStr = SecretStr("")

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

    @field_validator("telegram_api_url", "render_api_url", "anthropic_base_url", "github_api_url")
    @classmethod
    def is_a_base(cls, value: str) -> str:
        return web_address(value).rstrip("/")

    _token = field_validator("telegram_bot_token", "watched_bot_token")(telegram_token)
    _address = field_validator("watched_health_url")(web_address)
    _database = field_validator("watched_database_url")(postgres_url)
    _repository = field_validator("github_repository")(owner_and_name)
    _long = field_validator("alert_token", "metrics_token")(long_token)
    _secret = field_validator("render_webhook_secret")(webhook_secret)

    @field_validator("store_url")
    @classmethod
    def is_a_store(cls, value: SecretStr) -> SecretStr:
        url = value.get_secret_value()
        if not url.startswith(SQLITE + POSTGRES):
            raise ValueError("must begin with sqlite:/// or postgresql://")
        return value

    @property
    def service_id(self) -> str:
        """The watched service's id on Render.

        Render sets RENDER_SERVICE_ID in every service to that service's own id (its docs,
        environment variables), so running there it may name the watchdog itself: an instance's id
        begins with its service's. Nobody wants to be offered a restart of the watchdog.
        """
        ours = self.render_instance_id.startswith(f"{self.render_service_id}-")
        return self.watched_service_id or ("" if ours else self.render_service_id)
