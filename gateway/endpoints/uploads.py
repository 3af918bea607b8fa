"""Upload endpoint: a signed address takes the bytes of one file, once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

import orjson
import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from domain.errors import UnavailableError
from domain.ids import UploadId, is_id
from domain.rate_limits.preparation import SIGNATURE, of_bytes
from domain.unit_of_work import Meter
from domain.uploads import upload_links
from domain.uploads.uploads import KEPT, RECEIVING
from gateway.endpoints.link_charges import LinkCharges
from gateway.http.errors import HttpError
from gateway.uploads.upload_folder import UploadFolder, UploadReceiver
from resolvers.context import Ports

UPLOAD_PATH = "/uploads/{id}"
MOST_AT_ONCE = 32
"""How many files a process receives at the same time."""
_log = structlog.get_logger("gateway.endpoints.uploads")


class UploadEndpoint:
    """Handles PUT on a link; wrong, expired, used and unknown links get the same response."""

    def __init__(self, ports: Ports, charges: LinkCharges, folder: UploadFolder) -> None:
        self._ports = ports
        self._charges = charges
        self._folder = folder
        self._free = MOST_AT_ONCE

    async def answer(self, request: Request) -> Response:
        """Check the signature before anything else, then receive the bytes; raises HttpError."""
        async with self._charges.of(request) as charge:
            charge(SIGNATURE)
            size = self._checked(request)
            charge(of_bytes(size))
            return await self._taken(request, size)

    def _checked(self, request: Request) -> int:
        """Return the size that the link permits."""
        ports, query = self._ports, request.query_params
        is_signed = is_id(request.path_params["id"], "upload") and upload_links.is_signed(
            request.path_params["id"],
            query.get("expires", ""),
            query.get("size", ""),
            query.get("signature", ""),
            secrets=(ports.refresh_secret, *ports.previous_refresh_secrets),
            now=ports.now(),
        )
        if not is_signed:
            raise _not_found()
        size = int(query["size"])
        declared = request.headers.get("content-length")
        if declared is not None and int(declared) != size:
            raise _wrong_size(size, is_larger=int(declared) > size)
        if request.headers.get("content-encoding", "identity").lower() != "identity":
            raise HttpError(
                415,
                "UNSUPPORTED_MEDIA_TYPE",
                "Send the bytes as they are, without Content-Encoding.",
                connection="close",
            )
        return size

    async def _taken(self, request: Request, size: int) -> Response:
        if self._free == 0:
            raise HttpError(
                503, "SERVICE_DEGRADED", "Too many files arrive now; try again in a moment.", retry_after="10"
            )
        self._free -= 1
        try:
            return await self._received(request, UploadId(request.path_params["id"]), size)
        finally:
            self._free += 1

    async def _received(self, request: Request, upload_id: UploadId, size: int) -> Response:
        try:
            async with (
                asyncio.timeout(RECEIVING.total_seconds()),
                self._claimed(upload_id) as until,
                self._folder.receiving(upload_id) as receiver,
            ):
                await _receive(request, receiver, size)
                sha256 = await receiver.sha256()
                await self._complete(upload_id, receiver, until, sha256)
        except (UnavailableError, ConnectionError):
            raise HttpError(
                503, "UPSTREAM_UNAVAILABLE", "The file was not kept; send it again.", retry_after="10"
            ) from None
        except TimeoutError:
            raise HttpError(
                408, "TIMEOUT", "The bytes arrived too slowly; send them again.", connection="close"
            ) from None
        except OSError as error:
            _log.error("upload_not_stored", upload=upload_id, error=type(error).__name__)
            raise HttpError(
                507,
                "SERVICE_DEGRADED",
                "There is no room for the file now; try again later.",
                connection="close",
            ) from None
        body = orjson.dumps({"id": upload_id, "sizeBytes": size, "sha256": sha256})
        return Response(body, status_code=201, media_type="application/json")

    @asynccontextmanager
    async def _claimed(self, upload_id: UploadId) -> AsyncIterator[datetime]:
        """Let no other request send the bytes for the block; after an error they can be sent again."""
        ports = self._ports
        now = ports.now()
        until = now + RECEIVING
        async with ports.open_work(Meter()) as work:
            claimed = await work.uploads.claim(upload_id, now=now, until=until)
        if claimed is None:
            raise HttpError(
                409,
                "CONFLICT",
                "The file was sent already, or is being sent; begin another upload with beginUpload.",
                connection="close",
            )
        try:
            yield until
        except BaseException:
            await asyncio.shield(self._release(upload_id, until))
            raise

    async def _release(self, upload_id: UploadId, until: datetime) -> None:
        async with self._ports.open_work(Meter()) as work:
            await work.uploads.release(upload_id, until=until)

    async def _complete(
        self, upload_id: UploadId, receiver: UploadReceiver, until: datetime, sha256: str
    ) -> None:
        now = self._ports.now()
        async with self._ports.open_work(Meter()) as work:
            completed = await work.uploads.complete(
                upload_id, until=until, sha256=sha256, now=now, expires_at=now + KEPT
            )
            if not completed:
                raise _not_found()
            receiver.keep()  # before the commit: a file without its row is written again or tidied


async def _receive(request: Request, receiver: UploadReceiver, size: int) -> None:
    """Write the body piece by piece; the next is read only when the last is on its way to the disk."""
    try:
        async for chunk in request.stream():
            if receiver.size + len(chunk) > size:
                raise _wrong_size(size, is_larger=True)
            await receiver.write(chunk)
    except ClientDisconnect:
        raise _wrong_size(size, is_larger=False) from None
    if receiver.size != size:
        raise _wrong_size(size, is_larger=False)


def _wrong_size(size: int, *, is_larger: bool) -> HttpError:
    if is_larger:
        return HttpError(
            413,
            "PAYLOAD_TOO_LARGE",
            f"The file has more than the {size:,} bytes of its upload.",
            connection="close",
        )
    return HttpError(
        400, "BAD_USER_INPUT", f"The body ended before the {size:,} bytes of its upload.", connection="close"
    )


def _not_found() -> HttpError:
    message = "This link is wrong or has expired; ask for another with beginUpload."
    return HttpError(404, "NOT_FOUND", message, connection="close")
