"""Settings, read once from the environment; a wrong one stops the start with its name and an example."""

from enum import Enum
from pathlib import Path
from typing import Annotated

from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from graph.execution import Engine
from graph.limits import Limits

_DEVELOPMENT_SECRET = "for development only; never use it where others can reach the server"
_SHORTEST_SECRET = 32
_SCHEMES = ("postgresql://", "postgres://", "postgresql+asyncpg://")

EXAMPLES = {
    "QUESTPATH_ENV": "development or production",
    "QUESTPATH_HOST": "127.0.0.1",
    "QUESTPATH_PORT": "8000",
    "QUESTPATH_SECRET": "the output of: openssl rand -base64 48",
    "QUESTPATH_ORIGINS": "https://app.example.org,https://admin.example.org",
    "QUESTPATH_DATA": ".data",
    "QUESTPATH_LOG": "json or text",
    "QUESTPATH_POOL": "10",
    "QUESTPATH_DEADLINE_S": "10",
    "QUESTPATH_ENGINE": "compiled or reference",
    "DATABASE_URL": "postgresql://user:password@db.example.org/questpath",
    "REDIS_URL": "redis://redis.example.org:6379/0",
}
"""A valid value of each setting, for messages and for `.env.example`."""


class SettingsError(Exception):
    """A setting is wrong or missing; the message is one sentence with its name and an example."""


class Environment(Enum):
    """Where the gateway runs; production is strict, development is open."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


class LogFormat(Enum):
    """How log lines are written: for machines or for people."""

    JSON = "json"
    TEXT = "text"


class Settings(BaseSettings):
    """All settings of the gateway; nobody below it reads the environment."""

    model_config = SettingsConfigDict(env_prefix="QUESTPATH_", env_file=".env", extra="ignore")

    env: Environment = Environment.DEVELOPMENT
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65_535)
    database_url: SecretStr | None = Field(default=None, validation_alias=AliasChoices("DATABASE_URL"))
    """A Postgres address; without one, an embedded Postgres is started (development only)."""
    redis_url: SecretStr | None = Field(default=None, validation_alias=AliasChoices("REDIS_URL"))
    """A Redis address for signals between processes; one process needs none."""
    secret: SecretStr = SecretStr(_DEVELOPMENT_SECRET)
    """At least 32 characters from which the keys for tokens are derived."""
    origins: Annotated[list[str], NoDecode] = []
    """Web origins whose pages may call the API, beside its own."""
    data: Path = Path(".data")
    """Where the embedded Postgres keeps its data."""
    log: LogFormat = LogFormat.JSON
    pool: int = Field(default=10, ge=2, le=200)
    """The largest number of connections to Postgres."""
    deadline_s: float = Field(default=10.0, gt=0, le=120)
    """Seconds after which an operation is cancelled."""
    engine: Engine = Engine.COMPILED
    """What runs operations: compiled plans, or graphql-core."""

    @field_validator("origins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return (
            [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value
        )

    @property
    def production(self) -> bool:
        """Whether the strict profile holds."""
        return self.env is Environment.PRODUCTION

    @property
    def limits(self) -> Limits:
        """How large a document may be."""
        return Limits()


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
    if not settings.production:
        return
    secret = settings.secret.get_secret_value()
    if secret == _DEVELOPMENT_SECRET or len(secret) < _SHORTEST_SECRET:
        raise SettingsError(
            f"QUESTPATH_SECRET must be set to at least {_SHORTEST_SECRET} characters in production, "
            f"like {EXAMPLES['QUESTPATH_SECRET']}"
        )
    if url is None:
        raise SettingsError(f"DATABASE_URL must be set in production, like {EXAMPLES['DATABASE_URL']}")


def _sentence(error: ValidationError) -> str:
    problem = error.errors()[0]
    place = str(problem["loc"][0])
    name = place if place.isupper() else f"QUESTPATH_{place.upper()}"
    return f"{name} is wrong ({problem['msg'].rstrip('.')}); a valid value is {EXAMPLES.get(name, 'in .env.example')}"
