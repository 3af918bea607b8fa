"""Answers about the use of the schema's fields."""

from datetime import datetime

from domain import field_usage, roles
from domain.field_usage import FieldUsage, UsageFilter
from domain.paging import Page, Window
from domain.users import Role
from resolvers.context import Context


async def used_fields(
    context: Context,
    *,
    window: Window,
    coordinate: str | None = None,
    deprecated_only: bool = False,
    since: datetime | None = None,
) -> Page[FieldUsage]:
    """Return a page of the fields that were asked for, for an admin."""
    asked = field_usage.checked_filter(
        UsageFilter(coordinate=coordinate, deprecated_only=deprecated_only, since=since)
    )
    async with context.open_reads() as reads:
        await roles.require(reads.roles, user_id=context.user_id, role=Role.ADMIN, now=context.now())
        return await reads.field_usages.page(asked, window)
