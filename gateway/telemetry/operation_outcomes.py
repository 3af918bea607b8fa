"""Outcomes of operations: the facts for the log line, metrics and traces."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

from gateway.callers.client_apps import UNKNOWN, ClientApp
from gateway.rate_limits.cost_reports import CostReceipt
from gateway.telemetry.tracing import SpanTrace
from graph.documents.operation_usage import Usage
from graph.execution.cache_policy import CachePolicy
from graph.execution.error_masking import Formatted
from resolvers.context import Context
from resolvers.request_info import RequestInfo


@dataclass(slots=True)
class OperationOutcome:
    """Facts about one operation, filled in while it runs."""

    job_id: ClassVar[None] = None
    request_id: str
    transport: str = "http"
    operation_name: str | None = None
    operation_type: str | None = None
    user_id: str | None = None
    context: Context | None = None
    receipt: CostReceipt | None = None
    policy: CachePolicy | None = None
    find_request: Callable[[], RequestInfo] = RequestInfo
    extra: dict[str, Any] = field(default_factory=dict)
    usage: Usage | None = None
    client: ClientApp = UNKNOWN
    trace: SpanTrace | None = None
    trace_id: str | None = None
    is_open_stream: bool = False
    degraded: dict[str, Any] | None = None


def refusals(response: Formatted) -> list[str]:
    """Return the codes of a mutation's user errors, for its log line."""
    data = response.get("data")
    payloads = data.values() if isinstance(data, dict) else ()
    return [
        error["code"]
        for payload in payloads
        if isinstance(payload, dict)
        for error in payload.get("userErrors") or ()
        if isinstance(error, dict) and "code" in error
    ]


def log_line(outcome: OperationOutcome, event: str, *, duration_ms: float) -> dict[str, Any]:
    """Return the log line of an operation, without variables and secrets."""
    line = {
        "event": event,
        "request_id": outcome.request_id,
        "transport": outcome.transport,
        "operation_name": outcome.operation_name,
        "operation_type": outcome.operation_type,
        "user_id": outcome.user_id,
        "duration_ms": duration_ms,
        "sql_count": outcome.context.meter.statements if outcome.context else 0,
        "cost": outcome.receipt.actual if outcome.receipt else 0,
    }
    if outcome.trace_id is not None:
        line["trace_id"] = outcome.trace_id
    return line


def start_line(outcome: OperationOutcome) -> dict[str, Any]:
    """Return the line that an operation has at the level debug before it runs."""
    line = {
        "event": "request_started",
        "request_id": outcome.request_id,
        "transport": outcome.transport,
        "operation_name": outcome.operation_name,
        "operation_type": outcome.operation_type,
        "user_id": outcome.user_id,
    }
    return line if outcome.trace_id is None else line | {"trace_id": outcome.trace_id}
