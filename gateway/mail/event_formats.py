"""Event formats: how mail providers write down what became of a mail, as data, and how each signs its requests.

A format says where in the JSON its values are. A new provider with a signature in HMAC is a new value here.
"""

import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from standardwebhooks import Webhook, WebhookVerificationError

from domain.mail.mail_events import MailEventKind, status_in

Path = tuple[str, ...]
"""The keys that lead to a value in nested JSON objects."""
LONGEST_ID = 200
_MAILGUN_TOLERANCE = timedelta(hours=9)
"""Mailgun repeats a request for eight hours, with the signature of the first time."""


class UnsignedError(Exception):
    """The request has no valid signature of this time."""


class MalformedError(Exception):
    """The request is signed, but not of its format; the message names the place."""


@dataclass(frozen=True)
class SignedRequest:
    """A request: its body as it came and as JSON, its headers in lower case, and the moment it came."""

    body: bytes
    json: Any
    headers: Mapping[str, str]
    now: datetime


@dataclass(frozen=True)
class Report:
    """What a request reports: its own id, and the mail's Message-ID; a `kind` of None is nothing that we record."""

    id: str
    kind: MailEventKind | None
    message_id: str
    status: str | None


@dataclass(frozen=True)
class EventFormat:
    """Where the values of a report are, and how it is signed.

    `signed_id` returns the id that the signature covers, or raises UnsignedError. The values at `kind_at`, None where
    there is none, choose the kind. A status is the first code in the values at `status_at`; where it is exact, a value
    without a code is refused.
    """

    name: str
    signed_id: Callable[[SignedRequest, Sequence[str]], str]
    kind_at: Sequence[Path]
    kinds: Mapping[tuple[str | None, ...], MailEventKind]
    message_id_at: Path
    status_at: Sequence[Path]
    has_exact_status: bool = False

    def read(self, request: SignedRequest, secrets: Sequence[str]) -> Report:
        """Check the signature, then read the report; raises UnsignedError or MalformedError."""
        report_id = self.signed_id(request, secrets)
        values = tuple(_text_at(request.json, path) for path in self.kind_at)
        if values[0] is None:
            raise MalformedError(f"{'.'.join(self.kind_at[0])} must be a text.")
        message_id = _text_at(request.json, self.message_id_at)
        kind = self.kinds.get(values)
        if kind is not None and message_id is None:
            raise MalformedError(f"{'.'.join(self.message_id_at)} must be a text.")
        return Report(f"{self.name}:{report_id}", kind, message_id or "", self._status(request.json))

    def _status(self, json: Any) -> str | None:
        status = status_in("\n".join(_text_at(json, path) or "" for path in self.status_at))
        if self.has_exact_status and status is None and _at(json, self.status_at[0]) is not None:
            raise MalformedError(f"{'.'.join(self.status_at[0])} must be a status such as 5.1.1.")
        return status


def _standard(request: SignedRequest, secrets: Sequence[str]) -> str:
    """Check a signature of Standard Webhooks; its time may differ by five minutes."""
    for secret in secrets:
        try:
            Webhook(secret).verify(request.body, dict(request.headers), json_parse=False)
        except (WebhookVerificationError, ValueError):
            continue
        return request.headers["webhook-id"]
    raise UnsignedError


def _mailgun(request: SignedRequest, secrets: Sequence[str]) -> str:
    """Check a signature of Mailgun: HMAC-SHA-256 of time and token, in hexadecimal digits."""
    stamp, token, signature = (
        _text_at(request.json, ("signature", name)) for name in ("timestamp", "token", "signature")
    )
    if stamp is None or token is None or signature is None or not stamp.isascii() or not stamp.isdigit():
        raise UnsignedError
    expected = [
        hmac.new(each.encode(), (stamp + token).encode(), hashlib.sha256).hexdigest() for each in secrets
    ]
    if not any(hmac.compare_digest(one.encode(), signature.encode()) for one in expected):
        raise UnsignedError
    if abs(request.now.timestamp() - int(stamp[:12])) > _MAILGUN_TOLERANCE.total_seconds():
        raise UnsignedError
    return token


def _at(json: Any, path: Path) -> Any:
    for key in path:
        json = json.get(key) if isinstance(json, dict) else None
    return json


def _text_at(json: Any, path: Path) -> str | None:
    found = _at(json, path)
    return found if isinstance(found, str) else None


STANDARD = EventFormat(
    name="standard",
    signed_id=_standard,
    kind_at=[("type",)],
    kinds={
        ("mail.delivered",): MailEventKind.DELIVERED,
        ("mail.bounced",): MailEventKind.BOUNCED,
        ("mail.complained",): MailEventKind.COMPLAINED,
    },
    message_id_at=("data", "messageId"),
    status_at=[("data", "status")],
    has_exact_status=True,
)
"""Our own format, for providers and for programs between them and us."""
MAILGUN = EventFormat(
    name="mailgun",
    signed_id=_mailgun,
    kind_at=[("event-data", "event"), ("event-data", "severity")],
    kinds={
        ("delivered", None): MailEventKind.DELIVERED,
        ("failed", "permanent"): MailEventKind.BOUNCED,
        ("complained", None): MailEventKind.COMPLAINED,
    },
    message_id_at=("event-data", "message", "headers", "message-id"),
    status_at=[
        ("event-data", "delivery-status", "enhanced-code"),
        ("event-data", "delivery-status", "message"),
    ],
)
"""Webhooks of Mailgun; it goes on trying after a temporary failure, so that this is no event."""
