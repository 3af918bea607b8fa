"""Addresses of servers in settings: whether they can be taken apart."""

from urllib.parse import urlsplit

from pydantic import SecretStr

from gateway.settings.integrations import IntegrationError
from persistence import redis_addresses

_POSTGRES = ("postgresql://", "postgres://", "postgresql+asyncpg://")


def is_postgres(address: str) -> bool:
    """Tell whether this is an address of Postgres, which may name several hosts, separated by commas."""
    return address.startswith(_POSTGRES) and _has_hosts(address)


def is_redis(address: str) -> bool:
    """Tell whether this is an address of Redis, of its sentinels, or of nodes of a cluster."""
    try:
        redis_addresses.parsed(address)
    except ValueError:
        return False
    return True


def check(url: SecretStr | None, direct_url: SecretStr | None, redis_url: SecretStr | None) -> None:
    """Check the addresses of Postgres, of the one behind a pooler and of Redis; raises IntegrationError."""
    for name, given in (("DATABASE_URL", url), ("DATABASE_DIRECT_URL", direct_url)):
        if given is not None and not is_postgres(given.get_secret_value()):
            raise IntegrationError(name, "must be a Postgres address")
    if direct_url is not None and url is None:
        raise IntegrationError("DATABASE_URL", "must be set beside DATABASE_DIRECT_URL")
    if redis_url is not None and not is_redis(redis_url.get_secret_value()):
        raise IntegrationError("REDIS_URL", "must be a Redis address")


def _has_hosts(address: str) -> bool:
    """Tell whether every host of an address has a port that may be one, or none."""
    try:
        parts = urlsplit(address)
        account, at, hosts = parts.netloc.rpartition("@")
        return all(parts._replace(netloc=f"{account}{at}{host}").port != 0 for host in hosts.split(","))
    except ValueError:
        return False
