"""Resolvers of reports on questions."""

from domain.accounts.users import Viewer
from domain.ids import QuestionId, QuestionReportId
from domain.paging import Page, Window
from domain.quality import report_decisions, report_submission
from domain.quality.question_reports import QuestionReport, ReportFilter, ReportKind, ReportState
from domain.quality.report_decisions import ResolvedReports
from resolvers.context import Context


async def viewer_reports(
    viewer: Viewer,
    context: Context,
    *,
    state: ReportState | None = None,
    kind: ReportKind | None = None,
    window: Window,
) -> Page[QuestionReport]:
    """Return a page of the caller's reports."""
    asked = ReportFilter(state=state, kind=kind)
    async with context.open_reads() as reads:
        return await reads.question_reports.page(window, reporter_id=viewer.user_id, asked=asked)


async def question_reports(
    context: Context,
    *,
    state: ReportState | None = None,
    kind: ReportKind | None = None,
    question_id: QuestionId | None = None,
    window: Window,
) -> Page[QuestionReport]:
    """Return a page of all reports for a moderator."""
    asked = ReportFilter(state=state, kind=kind, question_id=question_id)
    async with context.open_reads() as reads:
        return await report_decisions.queue(reads, context.act(), window, asked=asked)


async def report_question(
    context: Context, *, question_id: QuestionId, kind: ReportKind, comment: str = ""
) -> QuestionReport:
    """Report a question that the caller was asked."""
    async with context.open_work() as work:
        return await report_submission.send(
            work, context.act(), question_id=question_id, kind=kind, comment=comment
        )


async def withdraw_report(context: Context, *, id: QuestionReportId) -> QuestionReport:
    """Take back an open report of the caller's."""
    async with context.open_work() as work:
        return await report_submission.withdraw(work, context.act(), report_id=id)


async def resolve_report(
    context: Context, *, report_id: QuestionReportId, answer: str | None = None
) -> ResolvedReports:
    """Resolve a report, and those like it."""
    async with context.open_work() as work:
        return await report_decisions.resolve(work, context.act(), report_id=report_id, answer=answer)


async def dismiss_reports(
    context: Context, *, report_ids: list[QuestionReportId], answer: str | None = None
) -> list[QuestionReport]:
    """Dismiss reports on one question."""
    async with context.open_work() as work:
        return await report_decisions.dismiss(work, context.act(), report_ids=report_ids, answer=answer)
