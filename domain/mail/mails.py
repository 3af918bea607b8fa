"""Mails: their kinds, their store, and the port to the transport that delivers them."""

from datetime import datetime
from enum import Enum
from typing import Any, Protocol

from domain.entities import entity
from domain.errors import UnavailableError
from domain.ids import JobId


class MailKind(Enum):
    """The reason for a mail."""

    DECOY = "NOBODY"
    VERIFY_EMAIL = "VERIFY_EMAIL"
    RESET_PASSWORD = "RESET_PASSWORD"
    CONFIRM_EMAIL = "CONFIRM_EMAIL"
    PASSWORD_CHANGED = "PASSWORD_CHANGED"
    EMAIL_CHANGED = "EMAIL_CHANGED"
    IDENTITY_LINKED = "IDENTITY_LINKED"
    NEW_DEVICE = "NEW_DEVICE"
    DELETION_REQUESTED = "DELETION_REQUESTED"
    WEBHOOK_DISABLED = "WEBHOOK_DISABLED"
    ROADMAP_INVITATION = "ROADMAP_INVITATION"
    EVIDENCE_REVIEWED = "EVIDENCE_REVIEWED"
    REPORT_DECIDED = "REPORT_DECIDED"
    GRADED_AGAIN = "GRADED_AGAIN"
    CERTIFICATE_REVOKED = "CERTIFICATE_REVOKED"
    WEEKLY_DIGEST = "WEEKLY_DIGEST"
    CAMPAIGN = "CAMPAIGN"
    CAMPAIGN_TEST = "CAMPAIGN_TEST"


@entity
class NewMail:
    """A mail about to be stored: its text, and the values of the template that shows the same text as HTML.

    Both may contain a link with a secret. `layout_id` names a layout that was kept, in place of that of all messages.
    """

    to: str
    kind: MailKind
    subject: str
    body: str
    values: dict[str, Any] | None = None
    layout_id: str | None = None


@entity
class Mail:
    """A mail that waits to be sent; one without values has no HTML part. `layout` is the MJML of its own.

    With `counts_clicks` its reader consents that clicks are counted.
    """

    id: int
    to: str
    kind: MailKind
    subject: str
    body: str
    values: dict[str, Any] | None
    layout: str | None = None
    counts_clicks: bool = False


class UndeliveredError(UnavailableError):
    """The mail was not delivered; if `for_good`, another try is useless.

    If the server refused the recipient, `is_bounce`, with its enhanced status code (RFC 3463) if it told one.
    """

    def __init__(
        self, reason: str, *, for_good: bool, is_bounce: bool = False, status: str | None = None
    ) -> None:
        super().__init__(f"The mail server did not take the mail: {reason}.")
        self.reason = reason
        self.for_good = for_good
        self.is_bounce = is_bounce
        self.status = status


class MailServerUnavailableError(UndeliveredError):
    """The mail server did not answer, or takes no mail at present, whatever the mail."""


class Mails(Protocol):
    """Mails, those that wait and those of the last months."""

    async def add(self, mail: NewMail, *, job_id: JobId) -> int:
        """Store a mail that the job sends once the transaction is committed; return its id."""

    async def add_all(self, mails: list[NewMail], *, job_ids: list[JobId]) -> list[int]:
        """Store mails, each with its job, in one statement; return their ids, in order."""

    async def keep_layout(self, layout_id: str, source: str) -> None:
        """Store a layout that mails may name, unless it is there; it stays as long as one of them is kept."""

    async def take_turn(self, mail_id: int, *, every_s: dict[str, float], now: datetime) -> float | None:
        """Take the next turn of each pace, for a mail that needs consent; return the seconds until the last of them.

        `every_s` is how far apart two turns of a pace are. None, and no turn is taken, where the reader has withdrawn
        the consent, is suspended, leaves, or has no verified address.
        """

    async def waiting_one(self, mail_id: int) -> Mail | None:
        """Return a mail that waits; None once it was sent, given up or removed."""

    async def claim(self, mail_id: int, *, now: datetime, until: datetime) -> Mail | None:
        """Return a mail that waits and that nobody else sends, and keep others from sending it until then."""

    async def release(self, mail_id: int) -> None:
        """Let others send the mail."""

    async def recipient(self, mail_id: int) -> str | None:
        """Return to whom a mail is or was; None if it is unknown, and empty once that was forgotten."""

    async def sent(self, mail_id: int, *, now: datetime) -> None:
        """Mark a mail as sent and delete its content."""

    async def given_up(self, mail_id: int, *, reason: str, now: datetime) -> None:
        """Mark a mail as undeliverable and delete its content."""

    async def suppressed(self, mail_id: int, *, reason: str, now: datetime) -> None:
        """Mark a mail as not sent because its address is suppressed, and delete its content."""

    async def without_job(self, *, limit: int) -> list[int]:
        """Return and lock mails that wait and that no job sends, oldest first."""

    async def set_job(self, mail_id: int, job_id: JobId) -> None:
        """Store which job sends the mail."""

    async def forget_recipients(self, *, before: datetime, now: datetime) -> None:
        """Remove address and subject of mails that ended before then, and give up those that wait since before then."""

    async def forget(self, *, before: datetime) -> None:
        """Remove the mails that ended before then."""

    async def waiting(self) -> int:
        """Return how many mails are neither sent nor given up."""


class MailTransport(Protocol):
    """Delivers mails, such as an SMTP server."""

    async def deliver(self, mail: Mail) -> None:
        """Deliver a mail; raises UndeliveredError."""
