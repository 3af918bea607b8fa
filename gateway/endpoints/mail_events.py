"""Mail events over HTTP: providers report what became of mails, each request signed and taken once."""

from collections.abc import Mapping, Sequence

import structlog
from starlette.requests import Request
from starlette.responses import Response

from domain.acts import by_platform
from domain.errors import UnavailableError
from domain.mail import delivery_reports, mail_tokens
from domain.mail.mail_events import MailEvent
from domain.rate_limits.preparation import REFUSAL, SIGNATURE
from domain.unit_of_work import Meter
from gateway.endpoints.link_charges import Charge, LinkCharges
from gateway.http.errors import HttpError
from gateway.http.negotiation import is_json
from gateway.mail.event_formats import (
    LONGEST_ID,
    MAILGUN,
    STANDARD,
    EventFormat,
    MalformedError,
    Report,
    SignedRequest,
    UnsignedError,
)
from gateway.operations.strict_json import read_json
from gateway.settings.mail import MailSettings
from resolvers.context import Ports

EVENTS_PATH = "/mail/events"
LARGEST_BODY = 64 * 1024
"""How many bytes a report has at most."""
_log = structlog.get_logger("gateway.endpoints.mail_events")


class MailEventReports:
    """Handles the reports of one format, signed under one of the secrets."""

    def __init__(
        self, ports: Ports, charges: LinkCharges, format_: EventFormat, secrets: Sequence[str]
    ) -> None:
        self._ports = ports
        self._charges = charges
        self._format = format_
        self._secrets = secrets

    async def answer(self, request: Request) -> Response:
        """Record what a signed request reports, and answer 204; raises HttpError."""
        async with self._charges.of(request) as charge:
            charge(SIGNATURE)
            return await self._checked(request, charge)

    async def _checked(self, request: Request, charge: Charge) -> Response:
        if not is_json(request.headers.get("content-type", "")):
            raise HttpError(415, "UNSUPPORTED_MEDIA_TYPE", "Send the report as application/json in UTF-8.")
        report = self._read(await _body(request), request.headers, charge)
        try:
            outcome = await self._record(report)
        except (UnavailableError, TimeoutError):
            raise HttpError(
                503, "UNAVAILABLE", "The report was not stored; send it again.", retry_after="60"
            ) from None
        _log.info("mail_report", format=self._format.name, outcome=outcome)
        return Response(status_code=204)

    def _read(self, body: bytes, headers: Mapping[str, str], charge: Charge) -> Report:
        try:
            try:
                json = read_json(body)
            except ValueError:
                json = None
            report = self._format.read(
                SignedRequest(body, json, dict(headers), self._ports.now()), self._secrets
            )
        except UnsignedError:
            charge(REFUSAL)
            raise HttpError(
                401, "UNSIGNED", "Sign the report under the present secret and with the present time."
            ) from None
        except MalformedError as error:
            raise HttpError(400, "MALFORMED_REPORT", str(error)) from None
        if len(report.id) > LONGEST_ID:
            raise HttpError(400, "MALFORMED_REPORT", f"An id may have at most {LONGEST_ID} characters.")
        return report

    async def _record(self, report: Report) -> str:
        """Record a report once, with what follows from it; return its outcome, for the log."""
        ports = self._ports
        mail_id = mail_tokens.mail_in(report.message_id, ports.mail_keys)
        if report.kind is None:
            return "IGNORED"
        if mail_id is None:
            return "NO_MAIL_OF_OURS"
        act = by_platform(now=ports.now(), mint=ports.mint)
        event = MailEvent(mail_id=mail_id, kind=report.kind, at=act.now, status=report.status)
        async with ports.open_work(Meter()) as work:
            if not await work.mail_events.is_first_report(report.id, now=act.now):
                return "REPEATED"
            recorded = await delivery_reports.record(work, act, ports.mail_keys, event)
        return report.kind.value if recorded.is_new else "KNOWN"


def reports_of(
    settings: MailSettings, ports: Ports, charges: LinkCharges
) -> list[tuple[str, MailEventReports]]:
    """Return the path and the handler of each format that has a secret."""
    mailgun = settings.mailgun_signing_key
    formats: tuple[tuple[str, EventFormat, list[str]], ...] = (
        (EVENTS_PATH, STANDARD, [each.get_secret_value() for each in settings.mail_events_secrets]),
        (f"{EVENTS_PATH}/mailgun", MAILGUN, [] if mailgun is None else [mailgun.get_secret_value()]),
    )
    return [
        (path, MailEventReports(ports, charges, format_, secrets))
        for path, format_, secrets in formats
        if secrets
    ]


async def _body(request: Request) -> bytes:
    """Return the body; one that is too large is not received to its end."""
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > LARGEST_BODY:
            raise HttpError(
                413,
                "PAYLOAD_TOO_LARGE",
                f"A report may have at most {LARGEST_BODY} bytes.",
                connection="close",
            )
        chunks.append(chunk)
    return b"".join(chunks)
