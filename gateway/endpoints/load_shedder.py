"""Load shedder: refuses requests that a process would answer too late, before their tokens and documents are read."""

import itertools
from collections.abc import Mapping

from starlette.types import Message, Receive, Scope, Send

from domain.accounts.users import Viewer
from gateway.authentication.access_tokens import JwtTokens
from gateway.callers.cors import Cors
from gateway.callers.origins import Headers
from gateway.connections.refusals import RequestRefusal
from gateway.connections.whole_responses import EXTENSION, Write, encoded
from gateway.http.negotiation import GRAPHQL, JSON
from gateway.http.responses import HttpResponse, uncached_headers
from gateway.http.security_headers import security_headers
from gateway.operations.pipeline import OperationPipeline
from gateway.operations.strict_json import FREE_BYTES, NotStrictJsonError, read_json
from gateway.overload.admission import LANE, Lane, Priority
from gateway.telemetry.prometheus import METRICS_PATH

RETRY_AFTER_S = (1, 2, 3)
"""Seconds after which clients may try again, in turn, so that they do not all come back at once."""
GRAPHQL_PATH = "/graphql"
_ALWAYS_TAKEN = ("/health", METRICS_PATH)
"""Paths of those who watch the process, above all while it is overloaded."""
_BODY = RequestRefusal.OVERLOADED.body
_BEARER = b"bearer "


class LoadShedder:
    """Decides about the requests that come while a process is full."""

    def __init__(self, pipeline: OperationPipeline, cors: Cors, *, production: bool) -> None:
        self._pipeline = pipeline
        self._cors = cors
        self._waits = itertools.cycle(RETRY_AFTER_S)
        security = security_headers(production=production)
        self._lines = {
            (media, seconds): encoded(
                [*uncached_headers(media), *security, (b"retry-after", b"%d" % seconds)]
            )
            for media in (JSON, GRAPHQL)
            for seconds in RETRY_AFTER_S
        }

    async def admit(self, scope: Scope, receive: Receive, send: Send) -> tuple[Lane, Receive] | None:
        """Return the lane of a request that is urgent enough, and how to receive it; refuse any other."""
        admission = self._pipeline.admission
        if scope["path"].startswith(_ALWAYS_TAKEN) or scope["method"] == "OPTIONS":
            return admission.ordinary, receive
        headers: Headers = dict(scope["headers"])
        priority = Priority.ORDINARY
        viewer = _known_viewer(self._pipeline.tokens, headers)
        if viewer is not None:
            priority = self._pipeline.urgency.of_viewer(viewer)
        is_post = scope["method"] == "POST" and scope["path"] == GRAPHQL_PATH
        if priority is Priority.ORDINARY and is_post and b"authorization" in headers:
            message = await receive()
            priority = self._priority_of(message, headers)
            receive = _again(message, receive)
        lane = admission.lane(priority)
        if lane is None:
            await self.refuse(scope, headers, send)
            return None
        scope[LANE] = lane
        return lane, receive

    async def refuse(self, scope: Scope, headers: Headers, send: Send) -> None:
        """Respond 503 with `Retry-After`; the connection stays open, because a new one costs more than a request."""
        media = GRAPHQL if GRAPHQL.encode() in headers.get(b"accept", b"") else JSON
        seconds = next(self._waits)
        request_id = self._pipeline.request_id_of(headers)
        status = RequestRefusal.OVERLOADED.status
        write: Write | None = (scope.get("extensions") or {}).get(EXTENSION)
        if write is not None and b"origin" not in headers:
            lines = b"%sx-request-id: %s\r\n" % (self._lines[media, seconds], request_id.encode())
            if write(status, lines, _BODY):
                return
        response = HttpResponse(status, media, _BODY, request_id, [(b"retry-after", b"%d" % seconds)])
        await response.send(self._cors.wrap(headers, send), headers)

    def _priority_of(self, message: Message, headers: Mapping[bytes, bytes]) -> Priority:
        """Return the priority of a small body that arrived in one piece; any other is ordinary."""
        body: bytes = message.get("body", b"")
        is_whole = message["type"] == "http.request" and not message.get("more_body", False)
        if not is_whole or len(body) > FREE_BYTES or b"content-encoding" in headers:
            return Priority.ORDINARY
        try:
            return self._pipeline.urgency.of_parts(read_json(body))
        except NotStrictJsonError:
            return Priority.ORDINARY


def _known_viewer(tokens: JwtTokens, headers: Headers) -> Viewer | None:
    """Return the caller of a token that was verified before; to verify one would cost more than to refuse."""
    given = headers.get(b"authorization", b"")
    return tokens.known(given[len(_BEARER) :].strip().decode("latin-1")) if given else None


def _again(message: Message, receive: Receive) -> Receive:
    """Return a `receive` that gives a message that was received already first."""
    waiting = [message]

    async def received() -> Message:
        return waiting.pop() if waiting else await receive()

    return received
