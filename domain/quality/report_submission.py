"""Sending reports on questions, and taking them back."""

from domain import text
from domain.acts import Act
from domain.errors import InvalidInputError, NotFoundError
from domain.ids import QuestionId, QuestionReportId
from domain.quality.question_reports import (
    COUNTED_WITHIN,
    LONGEST_COMMENT,
    MOST_A_DAY,
    AlreadyReportedError,
    QuestionReport,
    ReportDecidedError,
    ReportKind,
    ReportState,
    TooManyReportsError,
)
from domain.quality.work import QualityWork
from domain.refusals import all_at_once


async def send(
    work: QualityWork, act: Act, *, question_id: QuestionId, kind: ReportKind, comment: str
) -> QuestionReport:
    """Store the actor's report on a question that they were asked.

    Raises, all at once, InvalidInputError for the comment, and NotFoundError for a question that the actor was not
    asked; AlreadyReportedError or TooManyReportsError.
    """
    with all_at_once() as each:
        with each:
            comment = _checked(kind, comment)
        if await work.attempts.asked([question_id], user_id=act.user_id) == [None]:
            raise NotFoundError("There is no such question.", field="questionId")
    recent = await work.question_reports.lock_and_count(act.user_id, since=act.now - COUNTED_WITHIN)
    if await work.question_reports.has_open(question_id, reporter_id=act.user_id):
        raise AlreadyReportedError(
            "You have an open report on this question; withdraw it to send another.", field="questionId"
        )
    if recent >= MOST_A_DAY:
        raise TooManyReportsError(f"You have sent {MOST_A_DAY} reports within 24 hours; go on tomorrow.")
    return await work.question_reports.add(
        QuestionReport(
            id=QuestionReportId(act.mint("report")),
            question_id=question_id,
            reporter_id=act.user_id,
            kind=kind,
            comment=comment,
            state=ReportState.PENDING,
            answer=None,
            created_at=act.now,
            decided_at=None,
            author_id=act.user_id,  # the store reads the author of the question
        )
    )


async def withdraw(work: QualityWork, act: Act, *, report_id: QuestionReportId) -> QuestionReport:
    """Remove an open report of the actor's; raises NotFoundError, or ReportDecidedError for one that is not open."""
    withdrawn = await work.question_reports.withdraw(report_id, reporter_id=act.user_id)
    if withdrawn is not None:
        return withdrawn
    if await work.question_reports.by_ids([report_id], reporter_id=act.user_id) == [None]:
        raise NotFoundError("There is no such report.", field="id")
    raise ReportDecidedError("A moderator has looked at this report; it stays in your list.", field="id")


def _checked(kind: ReportKind, comment: str) -> str:
    comment = text.prose(comment, field="comment", longest=LONGEST_COMMENT)
    if kind is ReportKind.OTHER and not comment:
        raise InvalidInputError("Say in comment what is wrong, or choose another kind.", field="comment")
    return comment
