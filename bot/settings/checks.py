"""What one check is told: how often it looks, what it expects, and how bad its failure is."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from bot.domain.severity import Severity
from bot.settings.values import check_name, ping_token, web_address

MINUTE, HOUR = 60.0, 3600.0


class Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CheckConfig(Strict):
    """How often one kind of check looks (seconds), and how many looks in a row are believed."""

    every: float = Field(30.0, gt=0)
    failures: int = Field(3, ge=1, le=100)
    passes: int = Field(2, ge=1, le=100)


class SureCheckConfig(CheckConfig):
    """Of a check that reads what others have written down: it errs less."""

    failures: int = Field(2, ge=1, le=100)


class SlowCheckConfig(SureCheckConfig):
    every: float = Field(MINUTE, gt=0)


class RareCheckConfig(CheckConfig):
    """Of a look that costs something: one of its failures is confirmed by one more."""

    every: float = Field(15 * MINUTE, gt=0)
    failures: int = Field(2, ge=1, le=100)
    passes: int = Field(1, ge=1, le=100)


class CertificateCheckConfig(RareCheckConfig):
    every: float = Field(6 * HOUR, gt=0)


class BeatCheckConfig(CheckConfig):
    """Its lateness is its own patience."""

    failures: int = Field(1, ge=1, le=100)
    passes: int = Field(1, ge=1, le=100)


class ChecksConfig(Strict):
    """By kind; a check of a service's own may say otherwise."""

    service: SureCheckConfig = SureCheckConfig()
    http: CheckConfig = CheckConfig()
    postgres: CheckConfig = CheckConfig()
    logs: SureCheckConfig = SureCheckConfig()
    telegram: SlowCheckConfig = SlowCheckConfig()
    certificate: CertificateCheckConfig = CertificateCheckConfig()
    sql: SlowCheckConfig = SlowCheckConfig()
    job: RareCheckConfig = RareCheckConfig()
    heartbeat: BeatCheckConfig = BeatCheckConfig()
    statuspage: SlowCheckConfig = SlowCheckConfig()
    reach: SlowCheckConfig = SlowCheckConfig()


class OwnCheck(Strict):
    """One more check of a service. What is not given is as for its kind."""

    name: str = Field(min_length=1, max_length=30)
    every: float | None = Field(None, gt=0)
    failures: int | None = Field(None, ge=1, le=100)
    passes: int | None = Field(None, ge=1, le=100)
    severity: Severity | None = None
    within: float = Field(10.0, gt=0)

    _name = field_validator("name")(check_name)


class OwnHttp(OwnCheck):
    kind: Literal["http"]
    url: str = Field(min_length=1)
    status: tuple[int, int] = (200, 399)
    slow: float = Field(5.0, gt=0)
    headers: dict[str, SecretStr] = Field(default_factory=dict)
    contains: str = ""
    lacks: str = ""
    json_path: str = ""
    equals: str = ""
    header: str = ""
    header_equals: str = ""

    _address = field_validator("url")(web_address)

    @field_validator("status")
    @classmethod
    def is_a_range(cls, status: tuple[int, int]) -> tuple[int, int]:
        if not 100 <= status[0] <= status[1] <= 599:  # noqa: PLR2004 - RFC 9110
            raise ValueError("must be the lowest and the highest good status, as [200, 299]")
        return status


class OwnCertificate(OwnCheck):
    kind: Literal["certificate"]
    host: str = Field(min_length=1)
    port: int = Field(443, ge=1, le=65535)
    days: float = Field(14.0, gt=0)


class OwnSql(OwnCheck):
    kind: Literal["sql"]
    query: str = Field(min_length=1)
    equals: str = ""
    at_least: float | None = None
    at_most: float | None = None
    within: float = Field(5.0, gt=0)


class OwnJob(OwnCheck):
    kind: Literal["job"]
    command: str = Field(min_length=1)
    within: float = Field(120.0, gt=0)


class OwnHeartbeat(OwnCheck):
    """A sign of life: a time that a query finds, or a ping to an address with a token."""

    kind: Literal["heartbeat"]
    expected_every: float = Field(gt=0)
    grace: float = Field(60.0, ge=0)
    query: str = ""
    token: SecretStr = SecretStr("")

    _token = field_validator("token")(ping_token)

    @model_validator(mode="after")
    def comes_from_somewhere(self) -> OwnHeartbeat:
        if bool(self.query) == bool(self.token.get_secret_value()):
            raise ValueError("takes either a query or a token")
        return self


Own = Annotated[
    OwnHttp | OwnCertificate | OwnSql | OwnJob | OwnHeartbeat, Field(discriminator="kind")
]


class Upstream(Strict):
    """Something of others that services lean on: by its status page, or by an answer of it."""

    name: str = Field(min_length=1, max_length=20)
    status_page: str = ""
    url: str = ""
    components: tuple[str, ...] = ()

    _addresses = field_validator("status_page", "url")(web_address)

    @model_validator(mode="after")
    def is_watched(self) -> Upstream:
        if not (self.status_page or self.url):
            raise ValueError("names nothing to look at: give it status_page or url")
        return self


# The pages as their owners publish them, of the kind Statuspage v2.
UPSTREAMS = (
    Upstream(name="anthropic", status_page="https://status.claude.com"),
    Upstream(name="render", status_page="https://status.render.com"),
    Upstream(name="github", status_page="https://www.githubstatus.com"),
    Upstream(name="telegram", url="https://api.telegram.org"),
)
