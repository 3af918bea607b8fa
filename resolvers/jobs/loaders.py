"""Batches of jobs."""

from domain.accounts.users import Role
from domain.ids import JobId
from domain.jobs.jobs import Job
from resolvers.batches import Rows, batch
from resolvers.context import Context

OPERATORS = frozenset({Role.OPERATOR, Role.ADMIN})
"""The roles that see the work of others."""


@batch(Rows.VIEWER)
async def jobs_by_id(context: Context, ids: list[JobId]) -> list[Job | None]:
    """Load the viewer's own jobs, and for operators those of others."""
    if context.viewer is None:
        return [None] * len(ids)
    sees_all = not OPERATORS.isdisjoint(context.viewer.roles)
    async with context.open_reads() as reads:
        return await reads.jobs.by_ids(ids, viewer_id=context.viewer_id, sees_all=sees_all)
