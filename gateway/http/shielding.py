"""Shielding: what every answer tells browsers not to do with it."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_ALWAYS = [
    # An answer is data, never a page: nothing in it runs, is loaded, or is shown inside another page.
    (
        b"content-security-policy",
        b"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox",
    ),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
]
_BY_TLS_ALONE = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")
"""For a year; browsers heed it only where it came by TLS, which in production is what they speak."""


def lines_of(*, production: bool) -> list[tuple[bytes, bytes]]:
    """Return the headers of every answer."""
    return [*_ALWAYS, _BY_TLS_ALONE] if production else _ALWAYS


class Shield:
    """Adds the headers to every HTTP answer that does not say otherwise itself, as the playground does."""

    def __init__(self, app: ASGIApp, *, production: bool) -> None:
        self._app = app
        self._headers = lines_of(production=production)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the application does."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def shielded(message: Message) -> None:
            if message["type"] == "http.response.start":
                said = {name for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *(h for h in self._headers if h[0] not in said)]
            await send(message)

        await self._app(scope, receive, shielded)
