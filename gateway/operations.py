"""One operation from any transport: who asks, what is run, and the log line that tells of it."""

import itertools
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import structlog
from graphql import GraphQLError

from domain.users import Viewer
from gateway.api_keys import KeyDoor, is_api_key
from gateway.requests import GraphQLRequest
from gateway.revocations import Revocations
from gateway.telemetry import tell
from gateway.tokens import InvalidTokenError, JwtTokens
from graph.documents import Prepared, RefusedDocumentError
from graph.execution import Executor
from graph.masking import Formatted, formatted
from resolvers.context import Context, Ports
from resolvers.door import Door

_SLOW_MS = 1_000
_BEARER = "bearer "
_log = structlog.get_logger("gateway.operations")


@dataclass(slots=True)
class Outcome:
    """What the log line of one operation says."""

    request_id: str
    transport: str = "http"
    operation_name: str | None = None
    operation_type: str | None = None
    user_id: str | None = None
    context: Context | None = None
    find_door: Callable[[], Door] = Door
    extra: dict[str, Any] = field(default_factory=dict)


class Gateway:
    """What every transport shares: the executor, the ports, the tokens and which of them were withdrawn.

    `strict` tells whether the strict profile holds.
    """

    def __init__(self, executor: Executor, ports: Ports, tokens: JwtTokens, *, strict: bool) -> None:
        self.revocations = Revocations()
        self.executor = executor
        self.ports = ports
        self.tokens = tokens
        self.strict = strict
        self.keys = KeyDoor(ports, self.revocations)
        self._request_prefix = f"req_{os.urandom(8).hex()}_"
        self._request_numbers = itertools.count(1)

    def new_request_id(self) -> str:
        """Make an id for a request that brought none: the process's own random part and a number."""
        return f"{self._request_prefix}{next(self._request_numbers):x}"

    def viewer(self, authorization: str) -> Viewer | None:
        """Return whose `Authorization` header it is; raises RefusedDocumentError for a token that is not valid."""
        if not authorization:
            return None
        if authorization[: len(_BEARER)].lower() != _BEARER:
            raise _unauthenticated("Send the access token as `Authorization: Bearer ...`.")
        try:
            viewer = self.tokens.read(authorization[len(_BEARER) :].strip())
        except InvalidTokenError as error:
            raise _unauthenticated(str(error)) from None
        if self.revocations.voids(viewer):
            raise _unauthenticated(
                "The session ended or your access changed; refresh the session or sign in."
            )
        return viewer

    async def admit(self, authorization: str) -> tuple[Viewer | None, float]:
        """Return whose header it is, key or token, and when that ends in Unix seconds; raises RefusedDocumentError."""
        if is_api_key(authorization):
            held = await self.keys.holding(authorization)
            return held.viewer, held.expires_at
        viewer = self.viewer(authorization)
        ends = self.tokens.expiry(authorization.partition(" ")[2].strip()) if viewer else 0.0
        return viewer, ends

    def prepare(self, request: GraphQLRequest, outcome: Outcome) -> Prepared:
        """Return the operation to run; raises RefusedDocumentError."""
        prepared = self.executor.documents.prepare(request.text, request.operation_name)
        outcome.operation_name = prepared.name
        outcome.operation_type = prepared.kind.value
        return prepared

    def context(self, viewer: Viewer | None, outcome: Outcome) -> Context:
        """Make the context of one operation."""
        context = Context(self.ports, viewer, outcome.request_id, find_door=outcome.find_door)
        outcome.context = context
        outcome.user_id = viewer.user_id if viewer else None
        return context

    async def run(
        self, prepared: Prepared, variables: dict[str, Any], viewer: Viewer | None, outcome: Outcome
    ) -> Formatted:
        """Run a query or a mutation."""
        return await self.executor.run(prepared, variables, self.context(viewer, outcome))

    def refusal(self, request_id: str, *errors: GraphQLError) -> Formatted:
        """Format a request that was not run."""
        return {"errors": [formatted(error, request_id, log_defect) for error in errors]}

    def finish(self, outcome: Outcome, response: Formatted, began: float) -> None:
        """Write the one log line of an operation; variables and secrets are never in it."""
        duration = (time.perf_counter() - began) * 1_000
        slow = duration > _SLOW_MS and outcome.operation_type != "subscription"
        line: dict[str, Any] = {
            "event": "slow_operation" if slow else "operation",
            "request_id": outcome.request_id,
            "transport": outcome.transport,
            "operation_name": outcome.operation_name,
            "operation_type": outcome.operation_type,
            "user_id": outcome.user_id,
            "duration_ms": round(duration, 2),
            "sql_count": outcome.context.meter.statements if outcome.context else 0,
        }
        if "errors" in response:
            line["errors"] = sorted({error["extensions"]["code"] for error in response["errors"]})
        if outcome.operation_type == "mutation":
            line |= _refusals(response)
        tell(line | outcome.extra)


def log_defect(cause: BaseException, request_id: str) -> None:
    """Write the cause of a masked error to the log."""
    _log.error("defect", request_id=request_id, exc_info=cause)


def _refusals(response: Formatted) -> dict[str, Any]:
    """Name the user errors of a mutation: a refused sign-in or submit is worth a word."""
    data = response.get("data")
    payloads = data.values() if isinstance(data, dict) else ()
    found = [
        error["code"]
        for payload in payloads
        if isinstance(payload, dict)
        for error in payload.get("userErrors") or ()
        if isinstance(error, dict) and "code" in error
    ]
    return {"refused": found} if found else {}


def _unauthenticated(message: str) -> RefusedDocumentError:
    return RefusedDocumentError(GraphQLError(message, extensions={"code": "UNAUTHENTICATED"}))
