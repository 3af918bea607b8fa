"""Addresses of servers in settings: whether they can be taken apart."""

from urllib.parse import urlsplit

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


def _has_hosts(address: str) -> bool:
    """Tell whether every host of an address has a port that may be one, or none."""
    try:
        parts = urlsplit(address)
        account, at, hosts = parts.netloc.rpartition("@")
        return all(parts._replace(netloc=f"{account}{at}{host}").port != 0 for host in hosts.split(","))
    except ValueError:
        return False
