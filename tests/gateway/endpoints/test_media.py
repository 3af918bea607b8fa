"""Images over HTTP: under the hash of their bytes, for any cache and any page, and never a program."""

import hashlib
from pathlib import Path
from typing import Any

import pytest

from gateway.uploads.media_folder import MediaFolder
from tests.builders.images import png
from tests.gateway.conftest import Live

NAME = f"{hashlib.sha256(png()).hexdigest()}.png"


@pytest.fixture
def overrides(tmp_path: Path) -> dict[str, Any]:
    MediaFolder(tmp_path / "media").keep(NAME, png())
    return {"files": tmp_path}


async def test_an_image_is_served_with_headers_that_keep_it_one(live: Live) -> None:
    response = await live.client.get(f"/media/{NAME}")

    assert response.status_code == 200
    assert response.content == png()
    assert response.headers["content-type"] == "image/png"
    assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in response.headers["content-security-policy"]
    assert response.headers["cross-origin-resource-policy"] == "cross-origin"


async def test_an_image_that_a_cache_has_is_not_sent_again(live: Live) -> None:
    etag = (await live.client.get(f"/media/{NAME}")).headers["etag"]

    response = await live.client.get(f"/media/{NAME}", headers={"if-none-match": etag})

    assert (response.status_code, response.content) == (304, b"")


@pytest.mark.parametrize(
    "name",
    [
        "0" * 64 + ".png",
        NAME.replace(".png", ".svg"),
        NAME.replace(".png", ".html"),
        NAME.replace(".png", ""),
        "..%2F..%2Fetc%2Fpasswd",
        NAME.upper(),
    ],
)
async def test_other_names_are_not_found(live: Live, name: str) -> None:
    assert (await live.client.get(f"/media/{name}")).status_code == 404
