"""Refusals of rate limits: 429 when a bucket is empty."""

import math
from typing import Any

from graphql import GraphQLError

from domain.rate_limits.rules import Charge
from domain.rate_limits.token_buckets import SECOND_US, Quota
from gateway.rate_limits.cost_reports import HeaderLines, cost_of, headers_of
from gateway.rate_limits.token_leases import Lease
from graph.documents.prepared import RefusedDocumentError

ANSWERED_AFTER_S = 0.1
"""How long the answer of a refusal waits, so that a connection cannot collect thousands of them a second."""


class RateLimitedError(RefusedDocumentError):
    """The operation must not run, because a bucket is empty; `extra` joins `errors` in the response."""

    has_status = True

    def __init__(
        self, status: int, code: str, message: str, *, headers: HeaderLines, extensions: dict[str, Any]
    ) -> None:
        super().__init__(GraphQLError(message, extensions={"code": code} | extensions))
        self.status = status
        self.headers = headers
        self.extra = {"extensions": {"cost": extensions["cost"]}} if "cost" in extensions else {}


def limit_exceeded(
    exceeded: Charge, lease: Lease, leases: list[Lease], now: int, *, cost: int
) -> RateLimitedError:
    """Make the refusal of a charge that exceeds what is left in its `lease`; `leases` are those of all charges."""
    seconds = max(1, math.ceil(lease.wait(exceeded.tokens, now) / SECOND_US))
    name = exceeded.quota.name
    return RateLimitedError(
        429,
        "RATE_LIMITED",
        f"You have reached the limit of {name}; try again in {_spoken(seconds)}.",
        headers=[(b"retry-after", str(seconds).encode()), *headers_of(leases, now)],
        extensions={
            "retryAfter": seconds,
            "limit": name,
            "cost": cost_of(leases, now, requested=cost, actual=0),
        },
    )


def preparation_exceeded(quota: Quota, wait_s: float) -> RateLimitedError:
    """Make the refusal of work that comes before an operation can be charged."""
    seconds = max(1, math.ceil(wait_s))
    return RateLimitedError(
        429,
        "RATE_LIMITED",
        f"You have reached the limit of {quota.name}: send fewer new documents and smaller bodies, or try again in "
        f"{_spoken(seconds)}.",
        headers=[(b"retry-after", str(seconds).encode())],
        extensions={"retryAfter": seconds, "limit": quota.name},
    )


def _spoken(seconds: int) -> str:
    return "a second" if seconds == 1 else f"{seconds} seconds"
