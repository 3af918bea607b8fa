"""Token buckets: their guarantees, for any order of draws and any clock."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from domain.rate_limits import token_buckets
from domain.rate_limits.token_buckets import Quota, quota

quotas: st.SearchStrategy[Quota] = st.builds(
    quota,
    st.just("a test"),
    st.integers(1, 500),
    period_s=st.integers(1, 120),
    burst=st.integers(1, 200),
    unit=st.sampled_from([1, 5]),
)
draws = st.lists(st.tuples(st.integers(0, 3_000_000), st.integers(1, 60), st.integers(0, 40)), max_size=60)
"""Microseconds since the last draw, the least tokens, and how many more would be taken."""
TEN = quota("ten", 10)


class Bucket:
    """A bucket and its clock."""

    def __init__(self, quota: Quota) -> None:
        self.quota, self.now, self.tat = quota, 10**15, 0

    def draw(self, least: int, most: int | None = None) -> int:
        step = token_buckets.gcra(
            self.quota, tat=self.tat, now=self.now, least=least, most=least if most is None else most
        )
        self.tat = step.tat
        return step.tokens

    @property
    def free(self) -> int:
        return token_buckets.free(self.quota, self.tat - self.now)


@given(quotas, draws)
def test_no_period_admits_more_than_the_burst_and_what_came_back_in_it(quota: Quota, draws: Any) -> None:
    bucket, log = Bucket(quota), []

    for later, least, more in draws:
        bucket.now += later
        log.append((bucket.now, bucket.draw(least, least + more)))

    for start in range(len(log)):
        for end in range(start, len(log)):
            elapsed = log[end][0] - log[start][0]
            admitted = sum(tokens for _, tokens in log[start : end + 1])
            assert admitted <= quota.burst + elapsed // quota.interval + 1
            assert admitted * quota.interval <= quota.span + elapsed


@given(quotas, st.integers(1, 120))
def test_at_most_the_limit_comes_back_in_a_period(quota: Quota, periods: int) -> None:
    assert (
        periods * quota.period_s * token_buckets.SECOND_US // quota.interval
        <= periods * quota.limit * quota.unit
    )


@given(quotas, draws)
def test_a_draw_is_nothing_or_between_the_least_and_the_most(quota: Quota, draws: Any) -> None:
    bucket = Bucket(quota)

    for later, least, more in draws:
        bucket.now += later
        before = bucket.free
        tokens = bucket.draw(least, least + more)

        assert tokens == (0 if before < least else min(before, least + more))
        assert bucket.free == before - tokens


@given(quotas, st.lists(st.tuples(st.integers(-5_000_000, 5_000_000), st.integers(1, 60)), max_size=60))
def test_a_clock_that_goes_back_admits_no_more_and_locks_out_no_caller(quota: Quota, draws: Any) -> None:
    bucket, admitted, forward = Bucket(quota), 0, 0

    for elapsed, tokens in draws:
        bucket.now += elapsed
        forward += max(0, elapsed)
        admitted += bucket.draw(tokens)

    assert admitted * quota.interval <= quota.span + forward
    bucket.draw(1)
    bucket.now += quota.span
    assert bucket.draw(quota.burst) == quota.burst


@given(
    quotas, st.lists(st.tuples(st.integers(0, 100_000), st.integers(1, 30), st.integers(0, 30)), max_size=40)
)
def test_a_refund_never_makes_a_bucket_fuller_than_without_the_draw(quota: Quota, draws: Any) -> None:
    bucket, untouched = Bucket(quota), Bucket(quota)

    for later, tokens, used in draws:
        bucket.now += later
        untouched.now += later
        drawn = bucket.draw(tokens)
        back = token_buckets.refund(requested=drawn, actual=used)
        bucket.draw(-back, -back)
        assert 0 <= back <= drawn
        assert bucket.tat >= bucket.now
        assert bucket.free <= untouched.free


@given(quotas, st.integers(1, 60), st.data())
def test_an_immediate_refund_equals_paying_the_actual_price(quota: Quota, requested: int, data: Any) -> None:
    first, second = Bucket(quota), Bucket(quota)
    drawn = first.draw(requested)
    actual = data.draw(st.integers(0, drawn))

    first.draw(actual - drawn, actual - drawn)
    second.draw(0, actual)

    assert first.free == second.free


@given(st.integers(-5, 500), st.integers(-5, 500))
def test_a_refund_never_exceeds_what_was_spent(requested: int, actual: int) -> None:
    back = token_buckets.refund(requested=requested, actual=actual)

    assert 0 <= back <= max(requested, 0)
    assert back == 0 or back + actual <= requested


@given(quotas, st.lists(st.integers(1, 20), max_size=20), st.randoms())
def test_the_order_of_draws_that_all_fit_makes_no_difference(quota: Quota, prices: Any, order: Any) -> None:
    first, second = Bucket(quota), Bucket(quota)
    fitting: list[int] = []
    for price in prices:
        if sum(fitting) + price <= quota.burst:
            fitting.append(price)
    shuffled = order.sample(fitting, len(fitting))

    assert [first.draw(price) for price in fitting] == fitting
    assert [second.draw(price) for price in shuffled] == shuffled

    assert first.tat == second.tat


@given(quotas, st.integers(0, 10**9), st.integers(1, 300))
def test_the_wait_is_exactly_long_enough(quota: Quota, debt: int, price: int) -> None:
    bucket = Bucket(quota)
    bucket.tat = bucket.now + debt
    wanted = min(price, quota.burst)
    wait = token_buckets.wait(quota, debt, price)

    bucket.now += wait - 1
    if wait:
        assert bucket.free < wanted or debt > quota.span
    bucket.now = bucket.now + 1 if debt <= quota.span else bucket.tat
    assert bucket.draw(wanted) == wanted


def test_ten_a_minute_are_ten_at_once_and_one_every_six_seconds() -> None:
    bucket = Bucket(TEN)

    at_once = [bucket.draw(1) for _ in range(11)]
    bucket.now += 6_000_000
    later = [bucket.draw(1) for _ in range(2)]

    assert at_once == [1] * 10 + [0]
    assert later == [1, 0]


def test_a_price_above_the_burst_waits_as_long_as_the_burst() -> None:
    assert token_buckets.wait(TEN, 0, 11) == 0
    assert token_buckets.wait(TEN, TEN.span, 11) == TEN.span


def test_a_refund_to_a_full_bucket_is_lost() -> None:
    bucket = Bucket(TEN)

    bucket.draw(-3, -3)

    assert (bucket.tat, bucket.free) == (bucket.now, 10)
