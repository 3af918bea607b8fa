"""Metrics: what is counted, under labels that nobody can multiply, and who may read it."""

import asyncio
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from domain import xp
from domain.work import Meter
from gateway.callers.clients import UNKNOWN, Client, client_in, client_of
from gateway.connections.listeners import PortTakenError
from gateway.telemetry import usage
from gateway.telemetry.exposition import _listening, served
from gateway.telemetry.metrics import Histogram
from gateway.telemetry.usage import MOST_CLIENTS, MOST_NAMES, OTHER, UsageCounts
from graph.usage import Usage
from persistence.work import Postgres
from tests.asking import needs_plans
from tests.builders import a_user, mint
from tests.builders.xp import an_award
from tests.gateway.conftest import Live, running
from tests.gateway.endpoints.test_websockets import INIT, hear, say, socket
from tests.gateway.telemetry.test_logs import LOGIN
from tests.redis_server import free_port

TOKEN = "a token that reads metrics"
SHARED = "subscription { leaderboardChanged { ... on LeaderboardSnapshot { version } } }"
HEADERS = {"apollographql-client-name": "web", "apollographql-client-version": "1.2.0"}


class Read:
    """The metrics of a gateway at one moment."""

    def __init__(self, text: str) -> None:
        self.samples = {
            (sample.name, frozenset(sample.labels.items())): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }

    def __call__(self, name: str, /, **labels: str) -> float:
        return self.samples.get((f"questpath_{name}", frozenset(labels.items())), 0.0)


@pytest.fixture
def overrides() -> dict[str, Any]:
    return {"metrics_token": TOKEN}


async def read(live: Live) -> Read:
    answer = await live.client.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    return Read(answer.text)


@needs_plans
async def test_operations_are_counted_by_transport_type_and_code(live: Live) -> None:
    for text in ("query Some { users { nodes { id } } }", "query Some { users { nodes { id } } }", "{"):
        await live.post(text)
    async with socket(live) as opened:
        await say(opened, INIT, {"id": "1", "type": "subscribe", "payload": {"query": "{ __typename }"}})
        for _ in range(3):
            await hear(opened)

    told = await read(live)
    of_queries = {"transport": "http", "type": "query", "code": "OK"}
    assert told("request_seconds_count", **of_queries) == 2
    assert told("request_seconds_bucket", le="+Inf", **of_queries) == 2
    assert told("request_seconds_sum", **of_queries) > 0
    assert told("request_seconds_count", transport="http", type="none", code="GRAPHQL_PARSE_FAILED") == 1
    assert told("request_seconds_count", transport="websocket", type="query", code="OK") == 1
    assert told("errors_total", code="GRAPHQL_PARSE_FAILED") == 1
    assert told("operation_requests_total", operation="Some", type="query") == 2
    assert told("operation_requests_total", operation="anonymous", type="query") == 1
    assert told("statements_sum", type="query") == 2
    assert told("statements_bucket", type="query", le="0.0") == 1
    assert told("plans_compiled_total") == 2
    assert told("operations_open") == 0


async def test_a_mutation_is_counted_with_what_it_did_and_what_it_refused(live: Live) -> None:
    await live.register("ada")
    await live.post(LOGIN, input={"email": "ada@example.org", "password": "not it"})

    told = await read(live)
    assert told("refusals_total", code="INVALID_CREDENTIALS") == 1
    assert told("mails_queued_total") == 1
    assert told("pool_connections", state="in_use") + told("pool_connections", state="idle") >= 1


async def test_what_is_open_goes_up_and_down(live: Live) -> None:
    async with socket(live) as opened:
        await say(opened, INIT, {"id": "1", "type": "subscribe", "payload": {"query": SHARED}})
        for _ in range(2):
            await hear(opened)
        while not (during := await read(live))("subscriptions_open", transport="websocket"):
            await asyncio.sleep(0.01)
    while (after := await read(live))("sockets_open"):
        await asyncio.sleep(0.01)

    assert (during("sockets_open"), during("operations_open"), during("messages_sent_total")) == (1, 1, 1)
    assert (after("subscriptions_open", transport="websocket"), after("operations_open")) == (0, 0)


@pytest.mark.parametrize("given", [None, "Bearer wrong", TOKEN])
async def test_nobody_reads_them_without_the_token(live: Live, given: str | None) -> None:
    headers = {} if given is None else {"authorization": given}

    answer = await live.client.get("/metrics", headers=headers)

    assert (answer.status_code, answer.content) == (401, b"")


def test_of_several_ports_the_first_free_one_is_taken() -> None:
    port = free_port()

    with _listening("127.0.0.1", port, 1), _listening("127.0.0.1", port, 50) as second:
        assert port < second.getsockname()[1] < port + 50
        with pytest.raises(PortTakenError):
            _listening("127.0.0.1", port, 1)


async def test_without_a_token_they_have_a_port_of_their_own_or_none(database_url: str) -> None:
    port = free_port()

    async with running(database_url, metrics_port=port) as live:
        public = await live.client.get("/metrics")
        async with httpx.AsyncClient() as client:
            own = await client.get(f"http://127.0.0.1:{port}/metrics")
        with pytest.raises(PortTakenError, match="QUESTPATH_METRICS_PORT"):
            async with served(live.app, "127.0.0.1", port):  # type: ignore[arg-type]
                pass

    assert public.status_code == 404
    assert Read(own.text).samples


async def test_only_what_is_committed_counts(postgres: Postgres) -> None:
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


def test_a_bucket_holds_what_is_at_most_its_bound() -> None:
    histogram = Histogram((1, 2))

    for value in (0, 1, 1.5, 2, 3):
        histogram.observe(value)

    assert (histogram.counts, histogram.total) == ([2, 2, 1], 7.5)


def a_usage(name: str | None, *coordinates: str) -> Usage:
    made = Usage(name, "query")
    made.coordinates = coordinates
    return made


def test_names_beyond_the_most_are_one_and_the_sum_never_falls() -> None:
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


def test_clients_beyond_the_most_are_one() -> None:
    counts = UsageCounts()

    for number in range(MOST_CLIENTS + 10):
        counts.count(a_usage("A", "Query.me"), Client(f"c{number}"), requests=1, seconds=0.01, errors=0)

    assert counts._fields["Query.me", Client(OTHER)] == 10
    assert len(counts._fields) == MOST_CLIENTS + 1


def test_what_waits_for_the_database_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(usage, "MOST_FIELDS", 3)
    counts = UsageCounts()

    counts.count(
        a_usage("A", *(f"Query.f{number}" for number in range(5))),
        UNKNOWN,
        requests=1,
        seconds=0.01,
        errors=0,
    )

    assert (len(counts._fields), counts.dropped) == (3, 2)


async def test_fields_are_stored_by_client_and_wait_while_the_database_is_away(live: Live) -> None:
    gateway = live.app.gateway
    observer, ports = gateway.observer, gateway.ports
    works = ports.open_work
    await live.client.post("/graphql", json={"query": "{ users { nodes { handle } } }"}, headers=HEADERS)

    def away(_meter: Meter) -> Any:
        raise OSError

    ports.open_work = away
    await observer.flush(ports)
    ports.open_work = works
    await live.client.post("/graphql", json={"query": "{ users { nodes { handle } } }"}, headers=HEADERS)
    await observer.flush(ports)
    await observer.flush(ports)

    async with works(Meter()) as work:
        rows = await work.connection.raw.fetch(  # type: ignore[attr-defined]
            "SELECT client_name, client_version, requests FROM field_counts WHERE coordinate = 'User.handle'"
        )
    assert [tuple(row) for row in rows] == [("web", "1.2.0", 2)]


@pytest.mark.parametrize(
    ("headers", "client"),
    [
        ({}, UNKNOWN),
        ({b"graphql-client-name": b"ios", b"graphql-client-version": b"7"}, Client("ios", "7")),
        ({b"apollographql-client-name": b"web"}, Client("web")),
        ({b"apollographql-client-name": b"\xc3\xa9\n", b"apollographql-client-version": b"x" * 65}, UNKNOWN),
    ],
)
def test_a_client_is_what_it_says_where_that_is_well_formed(
    headers: dict[bytes, bytes], client: Client
) -> None:
    assert client_of(headers) == client
    assert client_in({name.decode(): value.decode() for name, value in headers.items()}) == client
