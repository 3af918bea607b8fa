"""Settings, read once from the environment; a wrong one stops the start with its name and an example."""

from pathlib import Path
from typing import Annotated

from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from gateway.callers.addresses import networks
from gateway.callers.origins import origin
from gateway.settings import bounds, limits, outside, rates, telemetry
from gateway.settings.bounds import BoundSettings
from gateway.settings.limits import LimitSettings
from gateway.settings.modes import DocumentMode, Environment, LogFormat
from gateway.settings.outside import OutsideError
from gateway.settings.rates import RateSettings
from gateway.settings.telemetry import TelemetrySettings
from graph.execution import Engine

_DEVELOPMENT_SECRET = "for development only; never use it where others can reach the server"
_SHORTEST_SECRET = 32
_SCHEMES = ("postgresql://", "postgres://", "postgresql+asyncpg://")

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
        "QUESTPATH_LOG": "json or text",
        "QUESTPATH_POOL": "10",
        "QUESTPATH_ENGINE": "compiled or reference",
        "QUESTPATH_DOCUMENTS": "off, log or enforce",
        "QUESTPATH_PUBLIC_URL": "https://app.example.org",
        "QUESTPATH_SMTP_URL": "smtp+starttls://user:password@mail.example.org:587",
        "QUESTPATH_MAIL_FROM": "QuestPath <no-reply@example.org>",
        "QUESTPATH_GOOGLE_CLIENT_ID": "1234567890-abc.apps.googleusercontent.com",
        "QUESTPATH_GOOGLE_CLIENT_SECRET": "what Google's console shows beside the client id",
        "QUESTPATH_GOOGLE_REDIRECT_URIS": "https://app.example.org/sign-in/google",
        "QUESTPATH_GOOGLE_ISSUER": "https://accounts.google.com",
        "DATABASE_URL": "postgresql://user:password@db.example.org/questpath",
        "REDIS_URL": "redis://redis.example.org:6379/0",
    }
    | bounds.EXAMPLES
    | limits.EXAMPLES
    | rates.EXAMPLES
    | telemetry.EXAMPLES
)
"""A valid value of each setting, for messages and for `.env.example`."""


class SettingsError(Exception):
    """A setting is wrong or missing; the message is one sentence with its name and an example."""


class Settings(BoundSettings, LimitSettings, RateSettings, TelemetrySettings, BaseSettings):
    """All settings of the gateway; nobody below it reads the environment."""

    model_config = SettingsConfigDict(env_prefix="QUESTPATH_", env_file=".env", extra="ignore")

    env: Environment = Environment.DEVELOPMENT
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65_535)
    database_url: SecretStr | None = Field(default=None, validation_alias=AliasChoices("DATABASE_URL"))
    """A Postgres address; without one, an embedded Postgres is started (development only)."""
    redis_url: SecretStr | None = Field(default=None, validation_alias=AliasChoices("REDIS_URL"))
    """A Redis address for signals and rate limits across processes; one process needs none."""
    secret: SecretStr = SecretStr(_DEVELOPMENT_SECRET)
    """At least 32 characters from which the keys for tokens are derived."""
    previous_secrets: Annotated[list[SecretStr], NoDecode] = []
    """Secrets whose keys still read tokens but sign none, for as long as one is being replaced."""
    trusted_proxies: Annotated[list[str], NoDecode] = []
    """Networks, in CIDR notation, whose X-Forwarded-For is believed."""
    origins: Annotated[list[str], NoDecode] = []
    """Web origins whose pages may ask, read answers and use the session's cookie, beside its own."""
    data: Path = Path(".data")
    """Where the embedded Postgres keeps its data."""
    log: LogFormat = LogFormat.JSON
    pool: int = Field(default=10, ge=2, le=200)
    """The largest number of connections to Postgres."""
    engine: Engine = Engine.COMPILED
    """What runs operations: compiled plans, or graphql-core."""

    documents: DocumentMode = DocumentMode.OFF
    """What becomes of documents that are not trusted: off and log run them, enforce refuses them."""

    public_url: str = "http://127.0.0.1:8000"
    """Where the web app is, for the links in mails."""
    smtp_url: SecretStr | None = None
    """The server that mails are handed to; without one they wait, or in development go into the log."""
    mail_from: str = "QuestPath <no-reply@localhost>"
    google_client_id: str | None = None
    google_client_secret: SecretStr | None = None
    google_redirect_uris: Annotated[list[str], NoDecode] = []
    """Addresses of the web and mobile apps to which Google may send people back, exactly as they are."""
    google_issuer: str = "https://accounts.google.com"

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

    @property
    def production(self) -> bool:
        """Whether the strict profile holds."""
        return self.env is Environment.PRODUCTION


def read() -> Settings:
    """Read the settings; raises SettingsError for the first one that is wrong."""
    try:
        settings = Settings()
    except ValidationError as error:
        raise SettingsError(_sentence(error)) from None
    _check(settings)
    return settings


def _check(settings: Settings) -> None:
    url = settings.database_url
    if url is not None and not url.get_secret_value().startswith(_SCHEMES):
        raise SettingsError(f"DATABASE_URL must be a Postgres address, like {EXAMPLES['DATABASE_URL']}")
    redis = settings.redis_url
    if redis is not None and not redis.get_secret_value().startswith(("redis://", "rediss://")):
        raise SettingsError(f"REDIS_URL must be a Redis address, like {EXAMPLES['REDIS_URL']}")
    try:
        outside.check(settings)
    except OutsideError as error:
        raise SettingsError(f"{error}, like {EXAMPLES[error.name]}") from None
    if not settings.production:
        return
    _check_secret("QUESTPATH_SECRET", settings.secret)
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
