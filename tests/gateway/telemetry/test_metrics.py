"""Metrics: their values, labels that callers cannot multiply, and the token for reading them."""

import asyncio
from typing import Any

import asyncpg
import httpx
import pytest

from domain.errors import UnavailableError
from domain.gamification import xp
from domain.unit_of_work import Meter
from gateway.callers.client_apps import UNKNOWN, ClientApp, client_in, client_of
from gateway.connections.listeners import PortTakenError
from gateway.telemetry import usage_counts
from gateway.telemetry.metrics import Histogram
from gateway.telemetry.prometheus import _listening, served
from gateway.telemetry.usage_counts import MOST_CLIENTS, MOST_NAMES, OTHER, UsageCounts
from graph.documents.operation_usage import Usage
from persistence.work import Postgres
from tests.builders import a_user, mint
from tests.builders.xp import an_award
from tests.gateway.conftest import Live, running
from tests.support.clients.accounts import LOGIN
from tests.support.clients.prometheus import Samples
from tests.support.clients.sse import streaming
from tests.support.clients.websockets import INIT, hear, say, socket
from tests.support.schema_client import needs_plans
from tests.support.servers.redis import free_port

TOKEN = "a token that reads metrics"
SHARED = "subscription { leaderboardChanged { ... on LeaderboardSnapshot { version } } }"
HEADERS = {"apollographql-client-name": "web", "apollographql-client-version": "1.2.0"}


@pytest.fixture
def overrides() -> dict[str, Any]:
    return {"metrics_token": TOKEN}


async def scrape(live: Live) -> Samples:
    answer = await live.client.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    return Samples(answer.text)


@needs_plans
async def test_operations_are_counted_by_transport_type_and_code(live: Live) -> None:
    for text in ("query Some { users { nodes { id } } }", "query Some { users { nodes { id } } }", "{"):
        await live.post(text)
    async with socket(live) as opened:
        await say(opened, INIT, {"id": "1", "type": "subscribe", "payload": {"query": "{ __typename }"}})
        for _ in range(3):
            await hear(opened)

    samples = await scrape(live)
    of_queries = {"transport": "http", "type": "query", "code": "OK"}
    assert samples("request_seconds_count", **of_queries) == 2
    assert samples("request_seconds_bucket", le="+Inf", **of_queries) == 2
    assert samples("request_seconds_sum", **of_queries) > 0
    assert samples("request_seconds_count", transport="http", type="none", code="GRAPHQL_PARSE_FAILED") == 1
    assert samples("request_seconds_count", transport="websocket", type="query", code="OK") == 1
    assert samples("errors_total", code="GRAPHQL_PARSE_FAILED") == 1
    assert samples("operation_requests_total", operation="Some", type="query") == 2
    assert samples("operation_requests_total", operation="anonymous", type="query") == 1
    assert samples("statements_sum", type="query") == 2
    assert samples("statements_bucket", type="query", le="0.0") == 1
    assert samples("plans_compiled_total") == 3  # a document is kept at its second use
    assert samples("document_cache_documents") == 1
    assert samples("document_cache_bytes") > 0
    assert samples("operations_open") == 0


async def test_a_mutation_is_counted_with_what_it_did_and_what_it_refused(live: Live) -> None:
    await live.register("ada")
    await live.post(LOGIN, input={"email": "ada@example.org", "password": "not it"})

    samples = await scrape(live)
    assert samples("refusals_total", code="INVALID_CREDENTIALS") == 1
    assert samples("mails_queued_total") == 1
    assert samples("pool_connections", state="in_use") + samples("pool_connections", state="idle") >= 1


async def test_refusals_of_postgres_and_of_statements_are_counted(live: Live) -> None:
    lender = live.app.readiness._database.lender
    with pytest.raises(UnavailableError):
        lender.raise_told(asyncpg.DiskFullError())
    lender.bulkheads.refused["goals"] = 3

    samples = await scrape(live)

    assert samples("postgres_refusals_total", reason="out_of_space") == 1
    assert samples("statements_refused_total", table="goals") == 3


async def test_gauges_of_open_sockets_and_subscriptions_go_up_and_down(live: Live) -> None:
    async with socket(live) as opened:
        await say(opened, INIT, {"id": "1", "type": "subscribe", "payload": {"query": SHARED}})
        for _ in range(2):
            await hear(opened)
        while not (during := await scrape(live))("subscriptions_open", transport="websocket"):
            await asyncio.sleep(0.01)
    while (after := await scrape(live))("sockets_open"):
        await asyncio.sleep(0.01)

    assert (during("sockets_open"), during("operations_open"), during("messages_sent_total")) == (1, 1, 1)
    assert (after("subscriptions_open", transport="websocket"), after("operations_open")) == (0, 0)


async def test_each_message_of_a_stream_is_counted_once(live: Live) -> None:
    async with streaming(live, SHARED) as stream:
        await stream.event()
        while not (during := await scrape(live))("subscriptions_open", transport="sse"):
            await asyncio.sleep(0.01)
    while (after := await scrape(live))("subscriptions_open", transport="sse"):
        await asyncio.sleep(0.01)

    assert (during("messages_sent_total"), after("messages_sent_total")) == (1, 1)


@pytest.mark.parametrize("given", [None, "Bearer wrong", TOKEN])
async def test_metrics_need_the_token_on_the_public_port(live: Live, given: str | None) -> None:
    headers = {} if given is None else {"authorization": given}

    answer = await live.client.get("/metrics", headers=headers)

    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["extensions"]["code"]) == (401, "UNAUTHENTICATED")


def test_the_first_free_port_is_taken() -> None:
    port = free_port()

    with _listening("127.0.0.1", port, 1), _listening("127.0.0.1", port, 50) as second:
        assert port < second.getsockname()[1] < port + 50
        with pytest.raises(PortTakenError):
            _listening("127.0.0.1", port, 1)


async def test_without_a_token_metrics_have_a_separate_port_or_none(database_url: str) -> None:
    port = free_port()

    async with running(database_url, metrics_port=port) as live:
        public = await live.client.get("/metrics")
        async with httpx.AsyncClient() as client:
            own = await client.get(f"http://127.0.0.1:{port}/metrics")
        with pytest.raises(PortTakenError, match="QUESTPATH_METRICS_PORT"):
            async with served({}, "127.0.0.1", port):
                pass

    assert public.status_code == 404
    assert Samples(own.text).samples


async def test_only_committed_xp_is_counted(postgres: Postgres) -> None:
    new = a_user()
    async with postgres.open_work(Meter()) as work:
        await work.users.add(new)
    with pytest.raises(ZeroDivisionError):
        async with postgres.open_work(Meter()) as work:
            await xp.award(work.xp, [an_award(new.id, amount=50)], mint=mint, emit=work.emit)
            raise ZeroDivisionError
    award = an_award(new.id, amount=30)
    for _ in range(2):
        async with postgres.open_work(Meter()) as work:
            await xp.award(work.xp, [award], mint=mint, emit=work.emit)

    assert postgres.counts.xp == 30


def test_a_bucket_counts_values_up_to_its_bound() -> None:
    histogram = Histogram((1, 2))

    for value in (0, 1, 1.5, 2, 3):
        histogram.observe(value)

    assert (histogram.counts, histogram.total) == ([2, 2, 1], 7.5)


def a_usage(name: str | None, *coordinates: str) -> Usage:
    usage = Usage(name, "query")
    usage.coordinates = coordinates
    return usage


def test_rare_names_are_merged_and_the_sum_never_falls() -> None:
    counts = UsageCounts()
    popular = a_usage("Popular")

    for number in range(10 * MOST_NAMES):
        counts.count(a_usage(f"Junk{number}"), UNKNOWN, requests=1, seconds=0.01, errors=0)
        counts.count(popular, UNKNOWN, requests=1, seconds=0.01, errors=0)
        if number % 50 == 0:
            counts.forget_names()
    counts.forget_names()

    assert len(counts.names) <= MOST_NAMES + 1
    assert counts.names["Popular", "query"].requests == 10 * MOST_NAMES
    assert sum(tally.requests for tally in counts.names.values()) == 20 * MOST_NAMES
    assert counts.names[OTHER, "query"].requests > 0


def test_clients_beyond_the_largest_number_are_merged() -> None:
    counts = UsageCounts()

    for number in range(MOST_CLIENTS + 10):
        counts.count(a_usage("A", "Query.me"), ClientApp(f"c{number}"), requests=1, seconds=0.01, errors=0)

    assert counts._fields["Query.me", ClientApp(OTHER)] == 10
    assert len(counts._fields) == MOST_CLIENTS + 1


def test_counts_that_wait_for_the_database_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(usage_counts, "MOST_FIELDS", 3)
    counts = UsageCounts()

    counts.count(
        a_usage("A", *(f"Query.f{number}" for number in range(5))),
        UNKNOWN,
        requests=1,
        seconds=0.01,
        errors=0,
    )

    assert (len(counts._fields), counts.dropped) == (3, 2)


async def test_field_usage_is_stored_by_client_and_kept_while_the_database_is_down(live: Live) -> None:
    gateway = live.app.pipeline
    observer, ports = gateway.observer, gateway.ports
    open_work = ports.open_work
    await live.client.post("/graphql", json={"query": "{ users { nodes { handle } } }"}, headers=HEADERS)

    def database_down(_meter: Meter) -> Any:
        raise OSError

    ports.open_work = database_down
    await observer.flush(ports)
    ports.open_work = open_work
    await live.client.post("/graphql", json={"query": "{ users { nodes { handle } } }"}, headers=HEADERS)
    await observer.flush(ports)
    await observer.flush(ports)

    async with open_work(Meter()) as work:
        rows = await work.connection.raw.fetch(  # type: ignore[attr-defined]
            "SELECT client_name, client_version, requests FROM field_counts WHERE coordinate = 'User.handle'"
        )
    assert [tuple(row) for row in rows] == [("web", "1.2.0", 2)]


@pytest.mark.parametrize(
    ("headers", "client"),
    [
        ({}, UNKNOWN),
        ({b"graphql-client-name": b"ios", b"graphql-client-version": b"7"}, ClientApp("ios", "7")),
        ({b"apollographql-client-name": b"web"}, ClientApp("web")),
        ({b"apollographql-client-name": b"\xc3\xa9\n", b"apollographql-client-version": b"x" * 65}, UNKNOWN),
    ],
)
def test_a_client_is_named_by_well_formed_headers(headers: dict[bytes, bytes], client: ClientApp) -> None:
    assert client_of(headers) == client
    assert client_in({name.decode(): value.decode() for name, value in headers.items()}) == client
