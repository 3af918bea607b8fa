"""Resolvers of API keys."""

from datetime import datetime

from domain.accounts import api_key_lifecycle
from domain.accounts.api_keys import ApiKey, IssuedKey
from domain.accounts.scopes import Scope
from domain.ids import ApiKeyId, UserId
from resolvers.batches import Rows, batch
from resolvers.context import Context


@batch(Rows.VIEWER)
async def api_keys_by_user(context: Context, ids: list[UserId]) -> list[list[ApiKey] | None]:
    """Load the viewer's keys; the slots of other users stay empty."""
    if context.viewer is None:
        return [None] * len(ids)
    own = context.user_id
    async with context.open_reads() as reads:
        found = await reads.api_keys.of_users(ids, viewer_id=own)
    return [keys if id_ == own else None for id_, keys in zip(ids, found, strict=True)]


@batch(Rows.VIEWER)
async def api_keys_by_id(context: Context, ids: list[ApiKeyId]) -> list[ApiKey | None]:
    """Load the viewer's own keys that were not revoked."""
    async with context.open_reads() as reads:
        return await reads.api_keys.by_ids(ids, viewer_id=context.user_id)


async def create_api_key(
    context: Context, *, name: str, scopes: list[Scope], expires_at: datetime
) -> IssuedKey:
    """Create a key that acts for the caller."""
    async with context.open_work() as work:
        return await api_key_lifecycle.create(
            work,
            context.act(),
            name=name,
            scopes=scopes,
            expires_at=expires_at,
            randomness=context.ports.randomness,
        )


async def revoke_api_key(context: Context, *, id: ApiKeyId) -> ApiKey:
    """Revoke a key of the caller's."""
    async with context.open_work() as work:
        return await api_key_lifecycle.revoke(work, context.act(), key_id=id)
