"""Handlers of the quality of questions: statistics, regrades and notices."""

from typing import Any

from domain.acts import Act
from domain.ids import QuestionId
from domain.jobs.job_kinds import NoArguments
from domain.quality import item_projection, regrade_jobs, regrades, report_decisions
from domain.quality.regrade_jobs import RegradeArguments
from domain.quality.report_decisions import ReportNoticeArguments
from domain.work import Work
from gateway.jobs.handlers import Handlers, InSteps, InTransaction, JobContext, WithContext, metered

_PAGE = 50
"""How many attempts are read at once; each is graded again in a transaction of its own."""


async def count_responses(context: JobContext, _arguments: NoArguments) -> dict[str, Any]:
    """Count the attempts that have ended, a page in each transaction."""
    counted = 0
    while True:
        async with context.open_work() as work:
            count = await item_projection.project(work)
        counted += count
        if count < item_projection.PAGE:
            return {"attempts": counted}


async def rebuild_item_statistics(work: Work, _act: Act, _arguments: NoArguments) -> dict[str, Any]:
    """Count all attempts again; those that end meanwhile wait."""
    return {"attempts": await item_projection.rebuild(work)}


async def regrade_question(context: JobContext, arguments: RegradeArguments) -> dict[str, Any]:
    """Grade attempts again, one in each transaction; what is done stays done when the job runs again."""
    async with context.ports.open_reads(metered()) as reads:
        (plan,) = await regrades.plans(reads, [QuestionId(arguments.question_id)])
        if plan is None:
            return {"regraded": 0, "raised": 0, "waiting": 0}
        earlier = list(plan.earlier)
        total = (await reads.regrades.due_counts([(plan.question_id, old) for old in earlier])).get(
            plan.question_id, 0
        )
    done, after = 0, None
    while True:
        async with context.ports.open_reads(metered()) as reads:
            page = await reads.regrades.due(plan.question_id, earlier, after=after, limit=_PAGE)
        for due in page:
            async with context.open_work() as work:
                await regrades.regrade(work, context.act(), plan, due, public_url=context.ports.public_url)
        done += len(page)
        if len(page) < _PAGE:
            break
        after = page[-1].attempt_id
        await context.report(min(99, 100 * done // max(total, 1)), f"{done} attempts graded again.")
    async with context.open_work() as work:
        counts = await regrade_jobs.end(work, context.act(), plan, arguments)
    return {"regraded": counts.regraded, "raised": counts.raised, "waiting": counts.waiting}


async def send_report_notice(
    work: Work, context: JobContext, arguments: ReportNoticeArguments
) -> dict[str, Any]:
    """Post the mail about a report."""
    ports = context.ports
    outcome = await report_decisions.send_notice(work, context.act(), arguments, public_url=ports.public_url)
    return {"outcome": outcome}


HANDLERS: Handlers = {
    item_projection.PROJECT.name: InSteps(count_responses),
    item_projection.REBUILD.name: InTransaction(rebuild_item_statistics),
    regrade_jobs.REGRADE.name: InSteps(regrade_question),
    report_decisions.NOTICE.name: WithContext(send_report_notice),
}
"""The handler of each kind, by its name."""
