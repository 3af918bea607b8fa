"""The playground: GraphiQL served from our own files, under a strict Content-Security-Policy."""

import hashlib
from functools import cache
from pathlib import Path

CSP = (
    "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; connect-src 'self'; "
    "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""The page's policy; `CSP.format(nonce=...)` with the nonce of this answer, never one twice."""

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
    """Return the page with everything filled in but the nonce."""
    version = hashlib.sha256(_file("graphiql.js") + _file("graphiql.css")).hexdigest()[:16]
    return _file("page.html").decode().replace("{version}", version)


def page(nonce: str) -> bytes:
    """Return the page, for `/graphql`; it asks for its assets at `/graphiql/<name>?v=<hash of both>`."""
    return _template().replace("{nonce}", nonce).encode()


def asset(name: str) -> tuple[bytes, str] | None:
    """Return an asset's content and media type, or None; as the page asks for it, it never changes."""
    return (_file(name), _ASSETS[name]) if name in _ASSETS else None
