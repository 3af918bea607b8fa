"""Serves the playground: the page under a policy with a fresh nonce, and its two assets."""

import secrets

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from gateway.endpoints import graphiql


async def serve_page(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a browser's GET with GraphiQL."""
    nonce = secrets.token_urlsafe(16)
    headers = {
        "content-security-policy": graphiql.CSP.format(nonce=nonce),
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "no-referrer",
        "cache-control": "no-store",
        "vary": "accept",
    }
    page = Response(graphiql.page(nonce), media_type="text/html; charset=utf-8", headers=headers)
    await page(scope, receive, send)


async def serve_asset(request: Request) -> Response:
    """Answer with one of the playground's own files."""
    found = graphiql.asset(request.path_params["name"])
    if found is None:
        return PlainTextResponse("There is no such file.", 404)
    content, media_type = found
    lasting = "public, max-age=31536000, immutable" if request.query_params.get("v") else "no-cache"
    headers = {"cache-control": lasting, "x-content-type-options": "nosniff"}
    return Response(content, media_type=media_type, headers=headers)
