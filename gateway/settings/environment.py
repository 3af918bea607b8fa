"""Settings, read once from the environment. A wrong one stops the start with its name and an example."""

from typing import Annotated

from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from domain.uploads.uploads import UploadLimits
from gateway.callers.client_addresses import networks
from gateway.callers.origins import origin
from gateway.settings import (
    addresses,
    ai,
    backups,
    chaos,
    connection_bounds,
    database,
    files,
    google,
    integrations,
    logs,
    mail,
    operation_limits,
    overload,
    rate_limits,
    sessions,
    telemetry,
    unknown_names,
    vault,
)
from gateway.settings.ai import AiSettings
from gateway.settings.backups import BackupSettings
from gateway.settings.chaos import ChaosSettings
from gateway.settings.connection_bounds import ConnectionBoundSettings
from gateway.settings.database import DatabaseSettings
from gateway.settings.files import FileSettings, limits_of
from gateway.settings.google import GoogleSettings
from gateway.settings.integrations import IntegrationError
from gateway.settings.logs import LogSettings
from gateway.settings.mail import MailSettings
from gateway.settings.modes import DocumentMode, Environment
from gateway.settings.operation_limits import LimitSettings
from gateway.settings.overload import OverloadSettings
from gateway.settings.rate_limits import RateSettings
from gateway.settings.secret_files import SecretError
from gateway.settings.sessions import SessionSettings
from gateway.settings.telemetry import TelemetrySettings
from gateway.settings.vault import VaultSettings
from gateway.settings.vault_secrets import KeptSecretSettings
from graph.execution.executor import Engine

_DEVELOPMENT_SECRET = "for development only; never use it where others can reach the server"
_SHORTEST_SECRET = 32

EXAMPLES = (
    {
        "QUESTPATH_ENV": "development or production",
        "QUESTPATH_HOST": "127.0.0.1",
        "QUESTPATH_PORT": "8000",
        "QUESTPATH_SECRET": "the output of: openssl rand -base64 48",
        "QUESTPATH_PREVIOUS_SECRETS": "the secret that the present one replaced; several separated by commas",
        "QUESTPATH_TRUSTED_PROXIES": "10.0.0.0/8,192.0.2.7/32",
        "QUESTPATH_ORIGINS": "https://app.example.org,https://admin.example.org",
        "QUESTPATH_DATA": ".data",
        "QUESTPATH_WORKER_CONCURRENCY": "10",
        "QUESTPATH_ENGINE": "compiled or reference",
        "QUESTPATH_DOCUMENTS": "off, log or enforce",
        "QUESTPATH_PUBLIC_URL": "https://app.example.org",
        "QUESTPATH_API_URL": "https://api.example.org",
        "QUESTPATH_SMTP_URL": "smtp+starttls://user:password@mail.example.org:587",
        "QUESTPATH_MAIL_FROM": "QuestPath <no-reply@example.org>",
        "REDIS_URL": "redis://redis.example.org:6379/0",
    }
    | ai.EXAMPLES
    | backups.EXAMPLES
    | chaos.EXAMPLES
    | connection_bounds.EXAMPLES
    | database.EXAMPLES
    | files.EXAMPLES
    | google.EXAMPLES
    | logs.EXAMPLES
    | mail.EXAMPLES
    | operation_limits.EXAMPLES
    | overload.EXAMPLES
    | rate_limits.EXAMPLES
    | sessions.EXAMPLES
    | telemetry.EXAMPLES
    | vault.EXAMPLES
)
"""A valid value of each setting, for messages and for `.env.example`."""


class SettingsError(Exception):
    """A setting is wrong or missing; the message is one sentence with its name and an example."""


class Settings(
    AiSettings,
    BackupSettings,
    ChaosSettings,
    ConnectionBoundSettings,
    DatabaseSettings,
    FileSettings,
    GoogleSettings,
    LimitSettings,
    LogSettings,
    MailSettings,
    OverloadSettings,
    RateSettings,
    KeptSecretSettings,
    SessionSettings,
    TelemetrySettings,
    VaultSettings,
    BaseSettings,
):
    """All settings of the gateway."""

    model_config = SettingsConfigDict(env_prefix="QUESTPATH_", env_file=".env", extra="ignore")

    env: Environment = Environment.DEVELOPMENT
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65_535)
    redis_url: SecretStr | None = Field(default=None, validation_alias=AliasChoices("REDIS_URL"))
    """A Redis address for signals and rate limits across processes; one process needs none."""
    secret: SecretStr = SecretStr(_DEVELOPMENT_SECRET)
    """At least 32 characters from which the keys for tokens are derived."""
    previous_secrets: Annotated[list[SecretStr], NoDecode] = []
    """Earlier secrets: their keys still verify tokens but sign none, while a secret is being replaced."""
    trusted_proxies: Annotated[list[str], NoDecode] = []
    """Networks, in CIDR notation, whose X-Forwarded-For is trusted."""
    origins: Annotated[list[str], NoDecode] = []
    """Web origins, beside the gateway's own, whose pages may send requests, read responses and use the cookie.

    Development allows localhost and 127.0.0.1 on every port, too.
    """
    worker_concurrency: int = Field(default=10, ge=2, le=200)
    """How many jobs a worker runs at once; it has so many connections of its own, and two."""
    engine: Engine = Engine.COMPILED
    """What runs operations: compiled plans, or graphql-core."""

    documents: DocumentMode = DocumentMode.OFF
    """What happens to documents that are not trusted: off and log run them, enforce refuses them."""

    public_url: str = ""
    """The address of the web app, for links in mails; by default this machine at the port of the gateway."""
    api_url: str | None = None
    """The address of this gateway, for the links in mails that end them; by default that of the web app."""
    smtp_url: SecretStr | None = None
    """The mail server; without one mails wait, or in development go to the log."""
    mail_from: str = "QuestPath <no-reply@localhost>"

    @field_validator("origins")
    @classmethod
    def _origins(cls, value: list[str]) -> list[str]:
        return [origin(each) for each in value]

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: list[str]) -> list[str]:
        networks(value)
        return value

    @field_validator("origins", "previous_secrets", "trusted_proxies", "google_redirect_uris", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return (
            [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value
        )

    @model_validator(mode="after")
    def _links_lead_here(self) -> "Settings":
        if not self.public_url:
            self.public_url = f"http://localhost:{self.port}"
        return self

    @property
    def upload_limits(self) -> UploadLimits:
        """The limits of uploads."""
        return limits_of(self.upload_bytes, self.upload_quota_bytes)

    @property
    def production(self) -> bool:
        """Whether the strict profile applies."""
        return self.env is Environment.PRODUCTION


def read() -> Settings:
    """Read the settings; raises SettingsError for the first one that is unknown or wrong."""
    unknown = unknown_names.first(Settings)
    if unknown is not None:
        raise SettingsError(unknown)
    try:
        settings = Settings()
    except SecretError as error:
        raise SettingsError(str(error)) from None
    except IntegrationError as error:
        raise SettingsError(f"{error}, like {EXAMPLES[error.name]}") from None
    except ValidationError as error:
        raise SettingsError(_sentence(error)) from None
    _check(settings)
    if settings.production and settings.chaos:
        raise SettingsError("QUESTPATH_CHAOS is refused in production, where nothing fails on purpose")
    return settings


def _check(settings: Settings) -> None:
    url = settings.database_url
    if settings.lock_wait_s is not None and settings.lock_wait_s >= settings.statement_deadline_s:
        raise SettingsError(
            "QUESTPATH_LOCK_WAIT_S must be less than QUESTPATH_STATEMENT_DEADLINE_S, "
            f"like {EXAMPLES['QUESTPATH_LOCK_WAIT_S']}"
        )
    try:
        addresses.check(settings.database_url, settings.database_direct_url, settings.redis_url)
        integrations.check(settings)
        ai.check(settings, production=settings.production)
        vault.check(settings, production=settings.production)
        database.check(settings, shared=settings.redis_url is not None or not settings.production)
    except IntegrationError as error:
        raise SettingsError(f"{error}, like {EXAMPLES[error.name]}") from None
    if not settings.production:
        return
    _check_secret("QUESTPATH_SECRET", settings.secret)
    if settings.mail_secret is not None:
        _check_secret("QUESTPATH_MAIL_SECRET", settings.mail_secret)
    for previous in settings.previous_secrets:
        _check_secret("QUESTPATH_PREVIOUS_SECRETS", previous)
    if url is None:
        raise SettingsError(f"DATABASE_URL must be set in production, like {EXAMPLES['DATABASE_URL']}")
    if not settings.hosts:
        raise SettingsError(f"QUESTPATH_HOSTS must be set in production, like {EXAMPLES['QUESTPATH_HOSTS']}")


def _check_secret(name: str, given: SecretStr) -> None:
    secret = given.get_secret_value()
    if secret == _DEVELOPMENT_SECRET or len(secret) < _SHORTEST_SECRET:
        raise SettingsError(
            f"{name} must be set to at least {_SHORTEST_SECRET} characters in production, like {EXAMPLES[name]}"
        )


def _sentence(error: ValidationError) -> str:
    problem = error.errors()[0]
    place = str(problem["loc"][0])
    name = place if place.isupper() else f"QUESTPATH_{place.upper()}"
    return f"{name} is wrong ({problem['msg'].rstrip('.')}); a valid value is {EXAMPLES.get(name, 'in .env.example')}"
