"""A large import under a worker: from the bytes over HTTP to the stored questions, and after a step that failed."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.builders import mint
from tests.gateway.conftest import Live, running
from tests.gateway.endpoints.uploads import author, begun
from tests.support.patience import PATIENCE_S

IMPORT = """mutation ($input: ImportQuestionsInput!) { importQuestions(input: $input) {
  started { id progress workflow { id state } } userErrors { ... on UserError { code message } } } }"""
READ = """query ($id: ID!) { node(id: $id) { ... on Import { outcome accepted progress note workflow { id
  state progress steps { key state } } } } }"""
pytestmark = pytest.mark.slow


async def test_a_file_goes_from_its_bytes_to_a_quiz(database_url: str, tmp_path: Path) -> None:
    content = b"".join(b"::Q%d::Is %d a number? {T}\n\n" % (n, n) for n in range(1_200))
    async with running(database_url, with_worker=True, files=tmp_path) as live:
        _, token = await author(live)
        payload = await begun(live, token, len(content))
        await live.client.put(payload["path"], content=content)
        given = {"upload": payload["upload"]["id"], "idempotencyKey": mint("key"), "title": "Numbers"}

        started = (await live.post(IMPORT, token=token, input=given)).json()["data"]["importQuestions"]
        done = await ended(live, token, started["started"]["id"])
        quiz = await live.post('{ quiz(by: {slug: "numbers-6"}) { questionCount } }')

    assert started["userErrors"] == []
    assert (done["outcome"], done["accepted"], done["progress"]) == ("STORED", 1_200, 100)
    assert [step["state"] for step in done["workflow"]["steps"]] == ["SUCCEEDED"] * 4
    assert quiz.json()["data"]["quiz"] == {"questionCount": 200}


async def test_a_file_that_cannot_be_read_ends_its_workflow_in_order(
    database_url: str, tmp_path: Path
) -> None:
    async with running(database_url, with_worker=True, files=tmp_path) as live:
        _, token = await author(live)
        payload = await begun(live, token, 8)
        await live.client.put(payload["path"], content=b"%PDF-1.7")
        given = {"upload": payload["upload"]["id"], "idempotencyKey": mint("key")}

        started = (await live.post(IMPORT, token=token, input=given)).json()["data"]["importQuestions"]
        done = await ended(live, token, started["started"]["id"])

    states = {step["key"]: step["state"] for step in done["workflow"]["steps"]}
    assert done["outcome"] == "REFUSED"
    assert states == {"check": "SUCCEEDED", "stage": "SKIPPED", "keep": "SKIPPED", "report": "SUCCEEDED"}


async def ended(live: Live, token: str, import_id: str) -> dict[str, Any]:
    """Return the import once its workflow has ended."""
    async with asyncio.timeout(PATIENCE_S * 2):
        while True:
            found: dict[str, Any] = (await live.post(READ, token=token, id=import_id)).json()["data"]["node"]
            if found["workflow"]["state"] != "RUNNING":
                return found
            await asyncio.sleep(0.1)
