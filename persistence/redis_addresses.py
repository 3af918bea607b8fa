"""Redis addresses: of one server, of the sentinels that know which server is the primary, or of nodes of a cluster."""

from enum import Enum
from typing import NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

_REDIS_PORT, _SENTINEL_PORT = 6379, 26379


class Arrangement(Enum):
    """How the servers of an address belong together; the value is what its scheme ends with."""

    ONE = ""
    SENTINELS = "+sentinel"
    CLUSTER = "+cluster"


class RedisAddress(NamedTuple):
    """An address of Redis; `service` is what sentinels call the primary."""

    arrangement: Arrangement
    hosts: list[tuple[str, int]]
    is_encrypted: bool
    username: str | None
    password: str | None
    sentinel_password: str | None
    service: str
    database: int


def parsed(url: str) -> RedisAddress:
    """Take an address apart; raises ValueError where it is none.

    `redis://[user:password@]host:port/database` is one server,
    `redis+sentinel://[user:password@]host:port,host:port/service/database?sentinel_password=...` names sentinels, and
    `redis+cluster://[user:password@]host:port,host:port` nodes of a cluster. With `rediss` in place of `redis` all
    connections are encrypted. The user and the password are those of the servers, not of the sentinels.
    """
    parts = urlsplit(url)
    protocol, plus, kind = parts.scheme.partition("+")
    if protocol not in {"redis", "rediss"}:
        raise ValueError(f"{parts.scheme} is no scheme of Redis")
    arrangement = Arrangement(plus + kind)
    account, _, listed = parts.netloc.rpartition("@")
    username, _, password = account.partition(":")
    port = _SENTINEL_PORT if arrangement is Arrangement.SENTINELS else _REDIS_PORT
    path = [part for part in parts.path.split("/") if part]
    if arrangement is Arrangement.SENTINELS and not path:
        raise ValueError("sentinels need the name of the service")
    service = path.pop(0) if arrangement is Arrangement.SENTINELS else ""
    if arrangement is Arrangement.CLUSTER and path not in ([], ["0"]):
        raise ValueError("a cluster has the database 0 only")
    (sentinel_password,) = parse_qs(parts.query).get("sentinel_password", [None])
    return RedisAddress(
        arrangement,
        [_host(each, port) for each in listed.split(",")],
        protocol == "rediss",
        unquote(username) or None,
        unquote(password) or None,
        sentinel_password,
        service,
        int(path[0]) if path else 0,
    )


def _host(text: str, usual_port: int) -> tuple[str, int]:
    parts = urlsplit(f"//{text}")
    if not parts.hostname or parts.port == 0:
        raise ValueError(f"{text} is no host")
    return parts.hostname, parts.port or usual_port
