"""Decisions about reports: moderators resolve and dismiss them, and each reporter gets a mail."""

from collections.abc import Sequence

from domain import text
from domain.accounts import audit, roles
from domain.accounts.audit import AuditAction
from domain.accounts.users import Role
from domain.acts import Act
from domain.entities import entity
from domain.errors import ForbiddenError, InvalidInputError, NotFoundError
from domain.ids import QuestionReportId
from domain.jobs import job_starts
from domain.jobs.job_kinds import JobKind, RetryPolicy
from domain.jobs.job_starts import JobRequest
from domain.mail import outbox, quality_messages
from domain.paging import Page, Window
from domain.quality.question_reports import (
    LONGEST_COMMENT,
    MOST_AT_ONCE,
    Decision,
    QuestionReport,
    ReportDecidedError,
    ReportFilter,
    ReportState,
)
from domain.quality.recipients import recipient_of
from domain.quality.work import QualityWork
from domain.refusals import all_at_once


@entity
class ReportNoticeArguments:
    """Which report a moderator has looked at."""

    report_id: str


NOTICE = JobKind(
    name="send_report_notice",
    description="Posts the mail to a reporter whose report a moderator has looked at.",
    queue="maintenance",
    arguments=ReportNoticeArguments,
    retries=RetryPolicy(attempts=3),
    result={"outcome": str},
)


@entity
class ResolvedReports:
    """A report that was resolved, and how many were with it."""

    report: QuestionReport
    count: int


async def queue(work: QualityWork, act: Act, window: Window, *, asked: ReportFilter) -> Page[QuestionReport]:
    """Return the reports of all learners, oldest first; raises ForbiddenError unless the actor is a moderator."""
    await roles.require(work.roles, user_id=act.user_id, role=Role.MODERATOR, now=act.now)
    return await work.question_reports.queue(window, viewer_id=act.user_id, asked=asked)


async def resolve(
    work: QualityWork, act: Act, *, report_id: QuestionReportId, answer: str | None
) -> ResolvedReports:
    """Resolve a report, with all open ones of its kind on its question, and tell the reporters.

    Raises, all at once, InvalidInputError, ForbiddenError, NotFoundError or ReportDecidedError.
    """
    answer, (report,) = await _decidable(work, act, [report_id], answer, field="reportId")
    alike = await work.question_reports.like(report)
    decided = await _decide(work, act, alike, ReportState.RESOLVED, answer)
    await audit.record(
        work.audit,
        act,
        AuditAction.QUESTION_REPORTS_RESOLVED,
        target=report.question_id,
        difference={"kind": report.kind.value, "reports": str(len(decided))},
    )
    (own,) = (each for each in decided if each.id == report_id)
    return ResolvedReports(report=own, count=len(decided))


async def dismiss(
    work: QualityWork, act: Act, *, report_ids: Sequence[QuestionReportId], answer: str | None
) -> list[QuestionReport]:
    """Dismiss open reports on one question, which lowers its count, and tell the reporters.

    Raises, all at once, InvalidInputErrors, ForbiddenError, NotFoundError or ReportDecidedError.
    """
    answer, reports = await _decidable(work, act, report_ids, answer, field="reportIds")
    decided = await _decide(work, act, reports, ReportState.DISMISSED, answer)
    await audit.record(
        work.audit,
        act,
        AuditAction.QUESTION_REPORTS_DISMISSED,
        target=reports[0].question_id,
        difference={"reports": str(len(decided))},
    )
    return decided


async def send_notice(
    work: QualityWork, act: Act, arguments: ReportNoticeArguments, *, public_url: str
) -> str:
    """Post the mail to the reporter, where their address is verified; return what came of it.

    It does not say what was decided: that could tell whether the key of a question was right while an attempt asks it.
    """
    reporter_id = await work.question_reports.reporter_of(QuestionReportId(arguments.report_id))
    to = None if reporter_id is None else await recipient_of(work, act, reporter_id, public_url=public_url)
    if to is None:
        return "NO_READER"
    await outbox.post(work, act, quality_messages.report_decided(to))
    return "POSTED"


async def _decidable(
    work: QualityWork, act: Act, ids: Sequence[QuestionReportId], answer: str | None, *, field: str
) -> tuple[str | None, list[QuestionReport]]:
    """Return the checked answer, and the open reports with these ids, locked."""
    wanted = list(dict.fromkeys(ids))
    with all_at_once() as each:
        with each:
            if answer is not None:
                answer = text.prose(answer, field="answer", longest=LONGEST_COMMENT, shortest=1)
        with each:
            if not 1 <= len(wanted) <= MOST_AT_ONCE:
                raise InvalidInputError(f"{field} must hold 1 to {MOST_AT_ONCE} reports.", field=field)
        await roles.require(work.roles, user_id=act.user_id, role=Role.MODERATOR, now=act.now)
        reports = await work.question_reports.lock(wanted[:MOST_AT_ONCE], viewer_id=act.user_id)
        found = [report for report in reports if report is not None]
        if len(found) < len(reports):
            raise NotFoundError("There is no such report.", field=field)
        if len({report.question_id for report in found}) > 1:
            raise InvalidInputError(
                f"{field} must be of one question; dismiss the others apart.", field=field
            )
        if any(report.state is not ReportState.PENDING for report in found):
            raise ReportDecidedError(
                "A moderator has decided about this report before; read the list again.", field=field
            )
        if any(report.author_id == act.user_id for report in found):
            raise ForbiddenError(
                "Another moderator has to decide about reports on your own question.", field=field
            )
    return answer, found


async def _decide(
    work: QualityWork, act: Act, reports: Sequence[QuestionReport], state: ReportState, answer: str | None
) -> list[QuestionReport]:
    decision = Decision(state=state, answer=answer, decided_by=act.user_id, decided_at=act.now)
    decided = await work.question_reports.decide([report.id for report in reports], decision)
    requests = [
        JobRequest(arguments=ReportNoticeArguments(report_id=report.id), dedupe_key=f"report:{report.id}")
        for report in decided
        if report.reporter_id is not None
    ]
    if requests:
        await job_starts.start_all(work, act, NOTICE, requests)
    return decided
