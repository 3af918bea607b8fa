"""Resolvers of the caller's analytics."""

from domain.accounts.users import Viewer
from domain.analytics import performance
from domain.analytics import weak_areas as analytics_weak_areas
from domain.analytics.performance import Performance, Period
from domain.analytics.weak_areas import DomainPerformance, WeakArea
from domain.entities import entity
from domain.ids import UserId
from resolvers.content.exam_types import id_of_code
from resolvers.context import Context


@entity
class Analytics:
    """The learner whose attempts the fields add up."""

    user_id: UserId


async def viewer_analytics(viewer: Viewer, context: Context) -> Analytics:  # noqa: ARG001 - a resolver's signature
    """Return the caller's analytics, whose fields are resolved one by one."""
    return Analytics(user_id=viewer.user_id)


async def analytics(context: Context) -> Analytics:
    """Return the caller's analytics."""
    return Analytics(user_id=context.user_id)


async def performance_in(
    analytics: Analytics,
    context: Context,
    *,
    period: Period,
    exam_type: str | None = None,
    summary: bool = True,
) -> Performance:
    """Return the learner's performance in a period; its summary is complete only where `summary` is set."""
    exam_type_id = await id_of_code(context, exam_type, field="examType")
    async with context.open_reads() as reads:
        return await performance.of_user(
            reads.analytics,
            user_id=analytics.user_id,
            period=period,
            exam_type_id=exam_type_id,
            now=context.now(),
            summary=summary,
        )


async def domain_performance(
    analytics: Analytics, context: Context, *, exam_type: str | None = None
) -> list[DomainPerformance]:
    """Return the learner's accuracy in each exam domain."""
    exam_type_id = await id_of_code(context, exam_type, field="examType")
    async with context.open_reads() as reads:
        return await analytics_weak_areas.performance_of_user(
            reads.analytics, user_id=analytics.user_id, exam_type_id=exam_type_id
        )


async def weak_areas(
    analytics: Analytics, context: Context, *, exam_type: str | None = None
) -> list[WeakArea]:
    """Return the exam domains that the learner should review."""
    exam_type_id = await id_of_code(context, exam_type, field="examType")
    async with context.open_reads() as reads:
        return await analytics_weak_areas.of_user(
            reads.analytics, user_id=analytics.user_id, exam_type_id=exam_type_id
        )
