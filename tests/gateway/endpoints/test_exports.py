"""Export downloads over HTTP."""

import pytest

from tests.gateway.conftest import Live

EXPORT = "mutation { exportMyData { path userErrors { ... on UserError { message } } } }"


async def export_path(live: Live) -> str:
    token = await live.register("ada")
    path: str = (await live.post(EXPORT, token=token)).json()["data"]["exportMyData"]["path"]
    return path


async def test_the_link_returns_the_document_as_an_uncached_file(live: Live) -> None:
    path = await export_path(live)

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
    path = await export_path(live)

    response = await live.client.get(path.replace(old, new, 1))

    assert response.status_code == 404
    assert response.json()["errors"][0]["extensions"]["code"] == "NOT_FOUND"


async def test_a_link_accepts_only_get(live: Live) -> None:
    path = await export_path(live)

    assert (await live.client.post(path)).status_code == 405
