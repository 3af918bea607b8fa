"""Tracing: one request is one trace, from the caller's span down to the statements; unsampled ones have no spans."""

import asyncio
import json
from typing import Any

import httpx
import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode
from wrapt import ObjectProxy

from gateway.settings.modes import LogFormat
from gateway.telemetry import http_client_spans, logs, tracing
from gateway.telemetry.span_export import tracing_by
from persistence.signals import redis_at
from tests.gateway.conftest import Live, running
from tests.support.clients.websockets import INIT, hear, say, socket
from tests.support.schema_client import needs_plans
from tests.support.servers.otlp import OtlpCollector, collector

__all__ = ["collector"]

TRACE_ID = "0af7651916cd43dd8448eb211c80319c"
SPAN_ID = "b7ad6b7169203331"
SAMPLED = f"00-{TRACE_ID}-{SPAN_ID}-01"
UNSAMPLED = f"00-{TRACE_ID}-{SPAN_ID}-00"
QUIZZES = "query Some { quizzes { nodes { title examType { name } } } }"
SHARED = "subscription { leaderboardChanged { ... on LeaderboardSnapshot { version } } }"
OWN = "subscription { leaderboardChanged { ... on LeaderboardSnapshot { viewerEntry { xp } } } }"


class Spans:
    """Finished spans."""

    def __init__(self) -> None:
        self.exporter = InMemorySpanExporter()

    @property
    def all(self) -> tuple[ReadableSpan, ...]:
        return self.exporter.get_finished_spans()

    def named(self, name: str) -> list[ReadableSpan]:
        return [span for span in self.all if span.name == name]

    def below(self, parent: ReadableSpan) -> list[ReadableSpan]:
        assert parent.context is not None
        return [s for s in self.all if s.parent is not None and s.parent.span_id == parent.context.span_id]


def record_spans(live: Live, share: float = 1.0) -> Spans:
    spans = Spans()
    recording, _ = tracing_by(SimpleSpanProcessor(spans.exporter), share)
    live.app.pipeline.observer.tracing = recording
    live.app.pipeline.ports.watch = recording.watch
    return spans


async def post(live: Live, text: str, **headers: str) -> dict[str, Any]:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    response = await live.client.post("/graphql", json={"query": text}, headers=sent)
    body: dict[str, Any] = response.json()
    return body


async def test_a_request_is_one_trace_from_the_caller_to_the_statements(live: Live) -> None:
    token = await live.register("ada")
    spans = record_spans(live, share=0.0)

    await post(
        live,
        "query Me { viewer { user { handle sessions: id } } }",
        traceparent=SAMPLED,
        authorization=f"Bearer {token}",
    )

    (operation,) = spans.named("query")
    assert operation.parent is not None
    assert f"{operation.parent.span_id:016x}" == SPAN_ID
    assert operation.attributes is not None
    assert operation.attributes["graphql.operation.name"] == "Me"
    assert operation.attributes["graphql.operation.type"] == "query"
    assert "graphql.document" not in operation.attributes
    (batch,) = spans.below(operation)
    assert batch.name.startswith("batch ")
    (statement,) = spans.below(batch)
    assert statement.attributes is not None
    assert statement.attributes["db.system.name"] == "postgresql"
    assert statement.attributes["db.response.returned_rows"] == 1
    assert "$1" in str(statement.attributes["db.query.text"])
    assert {f"{s.context.trace_id:032x}" for s in spans.all if s.context} == {TRACE_ID}


async def test_an_unsampled_parent_is_not_traced(live: Live) -> None:
    spans = record_spans(live, share=1.0)

    await post(live, QUIZZES, traceparent=UNSAMPLED)

    assert spans.all == ()


@pytest.mark.parametrize("share", [0.0, 1.0])
async def test_without_a_parent_the_share_decides(live: Live, share: float) -> None:
    spans = record_spans(live, share)

    await post(live, QUIZZES)

    assert len(spans.named("query")) == share


@pytest.mark.parametrize(
    "malformed",
    ["", "00", f"ff-{TRACE_ID}-{SPAN_ID}-01", f"00-{'0' * 32}-{SPAN_ID}-01", SAMPLED.upper(), "é"],
)
async def test_a_malformed_parent_is_ignored(live: Live, malformed: str) -> None:
    spans = record_spans(live)

    await live.client.post("/graphql", json={"query": QUIZZES}, headers={b"traceparent": malformed.encode()})

    (operation,) = spans.named("query")
    assert operation.parent is None


async def test_callers_can_force_a_limited_number_of_traces_a_second(live: Live, monkeypatch: Any) -> None:
    monkeypatch.setattr(tracing, "MOST_FORCED", 2)
    spans = record_spans(live, share=0.0)
    limited = live.app.pipeline.observer.tracing
    assert limited is not None
    limited._clock = lambda: 7.0

    for _ in range(4):
        await post(live, "{ __typename }", traceparent=SAMPLED)

    assert len(spans.named("query")) == 2


async def test_an_error_is_exported_as_its_code_only(live: Live) -> None:
    spans = record_spans(live)

    await post(live, "{ viewer { user { id } } }")
    await post(live, "{")

    anonymous, broken = spans.all
    assert anonymous.attributes is not None
    assert broken.attributes is not None
    assert broken.attributes["error.type"] == "GRAPHQL_PARSE_FAILED"
    assert all(not span.events for span in spans.all)


async def test_an_operation_over_a_websocket_is_a_trace(live: Live) -> None:
    spans = record_spans(live, share=0.0)
    ask = {
        "id": "1",
        "type": "subscribe",
        "payload": {"query": QUIZZES, "extensions": {"traceparent": SAMPLED}},
    }

    async with socket(live) as opened:
        await say(opened, INIT, ask)
        for _ in range(3):
            await hear(opened)

    (operation,) = spans.named("query")
    assert operation.context is not None
    assert f"{operation.context.trace_id:032x}" == TRACE_ID
    assert [span.name for span in spans.below(operation)] == ["SELECT"]


@needs_plans
@pytest.mark.parametrize("text", [SHARED, OWN])
async def test_a_subscription_is_a_trace_up_to_its_start_and_each_event_is_another(
    live: Live, text: str
) -> None:
    spans = record_spans(live)
    ask = {"id": "1", "type": "subscribe", "payload": {"query": text}}

    async with socket(live) as opened:
        await say(opened, INIT, ask)
        for _ in range(2):
            await hear(opened)
        await asyncio.sleep(0.05)  # the trace ends after the first message
        started = spans.named("subscription")

    (operation,) = started
    assert operation.attributes is not None
    events = spans.named("subscription event")
    assert operation.context is not None
    assert events
    for event in events:
        assert event.context is not None
        assert event.attributes is not None
        assert event.context.trace_id != operation.context.trace_id
        assert event.attributes["questpath.request_id"] == operation.attributes["questpath.request_id"]


async def test_a_redis_command_is_a_span_without_its_arguments(live: Live, redis_url: str) -> None:
    spans = record_spans(live)
    observer = live.app.pipeline.observer
    outcome = live.app.pipeline.open("http", {}, lambda: None)  # type: ignore[arg-type, return-value]

    async with redis_at(redis_url) as redis:
        with observer.traced(outcome):
            await redis.publish("a channel", "a secret")
    observer.finish(outcome, {}, 0.0)

    (command,) = spans.named("PUBLISH")
    assert command.attributes is not None
    assert command.attributes["db.system.name"] == "redis"
    assert "a secret" not in str(dict(command.attributes))


async def test_steps_after_the_end_add_no_spans(live: Live) -> None:
    spans = record_spans(live)
    observer = live.app.pipeline.observer
    outcome = live.app.pipeline.open("http", {}, lambda: None)  # type: ignore[arg-type, return-value]
    trace = outcome.trace
    assert trace is not None

    observer.finish(outcome, {}, 0.0)
    with trace.statement("SELECT 1") as step:
        step.found(1)

    assert [span.name for span in spans.all] == ["GraphQL Operation"]


async def test_the_log_line_names_the_trace(live: Live, capsysbinary: "pytest.CaptureFixture[bytes]") -> None:
    logs.configure(LogFormat.JSON)
    try:
        await post(live, "{ __typename }", traceparent=UNSAMPLED)
        await post(live, "{ __typename }")
        logs.lines.flush()
    finally:
        logs.configure(LogFormat.TEXT)

    with_parent, without_parent = (json.loads(line) for line in capsysbinary.readouterr().out.splitlines())
    assert with_parent["trace_id"] == TRACE_ID
    assert "trace_id" not in without_parent


async def test_a_collector_receives_the_whole_trace(database_url: str, collector: OtlpCollector) -> None:
    async with running(database_url, OTEL_EXPORTER_OTLP_ENDPOINT=collector.url, trace_share=1.0) as live:
        token = await live.register("ada")
        await post(live, "query Me { viewer { user { handle } } }", authorization=f"Bearer {token}")

    (operation,) = [span for span in collector.spans if span.name == "query"]
    trace = [span for span in collector.spans if span.trace_id == operation.trace_id]
    (batch,) = [span for span in trace if span.parent_span_id == operation.span_id]
    (statement,) = [span for span in trace if span.parent_span_id == batch.span_id]
    assert len(trace) == 3
    assert not operation.parent_span_id
    assert (batch.name, statement.name) == ("batch users_by_id", "SELECT")
    resource = collector.requests[0].resource_spans[0].resource
    assert ("service.name", "questpath") in [(a.key, a.value.string_value) for a in resource.attributes]


async def test_a_collector_that_is_down_stops_no_request(database_url: str) -> None:
    async with running(
        database_url, OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:9", trace_share=1.0
    ) as live:
        body = await post(live, "{ __typename }")

    assert body == {"data": {"__typename": "Query"}}


async def test_a_request_to_another_server_is_a_span_of_the_operation(
    live: Live, collector: OtlpCollector
) -> None:
    spans = Spans()
    recording, provider = tracing_by(SimpleSpanProcessor(spans.exporter), 1.0)
    live.app.pipeline.observer.tracing = recording
    observer = live.app.pipeline.observer
    outcome = live.app.pipeline.open("http", {}, lambda: None)  # type: ignore[arg-type, return-value]

    with http_client_spans.instrumented(provider):
        with observer.traced(outcome):
            await send_request(f"{collector.url}/keys")
        await send_request(f"{collector.url}/keys")
    observer.finish(outcome, {}, 0.0)

    (operation,) = spans.named("GraphQL Operation")
    (request,) = spans.below(operation)
    assert request.context is not None
    assert (request.name, request.kind) == ("POST", SpanKind.CLIENT)
    traced, untraced = (headers["traceparent"] for headers in collector.headers)
    _, trace_id, span_id, flags = traced.split("-")
    assert (trace_id, span_id) == (f"{request.context.trace_id:032x}", f"{request.context.span_id:016x}")
    assert int(flags, 16) & 1
    assert untraced is None


async def test_a_failed_request_to_another_server_exports_no_message(live: Live) -> None:
    spans = Spans()
    recording, provider = tracing_by(SimpleSpanProcessor(spans.exporter), 1.0)
    live.app.pipeline.observer.tracing = recording
    observer = live.app.pipeline.observer
    outcome = live.app.pipeline.open("http", {}, lambda: None)  # type: ignore[arg-type, return-value]

    with (
        http_client_spans.instrumented(provider),
        observer.traced(outcome),
        pytest.raises(httpx.ConnectError),
    ):
        await send_request("http://127.0.0.1:9/keys")
    observer.finish(outcome, {}, 0.0)

    (request,) = spans.named("POST")
    assert request.status.status_code is StatusCode.ERROR
    assert request.events == ()


async def test_without_a_collector_requests_to_other_servers_are_not_instrumented(live: Live) -> None:
    assert not isinstance(httpx.AsyncHTTPTransport.handle_async_request, ObjectProxy)


async def send_request(url: str) -> None:
    async with httpx.AsyncClient() as client:
        await client.post(url, content=b"")
