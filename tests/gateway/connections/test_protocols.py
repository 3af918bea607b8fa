"""Connections: what is refused, byte by byte, and with which answer."""

import asyncio

import pytest

from gateway.settings import bounds
from tests.raw_http import GET, HOST, Raw, raw

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
async def test_what_another_server_may_read_otherwise_is_refused(bad: bytes) -> None:
    async with raw() as server, server.line() as line:
        await line.send(bad)
        answer = await line.answer()

        assert (answer.status, answer.code) == (400, "BAD_REQUEST")
        assert answer.headers["connection"] == "close"
        assert await line.is_closed()


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        (get(b"/" + b"a" * bounds.TARGET_BYTES), 414, "URI_TOO_LONG"),
        (get(b"/?" + b"a" * bounds.QUERY_BYTES + b"a"), 414, "URI_TOO_LONG"),
        (get(b"/" + b"a" * 2 * bounds.HEAD_BYTES), 414, "URI_TOO_LONG"),
        (b"POST /?" + b"a" * bounds.TARGET_BYTES + b" HTTP/1.1\r\n" + HOST + b"\r\n", 414, "URI_TOO_LONG"),
        (get(b"/", b"X-A: " + b"a" * bounds.HEADER_BYTES), 431, "HEADERS_TOO_LARGE"),
        (get(b"/", *[b"X-A: a"] * bounds.MOST_HEADERS), 431, "HEADERS_TOO_LARGE"),
        (get(b"/", *[b"X-A: " + b"a" * 1_000] * 90)[: bounds.HEAD_BYTES + 999], 431, "HEADERS_TOO_LARGE"),
        (POST + b"Expect: a miracle\r\nContent-Length: 2\r\n\r\n", 417, "EXPECTATION_FAILED"),
        (b"CONNECT here:80 HTTP/1.1\r\n" + HOST + b"\r\n", 501, "METHOD_NOT_ALLOWED"),
        (get(b"/", version=b"2.0"), 505, "HTTP_VERSION_NOT_SUPPORTED"),
        (b"GET /\r\n\r\n", 505, "HTTP_VERSION_NOT_SUPPORTED"),
        (CHUNKED + b"1\r\na\r\n" * (bounds.MOST_CHUNKS + 1), 413, "PAYLOAD_TOO_LARGE"),
    ],
)
async def test_what_is_too_much_or_not_spoken_has_its_code(sent: bytes, status: int, code: str) -> None:
    async with raw() as server:
        answer = await server.ask(sent)

        assert (answer.status, answer.code) == (status, code)


async def test_a_head_that_grows_piece_by_piece_is_bounded_as_well() -> None:
    pieces = [get(b"/")[:-2], *[b"X-A: " + b"a" * 1_000 + b"\r\n"] * 41]

    async with raw() as server:
        answer = await server.ask(*pieces)

        assert answer.code == "HEADERS_TOO_LARGE"


@pytest.mark.parametrize(
    ("sent", "answered"),
    [
        (get(b"/?" + b"a" * bounds.QUERY_BYTES), b"GET / "),
        (get(b"http://here/path?q"), b"GET /path "),
        (get(b"/", host=b"", version=b"1.0"), b"GET / "),
        (b"\r\n\r\n" + GET, b"GET / "),
        (CHUNKED + b"1;a=b\r\na\r\n2\r\nbc\r\n0\r\nX-T: t\r\n\r\n", b"POST / abc"),
        (get(b"/", *[b"X-A: a"] * (bounds.MOST_HEADERS - 1)), b"GET / "),
        (get(b"/", b"Connection: upgrade", b"Upgrade: h2c"), b"GET / "),
    ],
)
async def test_what_is_unusual_and_clear_is_answered(sent: bytes, answered: bytes) -> None:
    async with raw() as server:
        answer = await server.ask(sent)

        assert (answer.status, answer.body) == (200, answered)


async def test_a_head_byte_by_byte_is_a_head() -> None:
    async with raw() as server:
        answer = await server.ask(*[GET[n : n + 1] for n in range(len(GET))])

        assert answer.body == b"GET / "


async def test_only_the_named_hosts_are_served_and_health_under_any() -> None:
    async with raw(hosts=frozenset({b"api.example.org", b"::1"})) as server, server.line() as line:
        good = [b"Host: api.example.org\r\n", b"Host: API.example.org:8000\r\n", b"Host: [::1]:8000\r\n"]
        for host in good:
            await line.send(get(b"/", host=host))
            assert (await line.answer()).status == 200

        health = await server.ask(get(b"/health/live", host=b"Host: 10.0.0.7\r\n"))
        await line.send(get(b"/"))
        other = await line.answer()
        nameless = await server.ask(get(b"/", host=b"", version=b"1.0"))

        assert health.status == 200
        assert (other.status, other.code) == (421, "MISDIRECTED_REQUEST")
        assert nameless.status == 421


async def test_an_expected_body_is_asked_for() -> None:
    head = POST + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n"

    async with raw() as server, server.line() as line:
        await line.send(head)
        asked = await line.answer()
        await line.send(b"ab")
        answer = await line.answer()
        await line.send(GET)

        assert asked.status == 100
        assert answer.body == b"POST / ab"
        assert (await line.answer()).status == 200


async def test_nothing_can_follow_an_answer_that_did_not_wait_for_the_expected_body() -> None:
    head = b"POST /early HTTP/1.1\r\n" + HOST + b"Expect: 100-continue\r\nContent-Length: 46\r\n\r\n"

    async with raw() as server, server.line() as line:
        await line.send(head)
        answer = await line.answer()

        assert (answer.status, answer.headers["connection"]) == (200, "close")
        assert await line.is_closed()


async def test_requests_in_a_row_are_answered_in_order() -> None:
    async with raw() as server, server.line() as line:
        await line.send(get(b"/slow") + get(b"/2") + get(b"/3"))

        assert [(await line.answer()).body for _ in range(3)] == [b"GET /slow ", b"GET /2 ", b"GET /3 "]


async def test_the_row_is_bounded_and_what_was_taken_is_answered() -> None:
    async with raw() as server, server.line() as line:
        await line.send(get(b"/slow") + get(b"/") * 100)
        answers = [await line.answer() for _ in range(bounds.MOST_PIPELINED + 2)]

        assert [answer.status for answer in answers] == [200] * (bounds.MOST_PIPELINED + 1) + [429]
        assert await line.is_closed()


@pytest.mark.parametrize("bad", [b"NONSENSE\r\n\r\n", CHUNKED + b"zz\r\n", get(b"/", host=b"")])
async def test_nonsense_after_a_request_does_not_spoil_its_answer(bad: bytes) -> None:
    async with raw() as server, server.line() as line:
        await line.send(get(b"/slow") + bad)
        first, second = await line.answer(), await line.answer()

        assert (first.status, first.body) == (200, b"GET /slow ")
        assert second.code == "BAD_REQUEST"


async def test_a_connection_ends_after_its_share_of_requests() -> None:
    async with raw(connection_requests=2) as server, server.line() as line:
        await line.send(GET)
        first = await line.answer()
        await line.send(GET)
        last = await line.answer()

        assert "connection" not in first.headers
        assert last.headers["connection"] == "close"
        assert await line.is_closed()


async def test_an_address_has_so_many_connections() -> None:
    async with raw(connections_per_address=2) as server, server.line() as one, server.line() as two:
        for line in (one, two):
            await line.send(GET)
            assert (await line.answer()).status == 200

        refused = await server.ask(GET)
        one.writer.close()
        await asyncio.sleep(0.05)
        taken = await server.ask(GET)

        assert (refused.status, refused.code) == (503, "TOO_MANY_CONNECTIONS")
        assert refused.headers["retry-after"] == "1"
        assert taken.status == 200


async def test_a_refused_peer_that_goes_on_sending_still_reads_why() -> None:
    flood = b"NONSENSE\r\n\r\n" + b"x" * 500_000

    async with raw() as server:
        answers = [await server.ask(flood) for _ in range(5)]

        assert {answer.code for answer in answers} == {"BAD_REQUEST"}


async def _connections(server: Raw) -> int:
    await asyncio.sleep(0.05)
    return len(server.server.crowd.connections)


async def test_nothing_is_left_of_a_connection_that_broke() -> None:
    async with raw() as server:
        for sent in (b"", b"GET /", GET, CHUNKED + b"1\r\n", b"NONSENSE\r\n\r\n"):
            async with server.line() as line:
                await line.send(sent)
                await asyncio.sleep(0.01)
                line.writer.transport.abort()

        assert await _connections(server) == 0
        assert server.server.crowd._addresses._held == {}
