"""HTTP protocol: which requests a connection refuses, byte by byte, and with which response."""

import asyncio

import pytest

from gateway.settings import connection_bounds
from tests.support.clients.raw_http import GET, HOST, RawServer, raw_server

POST = b"POST / HTTP/1.1\r\n" + HOST
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"


def get(target: bytes, *headers: bytes, host: bytes = HOST, version: bytes = b"1.1") -> bytes:
    return b"GET %b HTTP/%b\r\n%b%b\r\n" % (target, version, host, b"".join(h + b"\r\n" for h in headers))


@pytest.mark.parametrize(
    "bad",
    [
        POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        POST + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
        POST + b"Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
        POST + b"Content-Length: 5, 5\r\n\r\nhello",
        POST + b"Content-Length: +5\r\n\r\nhello",
        POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        POST + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.0\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        CHUNKED + b"zz\r\n",
        CHUNKED + b"0x1\r\na\r\n0\r\n\r\n",
        CHUNKED + b"1\na\n0\n\n",
        CHUNKED + b"fffffffffffffffff\r\na\r\n",
        get(b"/", b"X-A: b", b" folded"),
        get(b"/", b"X-A: b\x00c"),
        b"GET / HTTP/1.1\nHost: here\n\n",
        get(b"/", b"Bad Name: b"),
        get(b"/", HOST.strip()),
        get(b"/", host=b""),
        get(b"/", host=b"Host:\r\n"),
        get(b"/", host=b"Host: a, b\r\n"),
        get(b"http://there/", host=HOST),
        get(b"http://someone@here/", host=HOST),
        get(b"ftp://here/", host=HOST),
        POST + b"Connection: upgrade\r\nUpgrade: h2c\r\nContent-Length: 2\r\n\r\nab",
        b"\x16\x03\x01\x02\x00\x01",
    ],
)
async def test_a_request_that_servers_could_read_differently_is_refused(bad: bytes) -> None:
    async with raw_server() as server, server.connect() as connection:
        await connection.send(bad)
        response = await connection.response()

        assert (response.status, response.code) == (400, "BAD_REQUEST")
        assert response.headers["connection"] == "close"
        assert await connection.is_closed()


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        (get(b"/" + b"a" * connection_bounds.TARGET_BYTES), 414, "URI_TOO_LONG"),
        (get(b"/?" + b"a" * connection_bounds.QUERY_BYTES + b"a"), 414, "URI_TOO_LONG"),
        (get(b"/" + b"a" * 2 * connection_bounds.HEAD_BYTES), 414, "URI_TOO_LONG"),
        (
            b"POST /?" + b"a" * connection_bounds.TARGET_BYTES + b" HTTP/1.1\r\n" + HOST + b"\r\n",
            414,
            "URI_TOO_LONG",
        ),
        (get(b"/", b"X-A: " + b"a" * connection_bounds.HEADER_BYTES), 431, "HEADERS_TOO_LARGE"),
        (get(b"/", *[b"X-A: a"] * connection_bounds.MOST_HEADERS), 431, "HEADERS_TOO_LARGE"),
        (
            get(b"/", *[b"X-A: " + b"a" * 1_000] * 90)[: connection_bounds.HEAD_BYTES + 999],
            431,
            "HEADERS_TOO_LARGE",
        ),
        (POST + b"Expect: a miracle\r\nContent-Length: 2\r\n\r\n", 417, "EXPECTATION_FAILED"),
        (b"CONNECT here:80 HTTP/1.1\r\n" + HOST + b"\r\n", 501, "METHOD_NOT_ALLOWED"),
        (get(b"/", version=b"2.0"), 505, "HTTP_VERSION_NOT_SUPPORTED"),
        (b"GET /\r\n\r\n", 505, "HTTP_VERSION_NOT_SUPPORTED"),
        (CHUNKED + b"1\r\na\r\n" * (connection_bounds.MOST_CHUNKS + 1), 413, "PAYLOAD_TOO_LARGE"),
    ],
)
async def test_a_request_that_is_too_large_or_unsupported_gets_its_code(
    sent: bytes, status: int, code: str
) -> None:
    async with raw_server() as server:
        response = await server.request(sent)

        assert (response.status, response.code) == (status, code)


async def test_a_head_in_many_pieces_is_limited_too() -> None:
    pieces = [get(b"/")[:-2], *[b"X-A: " + b"a" * 1_000 + b"\r\n"] * 41]

    async with raw_server() as server:
        response = await server.request(*pieces)

        assert response.code == "HEADERS_TOO_LARGE"


@pytest.mark.parametrize(
    ("sent", "body"),
    [
        (get(b"/?" + b"a" * connection_bounds.QUERY_BYTES), b"GET / "),
        (get(b"http://here/path?q"), b"GET /path "),
        (get(b"/", host=b"", version=b"1.0"), b"GET / "),
        (b"\r\n\r\n" + GET, b"GET / "),
        (CHUNKED + b"1;a=b\r\na\r\n2\r\nbc\r\n0\r\nX-T: t\r\n\r\n", b"POST / abc"),
        (get(b"/", *[b"X-A: a"] * (connection_bounds.MOST_HEADERS - 1)), b"GET / "),
        (get(b"/", b"Connection: upgrade", b"Upgrade: h2c"), b"GET / "),
    ],
)
async def test_an_unusual_but_unambiguous_request_is_served(sent: bytes, body: bytes) -> None:
    async with raw_server() as server:
        response = await server.request(sent)

        assert (response.status, response.body) == (200, body)


async def test_a_head_that_arrives_byte_by_byte_is_read() -> None:
    async with raw_server() as server:
        response = await server.request(*[GET[n : n + 1] for n in range(len(GET))])

        assert response.body == b"GET / "


async def test_only_configured_hosts_are_served_but_health_under_any() -> None:
    async with (
        raw_server(hosts=frozenset({b"api.example.org", b"::1"})) as server,
        server.connect() as connection,
    ):
        hosts = [b"Host: api.example.org\r\n", b"Host: API.example.org:8000\r\n", b"Host: [::1]:8000\r\n"]
        for host in hosts:
            await connection.send(get(b"/", host=host))
            assert (await connection.response()).status == 200

        health = [
            await server.request(get(path, host=b"Host: 10.0.0.7\r\n"))
            for path in (b"/health/live", b"/health", b"/health?from=probe", b"/healthy")
        ]
        await connection.send(get(b"/"))
        other = await connection.response()
        nameless = await server.request(get(b"/", host=b"", version=b"1.0"))

        assert [response.status for response in health] == [200, 200, 200, 421]
        assert (other.status, other.code) == (421, "MISDIRECTED_REQUEST")
        assert nameless.status == 421


async def test_expect_100_continue_is_answered_before_the_body_is_read() -> None:
    head = POST + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n"

    async with raw_server() as server, server.connect() as connection:
        await connection.send(head)
        interim = await connection.response()
        await connection.send(b"ab")
        response = await connection.response()
        await connection.send(GET)

        assert interim.status == 100
        assert response.body == b"POST / ab"
        assert (await connection.response()).status == 200


async def test_a_response_before_the_expected_body_closes_the_connection() -> None:
    head = b"POST /early HTTP/1.1\r\n" + HOST + b"Expect: 100-continue\r\nContent-Length: 46\r\n\r\n"

    async with raw_server() as server, server.connect() as connection:
        await connection.send(head)
        response = await connection.response()

        assert (response.status, response.headers["connection"]) == (200, "close")
        assert await connection.is_closed()


async def test_pipelined_requests_are_answered_in_order() -> None:
    async with raw_server() as server, server.connect() as connection:
        await connection.send(get(b"/slow") + get(b"/2") + get(b"/3"))

        assert [(await connection.response()).body for _ in range(3)] == [
            b"GET /slow ",
            b"GET /2 ",
            b"GET /3 ",
        ]


async def test_the_pipeline_is_limited_and_accepted_requests_are_answered() -> None:
    async with raw_server() as server, server.connect() as connection:
        await connection.send(get(b"/slow") + get(b"/") * 100)
        responses = [await connection.response() for _ in range(connection_bounds.MOST_PIPELINED + 2)]

        assert [response.status for response in responses] == [200] * (
            connection_bounds.MOST_PIPELINED + 1
        ) + [429]
        assert await connection.is_closed()


@pytest.mark.parametrize("bad", [b"NONSENSE\r\n\r\n", CHUNKED + b"zz\r\n", get(b"/", host=b"")])
async def test_a_malformed_request_does_not_affect_the_response_before_it(bad: bytes) -> None:
    async with raw_server() as server, server.connect() as connection:
        await connection.send(get(b"/slow") + bad)
        first, second = await connection.response(), await connection.response()

        assert (first.status, first.body) == (200, b"GET /slow ")
        assert second.code == "BAD_REQUEST"


async def test_a_connection_closes_after_its_limit_of_requests() -> None:
    async with raw_server(connection_requests=2) as server, server.connect() as connection:
        await connection.send(GET)
        first = await connection.response()
        await connection.send(GET)
        last = await connection.response()

        assert "connection" not in first.headers
        assert last.headers["connection"] == "close"
        assert await connection.is_closed()


async def test_the_connections_of_an_address_are_limited() -> None:
    async with (
        raw_server(connections_per_address=2) as server,
        server.connect() as first,
        server.connect() as second,
    ):
        for connection in (first, second):
            await connection.send(GET)
            assert (await connection.response()).status == 200

        refused = await server.request(GET)
        first.writer.close()
        await asyncio.sleep(0.05)
        accepted = await server.request(GET)

        assert (refused.status, refused.code) == (503, "TOO_MANY_CONNECTIONS")
        assert refused.headers["retry-after"] == "1"
        assert accepted.status == 200


async def test_a_refused_client_that_keeps_sending_can_read_the_response() -> None:
    flood = b"NONSENSE\r\n\r\n" + b"x" * 500_000

    async with raw_server() as server:
        responses = [await server.request(flood) for _ in range(5)]

        assert {response.code for response in responses} == {"BAD_REQUEST"}


async def _connections(server: RawServer) -> int:
    await asyncio.sleep(0.05)
    return len(server.server.registry.connections)


async def test_a_broken_connection_leaves_nothing_behind() -> None:
    async with raw_server() as server:
        for sent in (b"", b"GET /", GET, CHUNKED + b"1\r\n", b"NONSENSE\r\n\r\n"):
            async with server.connect() as connection:
                await connection.send(sent)
                await asyncio.sleep(0.01)
                connection.writer.transport.abort()

        assert await _connections(server) == 0
        assert server.server.registry._addresses._counts == {}
