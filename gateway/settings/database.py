"""Settings of the connections to Postgres, and of what is kept of it in memory."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AliasChoices, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode

from gateway.settings.integrations import IntegrationError
from persistence.connection_pool import USUAL
from persistence.connection_settings import Address
from persistence.pooling.connection_lifetimes import CHECK_AFTER_S, LONGEST_IDLE_S, LONGEST_LIFE_S, Lifetimes
from persistence.replicas.read_replicas import LATE_S
from persistence.replicas.replicated_postgres import name_of
from resolvers.public_nodes import MOST_VALUES

EXAMPLES = {
    "DATABASE_URL": "postgresql://user:password@db.example.org/questpath",
    "DATABASE_DIRECT_URL": "postgresql://user:password@db.example.org:5432/questpath",
    "QUESTPATH_PREPARED_STATEMENTS": "on or off",
    "QUESTPATH_POOL": "10",
    "QUESTPATH_POOL_USUAL": "4",
    "QUESTPATH_CONNECTION_LIFE_S": "1800",
    "QUESTPATH_CONNECTION_IDLE_S": "300",
    "QUESTPATH_CONNECTION_CHECK_S": "30",
    "QUESTPATH_POOL_SHARE": "0.5",
    "QUESTPATH_LOCK_WAIT_S": "2",
    "QUESTPATH_NODE_CACHE_VALUES": "400000",
    "QUESTPATH_REPLICA_LATE_S": "1",
    "DATABASE_REPLICA_URLS": "postgresql://user:password@replica-a.example.org/questpath,"
    "postgresql://user:password@replica-b.example.org/questpath",
}
"""A valid value of each setting."""
_SCHEMES = ("postgresql", "postgres", "postgresql+asyncpg")


class DatabaseSettings(BaseSettings):
    """Where Postgres and its read replicas are, the connections and how long they are kept, and what memory keeps."""

    database_replica_urls: Annotated[list[SecretStr], NoDecode] = Field(
        default=[], validation_alias=AliasChoices("DATABASE_REPLICA_URLS")
    )
    """The addresses of read replicas, each of one server; queries read them while they are recent enough."""
    replica_late_s: float = Field(default=LATE_S, ge=0.2, le=60)
    """Seconds by which a replica may be late and still be read; so late may what is withdrawn be seen."""
    database_url: SecretStr | None = Field(default=None, validation_alias=AliasChoices("DATABASE_URL"))
    """A Postgres address; without one, an embedded Postgres starts (development only)."""
    database_direct_url: SecretStr | None = Field(
        default=None, validation_alias=AliasChoices("DATABASE_DIRECT_URL")
    )
    """The address of Postgres itself, where DATABASE_URL is that of PgBouncer in transaction mode."""
    prepared_statements: bool = True
    """Whether statements are prepared once for a connection; off behind a PgBouncer that does not follow them."""
    pool: int = Field(default=10, ge=2, le=200)
    """The largest number of connections to Postgres, beside one for health checks."""
    pool_usual: int = Field(default=USUAL, ge=1, le=200)
    """How many of them are lent at once while nothing waits for longer than 50 ms."""
    connection_life_s: float = Field(default=LONGEST_LIFE_S, ge=10, le=86_400)
    """A connection that is older than so many seconds is closed after its use."""
    connection_idle_s: float = Field(default=LONGEST_IDLE_S, ge=1, le=86_400)
    """A connection beyond the usual ones that is idle for so many seconds is closed."""
    connection_check_s: float = Field(default=CHECK_AFTER_S, ge=1, le=86_400)
    """A connection that was idle for so many seconds is checked before it is lent."""
    pool_share: float = Field(default=0.5, ge=0.1, le=1)
    """The part of them that statements on one table may hold; 1 is all of them."""
    lock_wait_s: float | None = Field(default=None, gt=0, le=120)
    """Seconds for which a statement waits for a lock; two fifths of its deadline where this is not set."""
    node_cache_values: int = Field(default=MOST_VALUES, ge=0, le=100_000_000)
    """How many values of nodes of public roadmaps a process keeps, about 100 bytes each; 0 keeps none."""

    @property
    def lifetimes(self) -> Lifetimes:
        """How long connections are kept."""
        return Lifetimes(self.connection_idle_s, self.connection_life_s, self.connection_check_s)

    def pool_address(self, direct_url: str) -> Address:
        """Return where pools connect to: to the pooler where there is one, else to Postgres itself."""
        if self.database_direct_url is None or self.database_url is None:
            return Address(direct_url, prepares=self.prepared_statements)
        url = self.database_url.get_secret_value()
        return Address(url, is_pooler=True, prepares=self.prepared_statements)

    @field_validator("database_replica_urls", mode="before")
    @classmethod
    def _apart(cls, value: object) -> object:
        return (
            [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value
        )

    @field_validator("database_replica_urls")
    @classmethod
    def _of_one_server_each(cls, value: list[SecretStr]) -> list[SecretStr]:
        addresses = [each.get_secret_value() for each in value]
        if not all(map(_is_address, addresses)):
            raise ValueError("each must be a Postgres address of one server")
        if len(set(map(name_of, addresses))) < len(addresses):
            raise ValueError("two of them are one server")
        return value


def check(settings: DatabaseSettings, *, shared: bool) -> None:
    """Check that processes can tell each other who has written where there are replicas; raises IntegrationError."""
    if settings.database_replica_urls and not shared:
        raise IntegrationError("REDIS_URL", "must be set in production with DATABASE_REPLICA_URLS")


def _is_address(address: str) -> bool:
    try:
        parts = urlsplit(address)
        return parts.scheme in _SCHEMES and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
