"""Printouts under a worker and over HTTP: from the request to the file, and links that lead nowhere."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from domain.unit_of_work import Meter
from tests.builders import a_user, mint
from tests.gateway.conftest import Live, running
from tests.support.patience import PATIENCE_S
from tests.support.pdf_texts import words_in
from tests.support.roadmaps import store_roadmap

PRINT = """mutation ($input: PrintDocumentInput!) { printDocument(input: $input) {
  printout { id } job { id } userErrors { ... on UserError { message } } } }"""
READ = "query ($id: ID!) { node(id: $id) { ... on Printout { state failure link { url } } } }"
pytestmark = pytest.mark.slow


async def a_printout(live: Live, handle: str, format: str = "PDF") -> str:
    """Print a roadmap; return the path of its link."""
    token = await live.register(handle)
    async with live.app.pipeline.ports.open_work(Meter()) as work:
        author = await work.users.add(a_user())
        slug = mint("s").lower().replace("_", "-")
        stored = await store_roadmap(work, author.id, {"a": [], "b": []}, slug=slug, title="Узлы 漢字")
    given = {"targetId": stored.roadmap.id, "format": format}
    payload = (await live.post(PRINT, token=token, input=given)).json()["data"]["printDocument"]
    assert payload["userErrors"] == []
    found: dict[str, Any] = {"state": "WAITING"}
    async with asyncio.timeout(PATIENCE_S * 2):
        while found["state"] == "WAITING":
            await asyncio.sleep(0.1)
            read = await live.post(READ, token=token, id=payload["printout"]["id"])
            found = read.json()["data"]["node"]
    assert found["state"] == "READY", found
    return "/printouts" + str(found["link"]["url"]).partition("/printouts")[2]


async def test_a_file_is_made_by_a_worker_and_downloaded_by_its_link(
    database_url: str, tmp_path: Path
) -> None:
    async with running(database_url, with_worker=True, files=tmp_path) as live:
        path = await a_printout(live, "ada")
        response = await live.client.get(path)
        other = await a_printout(live, "bob", "MARKDOWN")
        markdown = await live.client.get(other)
        changed = [
            path.replace("signature=", "signature=0"),
            path.replace("expires=", "expires=9"),
            path.replace("printout_", "printout_X"),
            path.partition("?")[0],
            path.partition("?")[0] + "?" + other.partition("?")[2],
        ]
        refused = [await live.client.get(each) for each in changed]
        posted = await live.client.post(path)
        for file in (tmp_path / "printouts").iterdir():
            file.unlink()
        gone = await live.client.get(path)

    assert response.status_code == 200
    assert response.headers["content-type"] == "application/pdf"
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["content-disposition"].startswith("attachment; filename*=UTF-8''")
    assert response.headers["content-disposition"].endswith(".pdf")
    assert "Узлы 漢字" in words_in(response.content)
    assert markdown.headers["content-type"] == "text/markdown; charset=utf-8"
    assert markdown.text.startswith("# Узлы 漢字\n")
    assert [each.status_code for each in refused] == [404] * 5
    assert {each.json()["errors"][0]["extensions"]["code"] for each in refused} == {"NOT_FOUND"}
    assert posted.status_code == 405
    assert gone.status_code == 404
