"""Click links over HTTP: note that a mail was clicked, once and with consent, and lead to the signed address."""

from contextlib import suppress

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from domain.acts import by_platform
from domain.errors import UnavailableError
from domain.mail import click_links, click_reports
from domain.mail.click_links import Click
from domain.rate_limits.preparation import CLICK, REFUSAL, SIGNATURE
from domain.unit_of_work import Meter
from gateway.endpoints.link_charges import LinkCharges
from resolvers.context import Ports

CLICK_PATH = f"{click_links.PATH}/{{token}}"
_WRONG = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>QuestPath</title>
<h1>This link is wrong.</h1>
<p>Open the mail again, or go to QuestPath by yourself.</p>
</html>
"""
_HEADERS = {
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "content-security-policy": "default-src 'none'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; sandbox",
}


class ClickLinks:
    """Handles the links; a link leads on even if the click cannot be noted."""

    def __init__(self, ports: Ports, charges: LinkCharges) -> None:
        self._ports = ports
        self._charges = charges

    async def answer(self, request: Request) -> Response:
        """Check the signature, note the click of a GET, and redirect; raises HttpError."""
        async with self._charges.of(request) as charge:
            charge(SIGNATURE)
            click = click_links.click_of(request.path_params["token"], self._ports.mail_keys)
            if click is None:
                charge(REFUSAL)
                return HTMLResponse(_WRONG, 404, headers=_HEADERS)
            if request.method == "GET":
                charge(CLICK)
                with suppress(UnavailableError, TimeoutError):
                    await self._note(click)
            return Response(status_code=302, headers=_HEADERS | {"location": click.url})

    async def _note(self, click: Click) -> None:
        ports = self._ports
        act = by_platform(now=ports.now(), mint=ports.mint)
        async with ports.open_work(Meter()) as work:
            await click_reports.record(work, act, ports.mail_keys, click.mail_id)
