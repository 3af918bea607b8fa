"""Resolver of field usage."""

from datetime import datetime

from domain.accounts import roles
from domain.accounts.users import Role
from domain.documents import field_usage
from domain.documents.field_usage import FieldUsage, UsageFilter
from domain.paging import Page, Window
from resolvers.context import Context


async def used_fields(
    context: Context,
    *,
    window: Window,
    coordinate: str | None = None,
    deprecated_only: bool = False,
    since: datetime | None = None,
) -> Page[FieldUsage]:
    """Return a page of the requested fields, for an admin; an unknown field is refused where none was requested."""
    condition = field_usage.checked_filter(
        UsageFilter(coordinate=coordinate, deprecated_only=deprecated_only, since=since)
    )
    async with context.open_reads() as reads:
        await roles.require(reads.roles, user_id=context.user_id, role=Role.ADMIN, now=context.now())
        page = await reads.field_usages.page(condition, window)
    if not page.nodes and coordinate is not None:
        field_usage.check_known(coordinate, context.ports.coordinates)
    return page
