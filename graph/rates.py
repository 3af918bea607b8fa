"""Rate limits: what the schema tells callers of their own buckets."""

from datetime import datetime

import strawberry

from graph.directives import public
from graph.fields import attribute, resolved_by
from resolvers import rates


@strawberry.type(
    description="The budget that the cost of operations is paid from; it fills up continuously.",
    directives=[public()],
)
class CostBudget:
    """The cost budget."""

    requested: int = attribute("What this operation was reckoned to cost when it began.")
    actual: int | None = attribute(
        "What it did cost: null while it runs, and told in `extensions.cost` of the response."
    )
    available: int = attribute("How much is left.")
    restore_rate: int = attribute("How much comes back in a second.")


@strawberry.type(
    description="A limit on requests of one kind; requests come back one by one, not all at once.",
    directives=[public()],
)
class RateBucket:
    """One bucket."""

    name: str = attribute("`reads`, `writes` or `generation`, as in the `RateLimit` header.")
    limit: int = attribute("How many requests may be made at once when nothing was asked for lately.")
    remaining: int = attribute("How many may be made now.")
    reset_at: datetime = attribute("When all of them may be made again.")


@strawberry.type(
    description="What the caller may still ask for: the user, the API key, or the address of an anonymous caller.",
    directives=[public()],
)
class RateLimit:
    """The caller's buckets."""

    limit: int = attribute("How many queries may be made at once when nothing was asked for lately.")
    remaining: int = attribute("How many queries may be made now.")
    reset_at: datetime = attribute("When all of them may be made again.")
    cost: CostBudget = attribute("The budget that the cost of operations is paid from.")
    buckets: list[RateBucket] = attribute("The limits on reads, writes and generation.", at_most=3)
    degraded: bool = attribute(
        "Whether the limits hold for each server by itself at the moment, because the servers cannot compare."
    )


@strawberry.type
class RateQueries:
    """The root field of rate limits."""

    rate_limit: RateLimit | None = resolved_by(
        rates.rate_limit,
        description="The caller's own rate limits. A query that selects nothing else is free.",
        rule=public(),
    )
