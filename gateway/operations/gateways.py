"""One operation from any transport: who asks, what is run, and the log line that tells of it."""

import itertools
import os
import re
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import orjson
import structlog
from graphql import GraphQLError

from domain.rate_rules import RateLimit
from domain.users import Viewer
from gateway.accounts.api_keys import KeyDoor, is_api_key
from gateway.accounts.revocations import Revocations
from gateway.accounts.tokens import InvalidTokenError, JwtTokens
from gateway.callers.clients import UNKNOWN, Client
from gateway.connections.drains import Drain
from gateway.operations.persisted import DocumentDesk
from gateway.operations.requests import GraphQLRequest
from gateway.rates import charging
from gateway.rates.tolls import Headers, Toll, subject_of
from gateway.telemetry.logs import tell
from gateway.telemetry.observing import Observer
from gateway.telemetry.outcomes import Outcome, refusals
from graph.documents import Prepared, RefusedDocumentError
from graph.execution import Executor
from graph.masking import Formatted, formatted
from resolvers.context import Context, Ports
from resolvers.door import Door

_SLOW_MS = 1_000
_BEARER = "bearer "
_REQUEST_ID = re.compile(rb"[A-Za-z0-9_.:-]{8,64}")
_log = structlog.get_logger("gateway.operations")


class Gateway:
    """What every transport shares: the executor, the ports, the tokens and which of them were withdrawn, the rates.

    `strict` tells whether the strict profile holds.
    """

    def __init__(
        self,
        executor: Executor,
        ports: Ports,
        tokens: JwtTokens,
        toll: Toll,
        desk: DocumentDesk,
        *,
        strict: bool,
        observer: Observer | None = None,
    ) -> None:
        self.revocations = Revocations()
        self.drain = Drain()
        self.observer = observer or Observer()
        self.executor = executor
        self.ports = ports
        self.tokens = tokens
        self.toll = toll
        self.strict = strict
        self.keys = KeyDoor(ports, self.revocations)
        self.desk = desk
        self._request_prefix = f"req_{os.urandom(8).hex()}_"
        self._request_numbers = itertools.count(1)

    def new_request_id(self) -> str:
        """Make an id for a request that brought none: the process's own random part and a number."""
        return f"{self._request_prefix}{next(self._request_numbers):x}"

    def open(
        self,
        transport: str,
        headers: Mapping[bytes, bytes],
        find_door: Callable[[], Door],
        client: Client = UNKNOWN,
    ) -> Outcome:
        """Begin with an operation; `headers` may bring its id and its trace, by their lower-case names."""
        given = headers.get(b"x-request-id")
        is_good = given is not None and _REQUEST_ID.fullmatch(given)
        request_id = given.decode() if given is not None and is_good else self.new_request_id()
        outcome = Outcome(request_id, transport, find_door=find_door, client=client)
        self.observer.begin(outcome, headers)
        return outcome

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

    async def prepare(self, request: GraphQLRequest, viewer: Viewer | None, outcome: Outcome) -> Prepared:
        """Return the operation to run; raises RefusedDocumentError."""
        prepared = await self.desk.prepare(request, viewer, outcome.extra)
        outcome.operation_name = prepared.name
        outcome.operation_type = prepared.kind.value
        outcome.usage = prepared.usage
        return prepared

    def context(self, viewer: Viewer | None, outcome: Outcome) -> Context:
        """Make the context of one operation."""
        context = Context(self.ports, viewer, outcome.request_id, find_door=outcome.find_door)
        context.find_rates = partial(self._rates, viewer, outcome)
        context.meter.trace = outcome.trace
        outcome.context = context
        outcome.user_id = viewer.user_id if viewer else None
        return context

    async def charge(
        self, prepared: Prepared, variables: dict[str, Any], viewer: Viewer | None, outcome: Outcome
    ) -> None:
        """Let the caller pay for an operation, once; raises RefusedDocumentError where they cannot."""
        outcome.user_id = viewer.user_id if viewer else None
        outcome.receipt = await charging.charge(
            self.toll, prepared, variables, viewer, lambda: outcome.find_door().address
        )

    async def _rates(self, viewer: Viewer | None, outcome: Outcome) -> RateLimit:
        subject = subject_of(viewer, lambda: outcome.find_door().address)
        requested = outcome.receipt.requested if outcome.receipt else 0
        return await self.toll.limits(viewer, subject, requested=requested, at=self.ports.now())

    async def run(
        self, prepared: Prepared, variables: dict[str, Any], viewer: Viewer | None, outcome: Outcome
    ) -> Formatted:
        """Run a query or a mutation that is paid for; raises RefusedDocumentError where it cannot be."""
        await self.charge(prepared, variables, viewer, outcome)
        return await self.executor.run(prepared, variables, self.context(viewer, outcome))

    def refusal(self, request_id: str, *errors: GraphQLError) -> Formatted:
        """Format a request that was not run."""
        return {"errors": [formatted(error, request_id, log_defect) for error in errors]}

    def defect(self, request_id: str, cause: Exception) -> Formatted:
        """Format a request in which something failed that no field answers for, and log the cause."""
        return self.refusal(request_id, GraphQLError("Defect", original_error=cause))

    def written(self, outcome: Outcome, response: Formatted, *, asked: bool) -> tuple[bytes, Headers]:
        """Write a response, with its cost where that was `asked` for, and give back what it did not cost."""
        body = orjson.dumps(response)
        if outcome.receipt is None:
            return body, []
        return charging.settle(
            self.toll, outcome.receipt, body, asked=asked, extended="extensions" in response
        )

    def finish(self, outcome: Outcome, response: Formatted, began: float) -> None:
        """Count an operation and write its one log line; variables and secrets are never in it."""
        seconds = time.perf_counter() - began
        self.observer.finish(outcome, response, seconds)
        duration = seconds * 1_000
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
            "cost": outcome.receipt.actual if outcome.receipt else 0,
        }
        if outcome.trace_id is not None:
            line["trace_id"] = outcome.trace_id
        if slow:
            line |= self.observer.slow(outcome)
        if "errors" in response:
            line["errors"] = sorted({error["extensions"]["code"] for error in response["errors"]})
        if outcome.operation_type == "mutation":
            refused = refusals(response)
            if refused:
                line["refused"] = refused
                self.observer.metrics.refusals.update(refused)
        if outcome.extra:
            line |= outcome.extra
        tell(line)


def log_defect(cause: BaseException, request_id: str) -> None:
    """Write the cause of a masked error to the log."""
    _log.error("defect", request_id=request_id, exc_info=cause)


def _unauthenticated(message: str) -> RefusedDocumentError:
    return RefusedDocumentError(GraphQLError(message, extensions={"code": "UNAUTHENTICATED"}))
