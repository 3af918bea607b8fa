"""Media endpoint: images under the hash of their bytes, which any cache may keep for ever."""

import asyncio
import re

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from domain.media.media import MediaType
from gateway.http.errors import HttpError
from gateway.uploads.media_folder import MediaFolder

MEDIA_PATH = "/media/{name}"
_NAME = re.compile(r"([0-9a-f]{64})\.([a-z]+)")
_TYPES = {kind.extension: kind.value for kind in MediaType}
_HEADERS = {
    "cache-control": "public, max-age=31536000, immutable",
    "cross-origin-resource-policy": "cross-origin",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "content-disposition": "inline",
}
"""An image may be shown by pages of any origin, and nothing in it runs."""


class MediaEndpoint:
    """Handles GET and HEAD."""

    def __init__(self, folder: MediaFolder) -> None:
        self._folder = folder

    async def answer(self, request: Request) -> Response:
        """Return an image; raises HttpError for a name of none."""
        found = _NAME.fullmatch(request.path_params["name"])
        content_type = _TYPES.get(found[2]) if found else None
        if found is None or content_type is None:
            raise _not_found()
        etag = f'"{found[1]}"'
        if request.headers.get("if-none-match") == etag:
            return Response(status_code=304, headers=_HEADERS | {"etag": etag})
        path = self._folder.path(found[0])
        if not await asyncio.to_thread(path.is_file):
            raise _not_found()
        return FileResponse(path, media_type=content_type, headers=_HEADERS | {"etag": etag})


def _not_found() -> HttpError:
    return HttpError(404, "NOT_FOUND", "There is no such image.")
