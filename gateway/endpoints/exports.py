"""Downloads of exports: whoever has the signed link gets the document, until the link expires."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from domain import exports
from domain.errors import UnavailableError
from domain.ids import ExportId
from domain.work import Meter
from resolvers.context import Ports

EXPORT_PATH = "/exports/{id}"
_HEADERS = {
    "cache-control": "no-store",
    "content-disposition": 'attachment; filename="questpath-export.json"',
}


class ExportDownloads:
    """Answers GET on a link; a wrong, an expired and an unknown one are not told apart."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    async def answer(self, request: Request) -> Response:
        """Check the signature before anything is read, then make the document of this moment."""
        ports, now = self._ports, self._ports.now()
        export_id = request.path_params["id"]
        signed = exports.is_signed(
            export_id,
            request.query_params.get("expires", ""),
            request.query_params.get("signature", ""),
            secrets=(ports.refresh_secret, *ports.previous_refresh_secrets),
            now=now,
        )
        if not signed:
            return _not_found()
        try:
            async with ports.open_reads(Meter()) as reads:
                export = await reads.exports.by_id(ExportId(export_id), now=now)
                if export is None:
                    return _not_found()
                sections = await reads.exports.sections(export.user_id)
        except (UnavailableError, TimeoutError):
            return _refusal(
                503, "UPSTREAM_UNAVAILABLE", "The database does not answer; try again in a moment."
            )
        document = exports.composed(sections, user_id=export.user_id, now=now)
        return Response(document, media_type="application/json", headers=_HEADERS)


def _not_found() -> Response:
    message = "This link is wrong or has expired; ask for another with exportMyData."
    return _refusal(404, "NOT_FOUND", message)


def _refusal(status: int, code: str, message: str) -> Response:
    error = {"message": message, "extensions": {"code": code}}
    return JSONResponse({"errors": [error]}, status, headers={"cache-control": "no-store"})
