"""Preparation budget: token buckets of this process for work that comes before an operation can be charged.

They are in memory alone. Each process has its own event loop to protect, and a question to Redis would cost more than
most of the work.
"""

from collections import OrderedDict
from collections.abc import Callable

from domain.accounts.users import Viewer
from domain.rate_limits import token_buckets
from domain.rate_limits.rules import RateRules
from domain.rate_limits.token_buckets import SECOND_US, Quota
from gateway.rate_limits import errors
from gateway.rate_limits.errors import RateLimitedError
from gateway.rate_limits.subjects import subject_of
from persistence.rate_limits.token_buckets_local import monotonic_us

MOST_BUCKETS = 20_000
"""How many buckets are kept; beyond that, the least recently used one counts as full again."""


class PreparationBudget:
    """Takes prices, in microseconds, from the bucket of a user or an API key, or else of a network."""

    def __init__(
        self, rules: RateRules, *, clock: Callable[[], int] = monotonic_us, largest: int = MOST_BUCKETS
    ) -> None:
        self._rules = rules
        self._clock = clock
        self._largest = largest
        self._tats: OrderedDict[str, int] = OrderedDict()

    def require(self, price: int, viewer: Viewer | None, network: str) -> None:
        """Raise RateLimitedError unless the bucket holds the price; take nothing."""
        wait_s = self.wait_s(price, viewer, network)
        if wait_s > 0:
            raise self.refusal(viewer, wait_s)

    def refusal(self, viewer: Viewer | None, wait_s: float = 0.0) -> RateLimitedError:
        """Make the refusal that says to come back after so many seconds."""
        return errors.preparation_exceeded(self._quota(viewer), wait_s)

    def take(self, price: int, viewer: Viewer | None, network: str) -> None:
        """Take the price, or raise RateLimitedError and take nothing."""
        self.require(price, viewer, network)
        self._move(price, viewer, network)

    def give_back(self, price: int, viewer: Viewer | None, network: str) -> None:
        """Return a price that was taken."""
        self._move(-price, viewer, network)

    def wait_s(self, price: int, viewer: Viewer | None, network: str) -> float:
        """Return the seconds until the bucket holds the price, a burst at most; 0 if it does."""
        quota = self._quota(viewer)
        debt = self._tats.get(_subject(viewer, network), 0) - self._clock()
        return token_buckets.wait(quota, debt, price) / SECOND_US

    def _move(self, price: int, viewer: Viewer | None, network: str) -> None:
        quota, subject, now = self._quota(viewer), _subject(viewer, network), self._clock()
        tokens = min(price, quota.burst)
        step = token_buckets.gcra(quota, tat=self._tats.pop(subject, now), now=now, least=tokens, most=tokens)
        if step.tat > now:
            self._tats[subject] = step.tat
            if len(self._tats) > self._largest:
                self._tats.popitem(last=False)

    def _quota(self, viewer: Viewer | None) -> Quota:
        return self._rules.quotas_of(viewer).preparation


def _subject(viewer: Viewer | None, network: str) -> str:
    return network if viewer is None else subject_of(viewer, lambda: None)
