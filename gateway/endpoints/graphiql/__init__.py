"""GraphiQL: the playground's page and assets from our own files, under a strict Content-Security-Policy."""

import hashlib
from functools import cache
from pathlib import Path

CSP = (
    "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; connect-src 'self'; "
    "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""The page's policy: `CSP.format(nonce=...)` with a nonce that no other response has."""

_HERE = Path(__file__).parent
_ASSETS = {
    "graphiql.js": "text/javascript; charset=utf-8",
    "graphiql.css": "text/css; charset=utf-8",
    "LICENSES.txt": "text/plain; charset=utf-8",
}


@cache
def _file(name: str) -> bytes:
    return (_HERE / name).read_bytes()


@cache
def _template() -> str:
    """Return the page with all but the nonce filled in."""
    version = hashlib.sha256(_file("graphiql.js") + _file("graphiql.css")).hexdigest()[:16]
    return _file("page.html").decode().replace("{version}", version)


def page(nonce: str, settings: str) -> bytes:
    """Return the page, for `/graphql`; it asks for its assets at `/graphiql/<name>?v=<hash of both>`.

    `settings` is JSON for the page's script: the demo accounts and the address of the start page.
    """
    safe = settings.replace("<", "\\u003c")  # so that no text in it ends the script element
    return _template().replace("{nonce}", nonce).replace("{settings}", safe).encode()


def asset(name: str) -> tuple[bytes, str] | None:
    """Return an asset's content and media type, or None; the content at a URL with `v` never changes."""
    return (_file(name), _ASSETS[name]) if name in _ASSETS else None
