"""Printout downloads: a signed link returns the file until the link expires."""

import asyncio
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from domain.errors import UnavailableError
from domain.ids import PrintoutId, is_id
from domain.printouts import printout_links
from domain.printouts.printouts import ENDINGS, MEDIA_TYPES, Printout
from domain.rate_limits.preparation import PRINTOUT, SIGNATURE
from domain.unit_of_work import Meter
from gateway.endpoints.link_charges import LinkCharges
from gateway.http.errors import HttpError
from gateway.printouts.printout_folder import PrintoutFolder
from resolvers.context import Ports

PRINTOUT_PATH = "/printouts/{id}"
_HEADERS = {"cache-control": "no-store", "content-security-policy": "default-src 'none'; sandbox"}


class PrintoutDownloads:
    """Handles GET on a link; wrong, expired and unknown links get the same response."""

    def __init__(self, ports: Ports, charges: LinkCharges, folder: PrintoutFolder) -> None:
        self._ports = ports
        self._charges = charges
        self._folder = folder

    async def answer(self, request: Request) -> Response:
        """Check the signature before anything is read; raises HttpError."""
        async with self._charges.of(request) as charge:
            charge(SIGNATURE)
            printout_id = self._signed(request)
            charge(PRINTOUT)
            printout = await self._ready(printout_id)
        path = self._folder.path(printout.id)
        if not await asyncio.to_thread(path.is_file):
            raise _not_found()
        name = f"{printout.file_name}.{ENDINGS[printout.format]}"
        disposition = {"content-disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"}
        return FileResponse(path, media_type=MEDIA_TYPES[printout.format], headers=_HEADERS | disposition)

    def _signed(self, request: Request) -> PrintoutId:
        ports, given = self._ports, request.path_params["id"]
        is_signed = is_id(given, "printout") and printout_links.is_signed(
            given,
            request.query_params.get("expires", ""),
            request.query_params.get("signature", ""),
            secrets=(ports.refresh_secret, *ports.previous_refresh_secrets),
            now=ports.now(),
        )
        if not is_signed:
            raise _not_found()
        return PrintoutId(given)

    async def _ready(self, printout_id: PrintoutId) -> Printout:
        ports = self._ports
        try:
            async with ports.open_reads(Meter()) as reads:
                printout = await reads.printouts.ready(printout_id, now=ports.now())
        except (UnavailableError, TimeoutError):
            message = "The database does not answer; try again in a moment."
            raise HttpError(503, "UPSTREAM_UNAVAILABLE", message, retry_after="10") from None
        if printout is None:
            raise _not_found()
        return printout


def _not_found() -> HttpError:
    message = "This link is wrong or has expired; read the printout again for another."
    return HttpError(404, "NOT_FOUND", message)
