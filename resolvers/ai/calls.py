"""Resolvers of language models: what a caller has used, which models there are, and the calls that operators see."""

from datetime import datetime

from domain.accounts import roles
from domain.accounts.users import Role, Viewer
from domain.ai import calls
from domain.ai.calls import AiCall, AiCallFilter, AiCallStatus, AiUsage
from domain.ai.models import Model
from domain.ai.requests import Purpose
from domain.ids import AiCallId, UserId
from domain.paging import Page, Window
from resolvers.batches import Rows, batch
from resolvers.context import Context
from resolvers.jobs.loaders import OPERATORS


@batch(Rows.VIEWER)
async def ai_calls_by_id(context: Context, ids: list[AiCallId]) -> list[AiCall | None]:
    """Load calls for operators."""
    if context.viewer is None or OPERATORS.isdisjoint(context.viewer.roles):
        return [None] * len(ids)
    async with context.open_reads() as reads:
        return await reads.ai_calls.by_ids(ids)


async def ai_calls(
    context: Context,
    *,
    window: Window,
    caller_id: UserId | None = None,
    purpose: Purpose | None = None,
    status: AiCallStatus | None = None,
    model: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Page[AiCall]:
    """Return a page of all calls for an operator, newest first."""
    asked = calls.checked_filter(
        AiCallFilter(
            caller_id=caller_id, purpose=purpose, status=status, model=model, since=since, until=until
        )
    )
    async with context.open_reads() as reads:
        await roles.require(reads.roles, user_id=context.user_id, role=Role.OPERATOR, now=context.now())
        return await reads.ai_calls.page(asked, window)


async def viewer_usage(viewer: Viewer, context: Context) -> AiUsage:
    """Return what the caller has used today."""
    async with context.open_reads() as reads:
        quota = context.ports.assistant.quotas.of(viewer.roles)
        return await calls.usage(reads, viewer.user_id, quota, now=context.now())


async def ai_models(context: Context) -> list[Model]:
    """Return the models that a caller may choose."""
    return list(context.ports.assistant.models)
