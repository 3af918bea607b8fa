"""Answers about what the caller's graded attempts add up to."""

from domain import performance, weaknesses
from domain.entities import entity
from domain.ids import ExamTypeId, UserId
from domain.performance import Performance, Period
from domain.users import Viewer
from domain.weaknesses import DomainPerformance, WeakArea
from resolvers.context import Context


@entity
class Analytics:
    """Whose attempts the fields below add up."""

    user_id: UserId


async def viewer_analytics(viewer: Viewer, context: Context) -> Analytics:  # noqa: ARG001 - a resolver's signature
    """Return the caller's analytics, whose fields are reckoned one by one."""
    return Analytics(user_id=viewer.user_id)


async def analytics(context: Context) -> Analytics:
    """Return the caller's analytics."""
    return Analytics(user_id=context.user_id)


async def performance_in(
    analytics: Analytics,
    context: Context,
    *,
    period: Period,
    exam_type: ExamTypeId | None = None,
    summary: bool = True,
) -> Performance:
    """Return how the learner did in a period; its `summary` is right only where that is told."""
    async with context.open_reads() as reads:
        return await performance.of_user(
            reads.analytics,
            user_id=analytics.user_id,
            period=period,
            exam_type_id=exam_type,
            now=context.now(),
            summary=summary,
        )


async def domain_performance(
    analytics: Analytics, context: Context, *, exam_type: ExamTypeId | None = None
) -> list[DomainPerformance]:
    """Return how the learner answers the questions of each exam domain."""
    async with context.open_reads() as reads:
        totals = await reads.analytics.domains(analytics.user_id, exam_type_id=exam_type)
    return weaknesses.domain_performance(totals)


async def weak_areas(
    analytics: Analytics, context: Context, *, exam_type: ExamTypeId | None = None
) -> list[WeakArea]:
    """Return the exam domains that the learner should review."""
    async with context.open_reads() as reads:
        totals = await reads.analytics.domains(analytics.user_id, exam_type_id=exam_type)
    return weaknesses.weak_areas(totals)
