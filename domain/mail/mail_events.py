"""Mail events: what became of a mail after it left, as servers, providers and readers report it.

A mail has at most one event of each kind, so that a report that comes twice changes nothing.
"""

import re
from datetime import datetime
from enum import Enum
from typing import Protocol

from domain.entities import entity

_STATUS = re.compile(r"(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?![\d.]\d)")
_is_of_address = re.compile(r"5\.(0\.0|1\.[0-6]|1\.10|2\.1)").fullmatch


class MailEventKind(Enum):
    """What became of a mail."""

    DELIVERED = "DELIVERED"
    BOUNCED = "BOUNCED"
    COMPLAINED = "COMPLAINED"
    CLICKED = "CLICKED"


@entity
class MailEvent:
    """An event of a mail; `status` is the enhanced status code of a bounce (RFC 3463), or None if none was told."""

    mail_id: int
    kind: MailEventKind
    at: datetime
    status: str | None = None

    @property
    def is_hard(self) -> bool:
        """Whether this is a bounce of an address that takes no mail at all."""
        return self.kind is MailEventKind.BOUNCED and is_hard(self.status)


@entity
class MailResults:
    """How many mails left, bounced, were called spam, and were not sent to a suppressed address."""

    sent: int
    bounced: int
    complained: int
    suppressed: int


class MailEvents(Protocol):
    """Events of mails."""

    async def add(self, event: MailEvent) -> str | None:
        """Store an event; return the mail's recipient.

        None if the mail is unknown or has an event of this kind; an empty one if it is no longer known.
        """

    async def is_first_report(self, report_id: str, *, now: datetime) -> bool:
        """Note the id of a report; tell whether it is new."""

    async def forget_reports(self, *, before: datetime) -> None:
        """Forget the ids of reports that came before then."""

    async def results(self, *, since: datetime) -> MailResults:
        """Count what became of mails since then."""

    async def soft_bounces(self, recipient: str, *, since: datetime) -> int:
        """Return how many mails to a recipient bounced softly since then."""


def is_hard(status: str | None) -> bool:
    """Tell whether a status says that the address takes no mails at all, as one that does not exist.

    A full mailbox, a wrong setting on the way or a policy against our server are no property of the address, whatever
    the first digit; and a bounce without a status says nothing of it.
    """
    return status is not None and _is_of_address(status) is not None


def status_in(text: str) -> str | None:
    """Return the first enhanced status code of a text, or None."""
    found = _STATUS.search(text)
    return found[0] if found else None
