"""Bodies that are too large: every usual client can read the 413, however it sends the body."""

import asyncio
import http.client
import json
import shutil
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx
import pytest

from tests.gateway.conftest import Live

MIB = 1024 * 1024
JSON = {"content-type": "application/json"}
PIECE = b" " * 64 * 1024


@dataclass(frozen=True)
class Sending:
    """How a body is sent."""

    url: str
    size: int
    is_chunked: bool
    expects: bool

    @property
    def headers(self) -> dict[str, str]:
        return JSON | ({"expect": "100-continue"} if self.expects else {})

    def pieces(self) -> Iterator[bytes]:
        yield b'{"query":"'
        for _ in range(self.size // len(PIECE)):
            yield PIECE
        yield b'"}'

    def body(self) -> bytes:
        return b"".join(self.pieces())


Answer = tuple[int, bytes]


def by_httpx(sending: Sending) -> Answer:
    content = sending.pieces() if sending.is_chunked else sending.body()
    with httpx.Client(timeout=20) as client:
        for _ in range(2):  # the second goes over the same connection, or over another where that was closed
            response = client.post(sending.url, content=content, headers=sending.headers)
            content = sending.pieces() if sending.is_chunked else content
    return response.status_code, response.content


def by_urllib(sending: Sending) -> Answer:
    body = sending.pieces() if sending.is_chunked else sending.body()
    request = urllib.request.Request(sending.url, body, sending.headers)  # noqa: S310 - our own server
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=20)  # noqa: S310
    return refused.value.code, refused.value.read()


def by_http_client(sending: Sending) -> Answer:
    connection = http.client.HTTPConnection(urlsplit(sending.url).netloc, timeout=20)
    body = sending.pieces() if sending.is_chunked else sending.body()
    connection.request("POST", "/graphql", body, sending.headers, encode_chunked=sending.is_chunked)
    response = connection.getresponse()
    answer = response.status, response.read()
    connection.close()
    return answer


CLIENTS = {"httpx": by_httpx, "urllib": by_urllib, "http.client": by_http_client}


@pytest.mark.parametrize("size", [1, 5, pytest.param(50, marks=pytest.mark.slow)])
@pytest.mark.parametrize("is_chunked", [False, True], ids=["length", "chunked"])
@pytest.mark.parametrize("expects", [False, True], ids=["", "expect"])
@pytest.mark.parametrize("client", CLIENTS.values(), ids=CLIENTS)
async def test_a_client_that_sends_the_whole_body_reads_the_413(
    live: Live, client: Callable[[Sending], Answer], expects: bool, is_chunked: bool, size: int
) -> None:
    sending = Sending(live.url + "/graphql", size * MIB, is_chunked, expects)

    status, body = await asyncio.to_thread(client, sending)

    assert (status, _code(body)) == (413, "PAYLOAD_TOO_LARGE")


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
@pytest.mark.slow
@pytest.mark.parametrize("size", [1, 5, 50])
@pytest.mark.parametrize("coding", ["Transfer-Encoding: chunked", "Transfer-Encoding:"])
@pytest.mark.parametrize("expect", ["Expect:", "Expect: 100-continue"])
async def test_curl_reads_the_413(live: Live, expect: str, coding: str, size: int) -> None:
    headers = ["-H", "Content-Type: application/json", "-H", expect, "-H", coding]
    process = await asyncio.create_subprocess_exec(
        "curl", "-sS", "-w", "%{http_code}", "--data-binary", "@-", *headers, live.url + "/graphql",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip

    told, _ = await process.communicate(Sending("", size * MIB, is_chunked=False, expects=False).body())

    assert (process.returncode, told[-3:], _code(told[:-3])) == (0, b"413", "PAYLOAD_TOO_LARGE")


@pytest.mark.parametrize("size", [5, pytest.param(50, marks=pytest.mark.slow)])
@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/graphql", {"content-type": "text/plain"}, 415),
        ("/graphql", JSON | {"accept": "text/csv"}, 406),
        ("/graphql", JSON | {"authorization": "Bearer nonsense"}, 413),
        ("/nowhere", JSON, 404),
        ("/health", JSON, 405),
    ],
)
async def test_any_other_refusal_of_a_large_body_can_be_read_too(
    live: Live, path: str, headers: dict[str, str], status: int, size: int
) -> None:
    body = b" " * (size * MIB)
    async with httpx.AsyncClient(base_url=live.url, timeout=20) as client:
        responses = [await client.post(path, content=body, headers=headers) for _ in range(2)]

    assert [response.status_code for response in responses] == [status] * 2


def _code(body: bytes) -> str:
    (error,) = json.loads(body)["errors"]
    code: str = error["extensions"]["code"]
    return code
