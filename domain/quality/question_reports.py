"""Question reports: what learners find wrong with questions, and their store."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import Enum
from typing import Protocol

from domain.entities import entity
from domain.errors import DomainError
from domain.ids import QuestionId, QuestionReportId, UserId
from domain.paging import Page, Window

LONGEST_COMMENT = 2_000
MOST_A_DAY = 30
"""How many reports a learner may send within `COUNTED_WITHIN`."""
COUNTED_WITHIN = timedelta(hours=24)
MOST_AT_ONCE = 100
"""How many reports are dismissed at once."""


class ReportKind(Enum):
    """What is wrong with a question."""

    INCORRECT = "INCORRECT"
    TYPO = "TYPO"
    UNCLEAR = "UNCLEAR"
    OTHER = "OTHER"


class ReportState(Enum):
    """What became of a report; only PENDING ones are open."""

    PENDING = "PENDING"
    RESOLVED = "RESOLVED"
    DISMISSED = "DISMISSED"


@entity
class QuestionReport:
    """A report on a question, in the version that its reporter was asked.

    `reporter_id` is None once the account was deleted. `answer` is what a moderator said to the reporter. `author_id`
    is the author of the question.
    """

    id: QuestionReportId
    question_id: QuestionId
    reporter_id: UserId | None
    kind: ReportKind
    comment: str
    state: ReportState
    answer: str | None
    created_at: datetime
    decided_at: datetime | None
    author_id: UserId


@entity
class ReportFilter:
    """A filter of reports; None leaves a condition out. `question_id` stands for all versions of its question."""

    state: ReportState | None = None
    kind: ReportKind | None = None
    question_id: QuestionId | None = None


@entity
class Decision:
    """What a moderator decides about reports."""

    state: ReportState
    answer: str | None
    decided_by: UserId
    decided_at: datetime


class AlreadyReportedError(DomainError):
    """The learner has an open report on the question."""

    code = "ALREADY_REPORTED"


class TooManyReportsError(DomainError):
    """The learner has sent as many reports as are allowed within a day."""

    code = "TOO_MANY_REPORTS"


class ReportDecidedError(DomainError):
    """A moderator has decided about the report before."""

    code = "REPORT_DECIDED"


class QuestionReports(Protocol):
    """Reports; `reporter_id` leaves out those of others.

    A viewer's open attempt withholds what a report of kind INCORRECT tells about one of its questions: to reporters
    what became of theirs, to moderators the report.
    """

    async def lock_and_count(self, reporter_id: UserId, *, since: datetime) -> int:
        """Return how many reports the user has sent since then; a lock on the user's row blocks new ones."""

    async def has_open(self, question_id: QuestionId, *, reporter_id: UserId) -> bool:
        """Tell whether the user has an open report on the question, in any of its versions."""

    async def add(self, report: QuestionReport) -> QuestionReport:
        """Store a report; return it with the author of its question."""

    async def withdraw(self, report_id: QuestionReportId, *, reporter_id: UserId) -> QuestionReport | None:
        """Remove a report of the user's that is open; return it as it was."""

    async def by_ids(
        self, ids: Sequence[QuestionReportId], *, reporter_id: UserId
    ) -> list[QuestionReport | None]:
        """Return the user's own reports, one slot per id."""

    async def page(self, window: Window, *, reporter_id: UserId, asked: ReportFilter) -> Page[QuestionReport]:
        """Return the user's own reports, newest first."""

    async def queue(self, window: Window, *, viewer_id: UserId, asked: ReportFilter) -> Page[QuestionReport]:
        """Return the reports of all learners, oldest first, as a moderator sees them."""

    async def lock(
        self, ids: Sequence[QuestionReportId], *, viewer_id: UserId
    ) -> list[QuestionReport | None]:
        """Return reports as a moderator sees them, one slot per id, and lock them."""

    async def like(self, report: QuestionReport) -> list[QuestionReport]:
        """Return and lock the open reports of the same kind on the same question, in any of its versions."""

    async def decide(self, ids: Sequence[QuestionReportId], decision: Decision) -> list[QuestionReport]:
        """Store a decision about open reports; return them as they are then, oldest first."""

    async def reporter_of(self, report_id: QuestionReportId) -> UserId | None:
        """Return who sent a report; None for an account that was deleted, and for a report that is gone."""
