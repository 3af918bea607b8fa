"""Rate limits: the caller's own buckets."""

from datetime import datetime

import strawberry

from graph.directives import public
from graph.fields import attribute, resolved_by
from resolvers.rate_limits import current_limits


@strawberry.type(
    description="The budget that operations pay their cost from; it refills continuously.",
    directives=[public()],
)
class CostBudget:
    """The cost budget."""

    requested: int = attribute(
        "The estimated cost of this operation, charged before it ran; the actual one is in `extensions.cost`."
    )
    available: int = attribute("The cost that is left.")
    restore_rate: int = attribute("The cost that comes back each second.")


@strawberry.type(
    description="A limit on requests of one kind; requests come back one by one, not all at once.",
    directives=[public()],
)
class RateBucket:
    """One bucket."""

    name: str = attribute("`reads`, `writes` or `generation`, as in the `RateLimit` header.")
    limit: int = attribute("How many requests may be made at once from a full bucket.")
    remaining: int = attribute("How many requests may be made now.")
    reset_at: datetime = attribute("When the bucket is full again.")


@strawberry.type(
    description="The rate limits of the caller: of the user, the API key, or the address of an anonymous caller.",
    directives=[public()],
)
class RateLimit:
    """The caller's buckets."""

    limit: int = attribute("How many queries may be made at once from a full bucket.")
    remaining: int = attribute("How many queries may be made now.")
    reset_at: datetime = attribute("When the bucket is full again.")
    cost: CostBudget = attribute("The budget that operations pay their cost from.")
    buckets: list[RateBucket] = attribute("The limits on reads, writes and generation.", at_most=3)
    degraded: bool = attribute(
        "Whether each server counts on its own at the moment, because the shared counters are unavailable."
    )


@strawberry.type
class RateQueries:
    """The root field of rate limits."""

    rate_limit: RateLimit | None = resolved_by(
        current_limits.rate_limit,
        description="The caller's own rate limits. A query that selects nothing else is free.",
        rule=public(),
    )
