"""Downloads of exports over HTTP."""

import pytest

from tests.gateway.conftest import Live

ASK = "mutation { exportMyData { path userErrors { ... on UserError { message } } } }"


async def a_link(live: Live) -> str:
    token = await live.register("ada")
    path: str = (await live.post(ASK, token=token)).json()["data"]["exportMyData"]["path"]
    return path


async def test_the_link_gives_the_document_as_a_file_that_nobody_keeps(live: Live) -> None:
    path = await a_link(live)

    response = await live.client.get(path)

    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    assert response.headers["content-disposition"] == 'attachment; filename="questpath-export.json"'
    assert response.headers["cache-control"] == "no-store"
    assert response.json()["users"][0]["email"] == "ada@example.org"


@pytest.mark.parametrize(
    ("old", "new"),
    [("signature=", "signature=0"), ("expires=", "expires=9"), ("export_", "export_X"), ("?", "?x=")],
)
async def test_a_changed_link_is_not_found(live: Live, old: str, new: str) -> None:
    path = await a_link(live)

    response = await live.client.get(path.replace(old, new, 1))

    assert response.status_code == 404
    assert response.json()["errors"][0]["extensions"]["code"] == "NOT_FOUND"


async def test_a_link_is_for_reading_alone(live: Live) -> None:
    path = await a_link(live)

    assert (await live.client.post(path)).status_code == 405
