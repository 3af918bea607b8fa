"""Client apps: name and version of the app, from the headers that Apollo's and other clients send."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

APOLLO, GRAPHQL = b"apollographql-client-name", b"graphql-client-name"
"""The headers that name a client."""
_NAMES = (APOLLO.decode(), GRAPHQL.decode())
_VERSIONS = ("apollographql-client-version", "graphql-client-version")
_WELL_FORMED = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._:@/+()-]{0,63}")


class ClientApp(NamedTuple):
    """An app and its version; empty where unknown."""

    name: str = ""
    version: str = ""


UNKNOWN = ClientApp()
_NAMED_BYTES = tuple(
    (name.encode(), version.encode()) for name, version in zip(_NAMES, _VERSIONS, strict=True)
)


def client_of(headers: Mapping[bytes, bytes]) -> ClientApp:
    """Return the client that an HTTP request or a websocket handshake names; malformed parts are left empty."""
    for name, version in _NAMED_BYTES:
        if name in headers:
            return _read(headers[name].decode("latin-1"), headers.get(version, b"").decode("latin-1"))
    return UNKNOWN


def client_in(payload: Mapping[str, Any], otherwise: ClientApp = UNKNOWN) -> ClientApp:
    """Return the client that a `connection_init` names in its payload: browsers cannot set headers on a websocket."""
    for name, version in zip(_NAMES, _VERSIONS, strict=True):
        if name in payload:
            return _read(payload[name], payload.get(version))
    return otherwise


def _read(name: Any, version: Any) -> ClientApp:
    return ClientApp(_checked(name), _checked(version))


def _checked(text: Any) -> str:
    return text if isinstance(text, str) and _WELL_FORMED.fullmatch(text) else ""
