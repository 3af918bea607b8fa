"""Every batch of the schema, named after the edge it loads, with the row rule that its SQL enforces."""

from domain.ids import UserId
from domain.users import Account, User
from resolvers.batches import Rows, batch
from resolvers.context import Context


@batch(Rows.PUBLIC)
async def users_by_id(context: Context, ids: list[UserId]) -> list[User | None]:
    """Load public profiles."""
    async with context.open_reads() as reads:
        return await reads.users.by_ids(ids)


@batch(Rows.VIEWER)
async def accounts_by_user(context: Context, ids: list[UserId]) -> list[Account | None]:
    """Load the viewer's own account; everybody else's slot stays empty."""
    if context.viewer is None:
        return [None] * len(ids)
    async with context.open_reads() as reads:
        return await reads.users.accounts_by_ids(ids, viewer_id=context.user_id)
