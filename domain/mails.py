"""Mails: letters that wait in the database until they were sent, and the port to what sends them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import Enum
from typing import Protocol

from domain.entities import entity
from domain.signals import Signal

TOPIC = "mails"
"""The topic of the signal that a mail was posted."""
MOST_TRIES = 8
LEASE = timedelta(minutes=5)
"""How long a mail that was taken belongs to its taker; after that the taker has died and another may try."""
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=6)


class MailKind(Enum):
    """Why a mail is written."""

    NOBODY = "NOBODY"
    VERIFY_EMAIL = "VERIFY_EMAIL"
    RESET_PASSWORD = "RESET_PASSWORD"
    CONFIRM_EMAIL = "CONFIRM_EMAIL"
    PASSWORD_CHANGED = "PASSWORD_CHANGED"
    EMAIL_CHANGED = "EMAIL_CHANGED"
    IDENTITY_LINKED = "IDENTITY_LINKED"
    NEW_DEVICE = "NEW_DEVICE"
    DELETION_REQUESTED = "DELETION_REQUESTED"


@entity
class NewMail:
    """A letter in plain text; `body` may hold a link with a secret."""

    to: str
    kind: MailKind
    subject: str
    body: str


@entity
class Mail:
    """A letter that was taken to be sent; `tries` counts this one too."""

    id: int
    to: str
    kind: MailKind
    subject: str
    body: str
    tries: int


class UndeliveredError(Exception):
    """The mail did not get through; where `for_good`, trying again is useless."""

    def __init__(self, reason: str, *, for_good: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.for_good = for_good


class Mails(Protocol):
    """Letters by the order in which they were posted."""

    async def add(self, mail: NewMail) -> None:
        """Store a letter that may be sent as soon as the transaction is committed."""

    async def take(self, *, now: datetime, until: datetime, limit: int) -> list[Mail]:
        """Return letters that are due and let nobody else take them before `until`; two takers share none."""

    async def sent(self, mail_id: int, *, now: datetime) -> None:
        """Mark a letter as sent and forget its body."""

    async def failed(self, mail_id: int, *, reason: str, due_at: datetime) -> None:
        """Let a letter be tried again from `due_at` on."""

    async def given_up(self, mail_id: int, *, reason: str, now: datetime) -> None:
        """Mark a letter as never to be sent and forget its body."""

    async def forget(self, *, before: datetime) -> None:
        """Remove the letters that were sent or given up before then."""

    async def waiting(self) -> int:
        """Return how many letters are neither sent nor given up."""


class Postman(Protocol):
    """What brings a letter to its reader."""

    async def deliver(self, mail: Mail) -> None:
        """Hand the letter over; raises UndeliveredError."""


async def post(mails: Mails, mail: NewMail, *, emit: Callable[[Signal], None]) -> None:
    """Store a letter in the caller's transaction and wake the job that sends it once that is committed."""
    await mails.add(mail)
    emit(Signal(topic=TOPIC, body=""))


def to_nobody() -> NewMail:
    """Return a letter that is never sent: writing it is the work that a letter to an unknown address would be."""
    return NewMail(to="", kind=MailKind.NOBODY, subject="", body="")


async def settle(mails: Mails, mail: Mail, failure: UndeliveredError | None, *, now: datetime) -> None:
    """Write down how a try ended: sent, to be tried again after a pause that doubles, or given up."""
    if failure is None:
        await mails.sent(mail.id, now=now)
    elif failure.for_good or mail.tries >= MOST_TRIES:
        await mails.given_up(mail.id, reason=failure.reason, now=now)
    else:
        await mails.failed(mail.id, reason=failure.reason, due_at=now + pause_after(mail.tries))


def pause_after(tries: int) -> timedelta:
    """Return how long to wait after so many tries: 30 s, doubling, six hours at the most."""
    return min(LONGEST_PAUSE, FIRST_PAUSE * (1 << (tries - 1)))
