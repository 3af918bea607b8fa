"""Answers about rate limits."""

from domain.rate_rules import RateLimit
from resolvers.context import Context


async def rate_limit(context: Context) -> RateLimit | None:
    """Return the caller's buckets; None where nothing is limited."""
    return None if context.find_rates is None else await context.find_rates()
