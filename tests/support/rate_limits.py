"""Rate limiters of tests: a clock that a test moves, callers, documents, and buckets that cannot be reached."""

from typing import Any

from domain.accounts.users import Role, Viewer
from domain.ids import SessionId, UserId
from domain.rate_limits.rules import RateFigures, RateRules
from domain.rate_limits.token_buckets import Buckets, BucketsUnavailableError, Draw, Quota
from gateway.rate_limits.cost_reports import CostReceipt
from gateway.rate_limits.rate_limiter import RateLimiter
from gateway.rate_limits.token_leases import Leases
from graph.documents.limits import Limits
from graph.documents.prepared import DocumentCache, PreparedOperation
from graph.schema import executable
from persistence.rate_limits.token_buckets_local import LocalBuckets

ADA = Viewer(user_id=UserId("user_ada"), session_id=SessionId("session_1"), roles=frozenset({Role.LEARNER}))
ADDRESS = "192.0.2.7"
DOCUMENTS = DocumentCache(executable(), limits=Limits(), hide_suggestions=True)
LOGIN = 'login(input: {email: "a@example.org", password: "x"}) { accessToken }'


class FrozenClock:
    """Microseconds that a test moves."""

    def __init__(self) -> None:
        self.now = 10**12

    def __call__(self) -> int:
        return self.now


class UnavailableBuckets:
    """Buckets that cannot be reached."""

    async def draw(self, key: str, quota: Quota, *, least: int, most: int) -> Draw:
        raise BucketsUnavailableError("Unavailable; try again.")


def a_limiter(clock: FrozenClock, figures: RateFigures, buckets: Buckets | None = None) -> RateLimiter:
    leases = Leases(buckets or LocalBuckets(clock=clock), clock=clock)
    return RateLimiter(RateRules(figures), leases, clock=clock)


def an_operation(text: str) -> PreparedOperation:
    return DOCUMENTS.prepare(text, None)


async def charged(
    limiter: RateLimiter, text: str, viewer: Viewer | None = ADA, /, **variables: Any
) -> CostReceipt:
    """Charge the one operation of `text` with its measured cost."""
    operation = an_operation(text)
    return await limiter.charge(operation, viewer, lambda: ADDRESS, cost=operation.measure(variables))
