"""Batches of accounts: profiles and own accounts, by user id."""

from domain.accounts.users import Account, User
from domain.ids import UserId
from domain.rows import Columns, Row
from resolvers.batches import Rows, batch
from resolvers.context import Context


@batch(Rows.PUBLIC)
async def users_by_id(context: Context, ids: list[UserId]) -> list[User | None]:
    """Load profiles, without the fields that their owners hide from the viewer."""
    async with context.open_reads() as reads:
        return await reads.users.by_ids(ids, viewer_id=context.viewer_id)


@users_by_id.narrowed(User, checked=("xp_total",))
async def _(context: Context, ids: list[UserId], columns: Columns) -> list[Row | None]:
    async with context.open_reads() as reads:
        return await reads.users.rows_by_ids(ids, columns, viewer_id=context.viewer_id)


@batch(Rows.VIEWER)
async def accounts_by_user(context: Context, ids: list[UserId]) -> list[Account | None]:
    """Load the viewer's own account; the slots of other users stay empty."""
    if context.viewer is None:
        return [None] * len(ids)
    async with context.open_reads() as reads:
        return await reads.users.accounts_by_ids(ids, viewer_id=context.user_id)
