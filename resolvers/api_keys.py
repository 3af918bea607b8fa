"""Answers about API keys."""

from datetime import datetime

from domain import issuing
from domain.api_keys import ApiKey, IssuedKey
from domain.ids import ApiKeyId, UserId
from domain.scopes import Scope
from resolvers.batches import Rows, batch
from resolvers.context import Context


@batch(Rows.VIEWER)
async def api_keys_by_user(context: Context, ids: list[UserId]) -> list[list[ApiKey] | None]:
    """Load the viewer's keys; everybody else's slot stays empty."""
    if context.viewer is None:
        return [None] * len(ids)
    own = context.user_id
    async with context.open_reads() as reads:
        found = await reads.api_keys.of_users(ids, viewer_id=own)
    return [held if id_ == own else None for id_, held in zip(ids, found, strict=True)]


async def create_api_key(
    context: Context, *, name: str, scopes: list[Scope], expires_at: datetime
) -> IssuedKey:
    """Make a key that acts for the caller."""
    async with context.open_work() as work:
        return await issuing.create(
            work,
            user_id=context.user_id,
            name=name,
            scopes=scopes,
            expires_at=expires_at,
            now=context.now(),
            mint=context.ports.mint,
            randomness=context.ports.randomness,
            origin=context.origin,
        )


async def revoke_api_key(context: Context, *, id: ApiKeyId) -> ApiKey:
    """End a key of the caller's."""
    async with context.open_work() as work:
        return await issuing.revoke(
            work,
            user_id=context.user_id,
            key_id=id,
            now=context.now(),
            mint=context.ports.mint,
            origin=context.origin,
        )
