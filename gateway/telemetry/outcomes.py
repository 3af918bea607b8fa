"""Outcomes: what is known of one operation at its end, for the log, metrics and traces."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from gateway.callers.clients import UNKNOWN, Client
from gateway.rates.tolls import Receipt
from gateway.telemetry.tracing import SpanTrace
from graph.keeping import Policy
from graph.masking import Formatted
from graph.usage import Usage
from resolvers.context import Context
from resolvers.door import Door


@dataclass(slots=True)
class Outcome:
    """What the log line of one operation says."""

    request_id: str
    transport: str = "http"
    operation_name: str | None = None
    operation_type: str | None = None
    user_id: str | None = None
    context: Context | None = None
    receipt: Receipt | None = None
    policy: Policy | None = None
    find_door: Callable[[], Door] = Door
    extra: dict[str, Any] = field(default_factory=dict)
    usage: Usage | None = None
    client: Client = UNKNOWN
    trace: SpanTrace | None = None
    trace_id: str | None = None
    is_open_stream: bool = False


def refusals(response: Formatted) -> list[str]:
    """Return the codes of a mutation's user errors: a refused sign-in or submit is worth a word."""
    data = response.get("data")
    payloads = data.values() if isinstance(data, dict) else ()
    return [
        error["code"]
        for payload in payloads
        if isinstance(payload, dict)
        for error in payload.get("userErrors") or ()
        if isinstance(error, dict) and "code" in error
    ]
