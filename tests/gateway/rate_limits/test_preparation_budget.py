"""Preparation budget: prices are taken from the bucket of the user, else of the network, and come back with time."""

import pytest

from domain.rate_limits.rules import RateFigures, RateRules
from gateway.rate_limits.errors import RateLimitedError
from gateway.rate_limits.preparation_budget import PreparationBudget
from tests.support.rate_limits import ADA, ADDRESS, FrozenClock

BURST = 100_000
"""Microseconds: a hundred milliseconds."""


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock()


@pytest.fixture
def budget(clock: FrozenClock) -> PreparationBudget:
    return PreparationBudget(RateRules(RateFigures(preparation=200)), clock=clock)


def test_a_bucket_is_spent_and_says_when_to_come_back(budget: PreparationBudget, clock: FrozenClock) -> None:
    budget.take(BURST - 10_000, None, ADDRESS)

    with pytest.raises(RateLimitedError) as refused:
        budget.take(20_000, None, ADDRESS)

    assert (refused.value.status, dict(refused.value.headers)) == (429, {b"retry-after": b"3"})
    (error,) = refused.value.errors
    assert error.extensions == {"code": "RATE_LIMITED", "retryAfter": 3, "limit": "preparation"}
    assert refused.value.extra == {}
    clock.now += 3_000_000
    budget.take(20_000, None, ADDRESS)


def test_users_and_networks_have_buckets_of_their_own(budget: PreparationBudget) -> None:
    budget.take(BURST, None, ADDRESS)

    budget.take(BURST, ADA, ADDRESS)
    budget.take(BURST, None, "2001:db8::/64")

    assert budget.wait_s(1, ADA, "192.0.2.99") > 0


def test_what_is_given_back_can_be_spent_again(budget: PreparationBudget) -> None:
    budget.take(BURST, None, ADDRESS)

    budget.give_back(BURST, None, ADDRESS)

    budget.take(BURST, None, ADDRESS)


def test_a_price_above_the_burst_takes_the_whole_burst(budget: PreparationBudget) -> None:
    budget.take(10 * BURST, None, ADDRESS)

    assert budget.wait_s(10 * BURST, None, ADDRESS) == 30


def test_the_buckets_are_bounded_in_number(clock: FrozenClock) -> None:
    budget = PreparationBudget(RateRules(RateFigures(preparation=200)), clock=clock, largest=3)

    for number in range(10):
        budget.take(BURST, None, f"192.0.2.{number}")

    assert len(budget._tats) == 3
    assert budget.wait_s(1, None, "192.0.2.9") > 0
