"""Connection bounds: limits of size, time and number for connections; durations are seconds."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode

ANY_HOST = "*"
MOST_HEADERS = 100
HEADER_BYTES = 16 * 1024
TARGET_BYTES = 8 * 1024
QUERY_BYTES = 16 * 1024
"""The limit of a GET's query string; for other methods it counts as part of the target."""
HEAD_BYTES = TARGET_BYTES + QUERY_BYTES + HEADER_BYTES
BODY_BYTES = 2 * 1024 * 1024
"""How much of a body is read, chunks and trailers included; the application has lower limits."""
UPLOADS = b"/uploads/"
"""The paths whose bodies may have `upload_bytes`, for as long as some of it arrives every `body_s` seconds."""
MOST_CHUNKS = 4_096
BYTES_OF_A_CHUNK = 512
"""How many bytes the pieces of an upload have on average at least."""
MOST_PIPELINED = 16
MOST_FRAGMENTS = 1_000

EXAMPLES = {
    "QUESTPATH_HOSTS": "api.example.org,api.internal",
    "QUESTPATH_HEAD_S": "10",
    "QUESTPATH_BODY_S": "30",
    "QUESTPATH_WRITE_S": "20",
    "QUESTPATH_KEEP_ALIVE_S": "75",
    "QUESTPATH_CONNECTION_REQUESTS": "50000",
    "QUESTPATH_CONNECTIONS": "10000",
    "QUESTPATH_CONNECTIONS_PER_ADDRESS": "1000",
    "QUESTPATH_SOCKETS_PER_ADDRESS": "500",
    "QUESTPATH_SOCKETS_PER_USER": "50",
    "QUESTPATH_SOCKET_MESSAGE_BYTES": "262144",
    "QUESTPATH_DRAIN_GRACE_S": "1",
    "QUESTPATH_DRAIN_S": "20",
    "QUESTPATH_UPLOAD_BYTES": "100000000",
}
"""A valid value of each setting."""


@dataclass(slots=True, frozen=True)
class ConnectionBounds:
    """The limits of one process's connections; empty `hosts` allow any."""

    hosts: frozenset[bytes] = frozenset()
    head_s: int = 10
    body_s: int = 30
    write_s: int = 20
    keep_alive_s: int = 75
    connection_requests: int = 50_000
    connections: int = 10_000
    connections_per_address: int = 1_000
    socket_message_bytes: int = 256 * 1024
    drain_grace_s: float = 0.0
    drain_s: float = 20.0
    upload_bytes: int = 100_000_000


class ConnectionBoundSettings(BaseSettings):
    """Settings of connections and of the graceful shutdown."""

    hosts: Annotated[list[str], NoDecode] = []
    """Host names that requests may use, without ports; `*` allows any, as development does anyway."""
    head_s: int = Field(default=10, ge=1, le=120)
    """Seconds within which the head of a request has to arrive, and the first byte of a new connection."""
    body_s: int = Field(default=30, ge=1, le=600)
    """Seconds within which the body has to arrive."""
    write_s: int = Field(default=20, ge=1, le=600)
    """Seconds after which a client that reads next to nothing is disconnected."""
    keep_alive_s: int = Field(default=75, ge=5, le=600)
    """Seconds for which a connection waits for the next request; set more than the proxy in front."""
    connection_requests: int = Field(default=50_000, ge=1)
    """Requests after which a connection is closed."""
    connections: int = Field(default=10_000, ge=10)
    connections_per_address: int = Field(default=1_000, ge=1)
    """Trusted proxies have no such limit."""
    sockets_per_address: int = Field(default=500, ge=1)
    """Websockets of one client's address, also behind proxies."""
    sockets_per_user: int = Field(default=50, ge=1)
    socket_message_bytes: int = Field(default=256 * 1024, ge=1024, le=16 * 1024 * 1024)
    drain_grace_s: float = Field(default=1.0, ge=0, le=60)
    """Seconds after SIGTERM in which connections are still accepted, so that load balancers notice first."""
    drain_s: float = Field(default=20.0, ge=1, le=600)
    """Seconds after that until the rest is aborted."""

    upload_bytes: int = Field(default=100_000_000, ge=1_000_000, le=2_000_000_000)
    """How many bytes a file may have that an author uploads."""

    @field_validator("hosts", mode="before")
    @classmethod
    def _names(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        names = [name.strip().lower() for name in value.split(",") if name.strip()]
        if any("/" in name for name in names):
            raise ValueError("a host is a name without scheme and path")
        return names

    @property
    def bounds(self) -> ConnectionBounds:
        """The bounds of this process's connections."""
        return ConnectionBounds(
            hosts=frozenset() if ANY_HOST in self.hosts else frozenset(name.encode() for name in self.hosts),
            head_s=self.head_s,
            body_s=self.body_s,
            write_s=self.write_s,
            keep_alive_s=self.keep_alive_s,
            connection_requests=self.connection_requests,
            connections=self.connections,
            connections_per_address=self.connections_per_address,
            socket_message_bytes=self.socket_message_bytes,
            drain_grace_s=self.drain_grace_s,
            drain_s=self.drain_s,
            upload_bytes=self.upload_bytes,
        )
