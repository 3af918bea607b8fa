"""Resolver of the caller's rate limits."""

from domain.rate_limits.current_limits import RateLimit
from resolvers.context import Context


async def rate_limit(context: Context) -> RateLimit | None:
    """Return the caller's buckets; None where nothing is limited."""
    limits = context.ports.rate_limits
    if limits is None:
        return None
    return await limits.current(
        context.viewer, address=context.request_info.address, requested=context.cost, now=context.now()
    )
