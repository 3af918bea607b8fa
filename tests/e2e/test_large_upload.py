"""A file of 95 MB sent to a gateway that was started as `make run` does: on disk byte by byte, never in memory."""

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.demo_accounts import AUTHOR, PASSWORD
from tests.support.memory import largest_megabytes
from tests.support.servers.gateway import running_gateway

MEGABYTES = 95
MOST_GROWTH = 30
PIECE = b"Is it so? {T}\n\n" * 4_369
LOGIN = (
    """mutation ($input: LoginInput!) { login(input: $input) { accessToken userErrors { __typename } } }"""
)
BEGIN = """mutation ($input: BeginUploadInput!) { beginUpload(input: $input) {
  path upload { id } userErrors { __typename } } }"""
IMPORTS = """{ viewer { imports { nodes { filename outcome accepted lossCount findings { nodes { kind item } } } } } }"""
pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


async def pieces(size: int) -> AsyncIterator[bytes]:
    while size > 0:
        yield PIECE[:size]
        size -= len(PIECE)


async def test_a_large_file_takes_disk_and_no_memory(database_url: str, tmp_path: Path) -> None:
    size = MEGABYTES * 1_000_000
    environment = {"DATABASE_URL": database_url, "QUESTPATH_FILES": str(tmp_path)}
    with running_gateway(tmp_path, **environment) as gateway:
        async with httpx.AsyncClient(base_url=gateway.url, timeout=120) as client:

            async def asked(document: str, token: str = "", **given: Any) -> dict[str, Any]:
                headers = {"authorization": f"Bearer {token}"} if token else {}
                body = {"query": document, "variables": {"input": given} if given else {}}
                answer = await client.post("/graphql", json=body, headers=headers)
                data: dict[str, Any] = answer.json()["data"]
                return data

            login = (await asked(LOGIN, email=AUTHOR.email, password=PASSWORD))["login"]
            token = login["accessToken"]
            given = {"filename": "large.gift", "sizeBytes": size, "purpose": "QUESTIONS"}
            begun = (await asked(BEGIN, token, **given))["beginUpload"]
            before = largest_megabytes(gateway.process.pid)
            response = await client.put(
                begun["path"], content=pieces(size), headers={"content-length": str(size)}
            )
            growth = largest_megabytes(gateway.process.pid) - before
            listed = (await asked(IMPORTS, token))["viewer"]["imports"]["nodes"]

    stored = (tmp_path / "uploads" / begun["upload"]["id"]).read_bytes()
    assert response.status_code == 201, response.text
    assert response.json()["sha256"] == hashlib.sha256(stored).hexdigest()
    assert len(stored) == size
    print(f"{MEGABYTES} MB: the gateway grew by {growth:.0f} MB")  # noqa: T201 - figures for people, with -s
    assert growth < MOST_GROWTH
    (demo,) = [each for each in listed if each["filename"] == "http-status-codes.gift"]
    assert (demo["outcome"], demo["accepted"], demo["lossCount"]) == ("STORED", 4, 1)
