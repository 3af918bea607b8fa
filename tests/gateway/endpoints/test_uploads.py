"""Uploads over HTTP: a signed path takes the bytes of one file, once and whole."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from domain.ids import UploadId
from domain.unit_of_work import Meter
from domain.uploads import upload_requests
from domain.uploads.uploads import UploadState
from tests.builders.acts import an_act
from tests.gateway.conftest import Live
from tests.gateway.endpoints.uploads import author, begun

READ = "query ($id: ID!) { node(id: $id) { ... on Upload { state sha256 sizeBytes receivedAt } } }"
ORIGIN = "https://app.example.org"


@pytest.fixture
def overrides(tmp_path: Path) -> dict[str, Any]:
    return {"files": tmp_path, "origins": [ORIGIN], "upload_bytes": 10_000_000}


@pytest.fixture
def impatient(overrides: dict[str, Any]) -> None:
    """Give bodies a second."""
    overrides["body_s"] = 1


async def state(live: Live, token: str, upload_id: str) -> dict[str, Any]:
    found: dict[str, Any] = (await live.post(READ, token=token, id=upload_id)).json()["data"]["node"]
    return found


def files(tmp_path: Path) -> list[str]:
    return sorted(path.name for path in (tmp_path / "uploads").glob("*"))


async def test_the_bytes_of_a_file_arrive_and_are_hashed(live: Live, tmp_path: Path) -> None:
    _, token = await author(live)
    content = b"Is it so? {T}\n\n" * 200_000
    payload = await begun(live, token, len(content))

    response = await live.client.put(payload["path"], content=content)

    digest = hashlib.sha256(content).hexdigest()
    assert response.status_code == 201, response.text
    assert response.json() == {"id": payload["upload"]["id"], "sizeBytes": len(content), "sha256": digest}
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["cache-control"] == "no-store"
    found = await state(live, token, payload["upload"]["id"])
    assert (found["state"], found["sha256"]) == ("UPLOADED", digest)
    assert files(tmp_path) == [payload["upload"]["id"]]
    assert (tmp_path / "uploads" / payload["upload"]["id"]).read_bytes() == content


async def test_a_body_in_pieces_without_a_length_is_taken(live: Live) -> None:
    _, token = await author(live)
    payload = await begun(live, token, 30_000)

    response = await live.client.put(payload["path"], content=pieces(b"x" * 1_000, 30))

    assert response.status_code == 201


async def pieces(piece: bytes, count: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield piece
        await asyncio.sleep(0)


@pytest.mark.parametrize(("sent", "status"), [(29, 400), (31, 413)])
@pytest.mark.parametrize("in_pieces", [True, False])
async def test_a_file_of_another_size_is_refused_and_can_be_sent_again(
    live: Live, tmp_path: Path, sent: int, status: int, in_pieces: bool
) -> None:
    _, token = await author(live)
    payload = await begun(live, token, 30)
    body: Any = pieces(b"x", sent) if in_pieces else b"x" * sent

    refused = await live.client.put(payload["path"], content=body)
    accepted = await live.client.put(payload["path"], content=b"x" * 30)

    assert (refused.status_code, accepted.status_code) == (status, 201)
    assert files(tmp_path) == [payload["upload"]["id"]]


async def test_a_second_file_for_one_path_is_refused(live: Live, tmp_path: Path) -> None:
    _, token = await author(live)
    payload = await begun(live, token, 3)
    await live.client.put(payload["path"], content=b"one")

    second = await live.client.put(payload["path"], content=b"two")

    assert second.status_code == 409
    assert (tmp_path / "uploads" / payload["upload"]["id"]).read_bytes() == b"one"


async def test_of_two_requests_at_once_one_sends_the_file(live: Live) -> None:
    _, token = await author(live)
    payload = await begun(live, token, 3_000)
    bodies = [pieces(letter * 1_000, 3) for letter in (b"a", b"b", b"c")]

    responses = await asyncio.gather(*(live.client.put(payload["path"], content=body) for body in bodies))

    assert sorted(response.status_code for response in responses) == [201, 409, 409]


async def test_a_client_that_breaks_off_leaves_nothing_and_may_send_again(live: Live, tmp_path: Path) -> None:
    _, token = await author(live)
    payload = await begun(live, token, 5_000_000)

    async def broken() -> AsyncIterator[bytes]:
        yield b"x" * 3_000_000
        raise RuntimeError("the network is gone")

    with pytest.raises(RuntimeError, match="gone"):
        await live.client.put(payload["path"], content=broken())
    async with asyncio.timeout(10):
        while (again := await live.client.put(payload["path"], content=b"x" * 5_000_000)).status_code == 409:
            await asyncio.sleep(0.05)

    assert again.status_code == 201
    assert files(tmp_path) == [payload["upload"]["id"]]


@pytest.mark.parametrize(
    ("old", "new"),
    [("signature=", "signature=0"), ("expires=", "expires=9"), ("size=3", "size=4"), ("upload_", "upload_X")],
)
async def test_a_changed_path_is_not_found(live: Live, old: str, new: str) -> None:
    _, token = await author(live)
    payload = await begun(live, token, 3)

    response = await live.client.put(payload["path"].replace(old, new, 1), content=b"one")

    assert response.status_code == 404
    assert response.json()["errors"][0]["extensions"]["code"] == "NOT_FOUND"


async def test_a_path_expires_after_an_hour(live: Live) -> None:
    _, token = await author(live)
    payload = await begun(live, token, 3)
    ports = live.app.pipeline.ports
    now = ports.now()
    ports.now = lambda: now + timedelta(hours=1, seconds=1)

    assert (await live.client.put(payload["path"], content=b"one")).status_code == 404


async def test_the_path_takes_no_compressed_body_and_no_other_method(live: Live) -> None:
    _, token = await author(live)
    payload = await begun(live, token, 3)

    compressed = await live.client.put(payload["path"], content=b"one", headers={"content-encoding": "gzip"})

    assert compressed.status_code == 415
    assert (await live.client.get(payload["path"])).status_code == 405


async def test_pages_of_allowed_origins_may_send_files(live: Live) -> None:
    _, token = await author(live)
    payload = await begun(live, token, 3)

    asked = await live.client.options(
        payload["path"], headers={"origin": ORIGIN, "access-control-request-method": "PUT"}
    )
    sent = await live.client.put(payload["path"], content=b"one", headers={"origin": ORIGIN})
    foreign = await live.client.put(
        payload["path"], content=b"one", headers={"origin": "https://evil.example.net"}
    )

    assert asked.status_code == 204
    assert "PUT" in asked.headers["access-control-allow-methods"]
    assert sent.headers["access-control-allow-origin"] == ORIGIN
    assert "access-control-allow-origin" not in foreign.headers


async def test_the_endpoint_of_graphql_keeps_its_limit(live: Live) -> None:
    _, token = await author(live)

    response = await live.client.post(
        "/graphql",
        content=b"x" * 3_000_000,
        headers={"content-type": "application/json", "authorization": f"Bearer {token}"},
    )

    assert response.status_code == 413


async def test_a_file_beyond_the_setting_is_refused_before_it_is_sent(live: Live) -> None:
    _, token = await author(live)

    payload = await begun(live, token, 10_000_001)

    assert [error["code"] for error in payload["userErrors"]] == ["FILE_TOO_LARGE"]


async def test_files_are_removed_after_a_day(live: Live, tmp_path: Path) -> None:
    user, token = await author(live)
    payload = await begun(live, token, 3)
    await live.client.put(payload["path"], content=b"one")
    ports = live.app.pipeline.ports
    later = ports.now() + timedelta(days=1, seconds=1)

    removed = await upload_requests.tidy(
        lambda: ports.open_work(Meter()), ports.upload_files, an_act(now=later)
    )

    assert removed == 1
    assert files(tmp_path) == []
    async with ports.open_reads(Meter()) as reads:
        (found,) = await reads.uploads.by_ids(
            [UploadId(payload["upload"]["id"])],
            viewer_id=user.id,
            now=later,
        )
    assert found is not None
    assert found.state is UploadState.EXPIRED


@pytest.mark.slow
async def test_a_file_may_take_longer_than_a_body_while_pieces_of_it_arrive(
    impatient: None, live: Live
) -> None:
    _, token = await author(live)
    payload = await begun(live, token, 5)

    async def slow() -> AsyncIterator[bytes]:
        for _ in range(5):
            await asyncio.sleep(0.7)
            yield b"x"

    assert (await live.client.put(payload["path"], content=slow())).status_code == 201


@pytest.mark.slow
async def test_a_client_that_sends_nothing_more_is_cut_off_and_may_send_again(
    impatient: None, live: Live
) -> None:
    _, token = await author(live)
    payload = await begun(live, token, 5)

    async def stalled() -> AsyncIterator[bytes]:
        yield b"x"
        await asyncio.sleep(30)

    stalling = asyncio.create_task(live.client.put(payload["path"], content=stalled()))
    await asyncio.sleep(0.3)
    async with asyncio.timeout(10):
        while (again := await live.client.put(payload["path"], content=b"12345")).status_code == 409:
            await asyncio.sleep(0.1)
    stalling.cancel()
    with suppress(httpx.TransportError, asyncio.CancelledError):
        await stalling

    assert again.status_code == 201


@pytest.mark.parametrize("path", ["/uploads/a/b", "/uploads/upload_x?expires=1&size=1&signature=1"])
async def test_of_a_file_that_no_one_waits_for_little_is_read(live: Live, path: str) -> None:
    host, port = live.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    head = f"PUT {path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 9000000\r\n\r\n"
    writer.write(head.encode())
    status = await reader.readline()

    sent = 0
    with suppress(ConnectionError):
        while sent < 9_000_000 and not reader.at_eof():
            writer.write(b"x" * 65_536)
            await writer.drain()
            sent += 65_536
            await asyncio.sleep(0.001)
            with suppress(TimeoutError):
                await asyncio.wait_for(reader.read(65_536), 0.001)
    writer.close()

    assert b" 404 " in status
    assert sent < 9_000_000
