"""Unsubscribe links: a signed link in a mail ends these mails, with one POST and without signing in (RFC 8058)."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from domain.acts import by_platform
from domain.campaigns import campaign_unsubscriptions
from domain.errors import UnavailableError
from domain.ids import CampaignId, UserId
from domain.mail import email_preferences
from domain.rate_limits.preparation import SIGNATURE, UNSUBSCRIBING
from domain.unit_of_work import Meter
from gateway.endpoints.link_charges import Charge, LinkCharges
from resolvers.context import Ports

UNSUBSCRIBE_PATH = f"{email_preferences.PATH}/{{id}}"
MARKETING_PATH = f"{email_preferences.MARKETING_PATH}/{{id}}/{{campaign}}"
_HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "sandbox allow-forms",
}
_WRONG = "<h1>This link is wrong.</h1>\n<p>Change which mails you get in your settings.</p>"
_DOWN = "<h1>This does not work at the moment.</h1>\n<p>Try again in a minute.</p>"
_AGAIN = "<p>You can ask for {them} again in your settings.</p>"


@dataclass(frozen=True, slots=True)
class _Pages:
    """What the pages of one kind of link say."""

    question: str
    button: str
    done: str


_DIGEST = _Pages(
    question="Stop the weekly digest?",
    button="Stop the weekly digest",
    done="<h1>You get no weekly digest any more.</h1>\n" + _AGAIN.format(them="it"),
)
_MARKETING = _Pages(
    question="Stop mails about offers and news?",
    button="Stop these mails",
    done="<h1>You get no mails about offers and news any more.</h1>\n" + _AGAIN.format(them="them"),
)


class UnsubscribeLinks:
    """Handles the links: GET asks, and changes nothing, because programs that check mails open links; POST ends."""

    def __init__(self, ports: Ports, charges: LinkCharges) -> None:
        self._ports = ports
        self._charges = charges

    async def answer(self, request: Request) -> Response:
        """Check the signature before anything is read or changed; raises HttpError."""
        async with self._charges.of(request) as charge:
            charge(SIGNATURE)
            return await self._checked(request, charge)

    async def _checked(self, request: Request, charge: Charge) -> Response:
        ports, user_id = self._ports, request.path_params["id"]
        campaign_id = request.path_params.get("campaign")
        pages = _DIGEST if campaign_id is None else _MARKETING
        is_signed = email_preferences.is_signed(
            user_id,
            request.query_params.get("signature", ""),
            secrets=(ports.refresh_secret, *ports.previous_refresh_secrets),
            source=campaign_id,
        )
        if not is_signed:
            return _page(_WRONG, 404)
        if request.method != "POST":
            return _page(_form(pages))
        charge(UNSUBSCRIBING)
        act = by_platform(now=ports.now(), mint=ports.mint)
        try:
            async with ports.open_work(Meter()) as work:
                if campaign_id is None:
                    await email_preferences.unsubscribe(work, act, UserId(user_id))
                else:
                    await campaign_unsubscriptions.unsubscribe(
                        work, act, UserId(user_id), CampaignId(campaign_id)
                    )
        except (UnavailableError, TimeoutError):
            return _page(_DOWN, 503)
        return _page(pages.done)


def _form(pages: _Pages) -> str:
    button = f'<button name="List-Unsubscribe" value="One-Click">{pages.button}</button>'
    return f'<h1>{pages.question}</h1>\n<form method="post">{button}</form>'


def _page(content: str, status: int = 200) -> Response:
    page = f'<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>QuestPath</title>\n{content}\n</html>\n'
    return HTMLResponse(page, status, headers=_HEADERS)
