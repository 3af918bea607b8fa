"""Printouts: files that jobs make of what a learner may see; they are kept for a week; and their store."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import Enum
from typing import Protocol

from domain.entities import entity
from domain.errors import DomainError
from domain.ids import JobId, PrintoutId, UserId
from domain.paging import Page, Window

MOST_AT_WORK = 3
"""How many printouts of one user may be waiting for their files."""
MOST_A_DAY = 50
WAITS = timedelta(hours=1)
"""How long a printout waits for its file before it counts as given up."""
KEPT = timedelta(days=7)
"""How long a file is kept after it was made."""
LARGEST_FILE = 20_000_000


class PrintFormat(Enum):
    """The formats of printouts."""

    PDF = "PDF"
    MARKDOWN = "MARKDOWN"


MEDIA_TYPES = {PrintFormat.PDF: "application/pdf", PrintFormat.MARKDOWN: "text/markdown; charset=utf-8"}
ENDINGS = {PrintFormat.PDF: "pdf", PrintFormat.MARKDOWN: "md"}


class PrintoutState(Enum):
    """Where a printout is in its life."""

    WAITING = "WAITING"
    READY = "READY"
    FAILED = "FAILED"
    EXPIRED = "EXPIRED"


@entity
class Printout:
    """One file. Until `expires_at` it is waited for, and once it is there, it is kept.

    `pages` is None for Markdown. `failure` is a sentence for its user.
    """

    id: PrintoutId
    user_id: UserId
    target_id: str
    format: PrintFormat
    title: str
    file_name: str
    state: PrintoutState
    job_id: JobId | None
    created_at: datetime
    finished_at: datetime | None
    expires_at: datetime
    size_bytes: int | None
    pages: int | None
    failure: str | None


@entity
class PrintoutFilter:
    """Which printouts of a user are listed; None for all. `prefix` is that of the ids of their targets."""

    state: PrintoutState | None = None
    format: PrintFormat | None = None
    prefix: str | None = None


@entity
class PrintCounts:
    """How many printouts a user waits for, and how many they asked for within a day."""

    at_work: int
    today: int


@entity
class PrintedFile:
    """The bytes of a file, and on how many pages they are."""

    content: bytes
    pages: int | None


class TooManyPrintoutsError(DomainError):
    """The user has asked for as many printouts as are allowed."""

    code = "TOO_MANY_PRINTOUTS"


class PrintingFailedError(DomainError):
    """The document could not be printed, or took too long or too much memory."""

    code = "PRINTING_FAILED"


class Printouts(Protocol):
    """Printouts; a user sees their own."""

    async def lock_and_count(self, user_id: UserId, *, now: datetime, since: datetime) -> PrintCounts:
        """Return what the user has asked for, and block new printouts of theirs until the transaction ends."""

    async def add(self, printout: Printout) -> None:
        """Store a printout that waits for its file."""

    async def waiting(self, printout_id: PrintoutId, *, now: datetime) -> Printout | None:
        """Return a printout that waits for its file still."""

    async def complete(
        self, printout_id: PrintoutId, file: PrintedFile, *, now: datetime, expires_at: datetime
    ) -> bool:
        """Store that the file is there; False where it is not waited for any more."""

    async def fail(
        self, printout_id: PrintoutId, *, failure: str, now: datetime, expires_at: datetime
    ) -> None:
        """Store why there will be no file."""

    async def ready(self, printout_id: PrintoutId, *, now: datetime) -> Printout | None:
        """Return a printout whose file is kept still, of any user: its link was checked before."""

    async def by_ids(
        self, ids: Sequence[PrintoutId], *, viewer_id: UserId, now: datetime
    ) -> list[Printout | None]:
        """Return the viewer's printouts among these, one slot per id, in their order."""

    async def page(
        self, window: Window, asked: PrintoutFilter, *, viewer_id: UserId, now: datetime
    ) -> Page[Printout]:
        """Return the viewer's printouts, newest first."""

    async def expired(self, *, now: datetime, most: int) -> list[PrintoutId]:
        """Return printouts whose files may be removed, and have not been noted as removed."""

    async def note_removed(self, ids: Sequence[PrintoutId]) -> None:
        """Note that the files are gone."""

    async def forget(self, *, before: datetime) -> None:
        """Remove what is known of printouts whose files went before."""
