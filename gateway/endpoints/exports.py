"""Export downloads: a signed link returns the document until the link expires."""

from starlette.requests import Request
from starlette.responses import Response

from domain.errors import UnavailableError
from domain.ids import ExportId
from domain.privacy import exports
from domain.rate_limits.preparation import EXPORT, SIGNATURE
from domain.unit_of_work import Meter
from gateway.endpoints.link_charges import Charge, LinkCharges
from gateway.http.errors import HttpError
from resolvers.context import Ports

EXPORT_PATH = "/exports/{id}"
_HEADERS = {
    "cache-control": "no-store",
    "content-disposition": 'attachment; filename="questpath-export.json"',
}


class ExportDownloads:
    """Handles GET on a link; wrong, expired and unknown links get the same response."""

    def __init__(self, ports: Ports, charges: LinkCharges) -> None:
        self._ports = ports
        self._charges = charges

    async def answer(self, request: Request) -> Response:
        """Check the signature before reading anything, then build the document; raises HttpError."""
        async with self._charges.of(request) as charge:
            charge(SIGNATURE)
            return await self._checked(request, charge)

    async def _checked(self, request: Request, charge: Charge) -> Response:
        ports, now = self._ports, self._ports.now()
        export_id = request.path_params["id"]
        is_signed = exports.is_signed(
            export_id,
            request.query_params.get("expires", ""),
            request.query_params.get("signature", ""),
            secrets=(ports.refresh_secret, *ports.previous_refresh_secrets),
            now=now,
        )
        if not is_signed:
            raise _not_found()
        charge(EXPORT)
        try:
            async with ports.open_reads(Meter()) as reads:
                export = await reads.exports.by_id(ExportId(export_id), now=now)
                if export is None:
                    raise _not_found()
                sections = await reads.exports.sections(export.user_id)
        except (UnavailableError, TimeoutError):
            message = "The database does not answer; try again in a moment."
            raise HttpError(503, "UPSTREAM_UNAVAILABLE", message) from None
        document = exports.composed(sections, user_id=export.user_id, now=now)
        return Response(document, media_type="application/json", headers=_HEADERS)


def _not_found() -> HttpError:
    message = "This link is wrong or has expired; ask for another with exportMyData."
    return HttpError(404, "NOT_FOUND", message)
