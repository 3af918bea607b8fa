"""Security headers of every response."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

CROSS_ORIGIN = (b"cross-origin-resource-policy", b"same-origin")
"""No page of another origin embeds a response. Requests by CORS are not concerned."""
_ALWAYS = [
    CROSS_ORIGIN,
    # A response is data, never a page: nothing in it runs, loads anything, or is shown inside another page.
    (
        b"content-security-policy",
        b"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox",
    ),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),  # for scanners and browsers that do not read frame-ancestors
]
_STRICT_TRANSPORT = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")
"""For a year. Browsers heed it only over TLS, which production uses."""


def security_headers(*, production: bool) -> list[tuple[bytes, bytes]]:
    """Return the headers of every response."""
    return [*_ALWAYS, _STRICT_TRANSPORT] if production else _ALWAYS


class SecurityHeaders:
    """ASGI application that adds the headers to every HTTP response that does not set them itself."""

    def __init__(self, app: ASGIApp, *, production: bool) -> None:
        self._app = app
        self._headers = security_headers(production=production)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                set_already = {name for name, _ in message["headers"]}
                added = (header for header in self._headers if header[0] not in set_already)
                message["headers"] = [*message["headers"], *added]
            await send(message)

        await self._app(scope, receive, send_secured)
