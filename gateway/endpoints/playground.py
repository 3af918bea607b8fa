"""Playground: GraphiQL's page under a policy with a fresh nonce, its assets, and who may use each field."""

import secrets
from functools import cache

import orjson
from graphql import GraphQLSchema
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from gateway import demo_accounts
from gateway.endpoints import graphiql
from gateway.http.errors import HttpError
from graph.access_descriptions import access_descriptions


async def serve_page(scope: Scope, receive: Receive, send: Send) -> None:
    """Return the GraphiQL page."""
    nonce = secrets.token_urlsafe(16)
    headers = {
        "content-security-policy": graphiql.CSP.format(nonce=nonce),
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "no-referrer",
        "cache-control": "no-store",
        "vary": "accept",
    }
    page = Response(graphiql.page(nonce, _settings()), media_type="text/html; charset=utf-8", headers=headers)
    await page(scope, receive, send)


async def serve_asset(request: Request) -> Response:
    """Return one of the playground's files; raises HttpError if there is none."""
    found = graphiql.asset(request.path_params["name"])
    if found is None:
        raise HttpError(404, "NOT_FOUND", "The playground has no such file.")
    content, media_type = found
    cache_control = "public, max-age=31536000, immutable" if request.query_params.get("v") else "no-cache"
    headers = {"cache-control": cache_control, "x-content-type-options": "nosniff"}
    return Response(content, media_type=media_type, headers=headers)


class AccessDescriptions:
    """Answers with who may use each field, for the playground's documentation."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._body: bytes | None = None

    async def answer(self, _request: Request) -> Response:
        """Answer with an object of coordinates and sentences."""
        if self._body is None:
            self._body = orjson.dumps(access_descriptions(self._schema))
        return Response(self._body, media_type="application/json")


@cache
def _settings() -> str:
    """Return what the page's script reads: where the start page is, and the demo accounts."""
    shown = [
        {"name": each.display_name, "email": each.email, "roles": [role.value for role in each.roles]}
        for each in demo_accounts.ACCOUNTS
    ]
    return orjson.dumps({"home": ".", "demoAccounts": shown, "demoPassword": demo_accounts.PASSWORD}).decode()
