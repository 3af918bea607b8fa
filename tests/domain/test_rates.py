"""Rates: what the bucket promises, for any order of draws and whatever the clock does."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from domain import rates
from domain.rates import Quota, quota

quotas: st.SearchStrategy[Quota] = st.builds(
    quota,
    st.just("a test"),
    st.integers(1, 500),
    period_s=st.integers(1, 120),
    burst=st.integers(1, 200),
    unit=st.sampled_from([1, 5]),
)
draws = st.lists(st.tuples(st.integers(0, 3_000_000), st.integers(1, 60), st.integers(0, 40)), max_size=60)
"""How long after the draw before, the least that is wanted, and how much more would be taken."""
TEN = quota("ten", 10)


class Bucket:
    """A bucket and its clock."""

    def __init__(self, quota: Quota) -> None:
        self.quota, self.now, self.tat = quota, 10**15, 0

    def draw(self, least: int, most: int | None = None) -> int:
        result = rates.moved(
            self.quota, tat=self.tat, now=self.now, least=least, most=least if most is None else most
        )
        self.tat = result.tat
        return result.tokens

    @property
    def free(self) -> int:
        return rates.free(self.quota, self.tat - self.now)


@given(quotas, draws)
def test_no_span_of_time_admits_more_than_the_burst_and_what_came_back_in_it(of: Quota, asked: Any) -> None:
    bucket, log = Bucket(of), []

    for later, least, more in asked:
        bucket.now += later
        log.append((bucket.now, bucket.draw(least, least + more)))

    for start in range(len(log)):
        for end in range(start, len(log)):
            elapsed = log[end][0] - log[start][0]
            admitted = sum(tokens for _, tokens in log[start : end + 1])
            assert admitted <= of.burst + elapsed // of.interval + 1
            assert admitted * of.interval <= of.span + elapsed


@given(quotas, st.integers(1, 120))
def test_never_more_than_the_limit_comes_back_in_a_period(of: Quota, periods: int) -> None:
    assert periods * of.period_s * rates.SECOND_US // of.interval <= periods * of.limit * of.unit


@given(quotas, draws)
def test_a_draw_is_nothing_or_between_the_least_and_the_most(of: Quota, asked: Any) -> None:
    bucket = Bucket(of)

    for later, least, more in asked:
        bucket.now += later
        before = bucket.free
        tokens = bucket.draw(least, least + more)

        assert tokens == (0 if before < least else min(before, least + more))
        assert bucket.free == before - tokens


@given(quotas, st.lists(st.tuples(st.integers(-5_000_000, 5_000_000), st.integers(1, 60)), max_size=60))
def test_a_clock_that_is_set_back_admits_no_more_and_locks_nobody_out(of: Quota, asked: Any) -> None:
    bucket, admitted, forward = Bucket(of), 0, 0

    for moved, tokens in asked:
        bucket.now += moved
        forward += max(0, moved)
        admitted += bucket.draw(tokens)

    assert admitted * of.interval <= of.span + forward
    bucket.draw(1)
    bucket.now += of.span
    assert bucket.draw(of.burst) == of.burst


@given(
    quotas, st.lists(st.tuples(st.integers(0, 100_000), st.integers(1, 30), st.integers(0, 30)), max_size=40)
)
def test_what_is_given_back_never_makes_a_bucket_fuller_than_if_it_had_not_been_drawn(
    of: Quota, asked: Any
) -> None:
    bucket, untouched = Bucket(of), Bucket(of)

    for later, tokens, used in asked:
        bucket.now += later
        untouched.now += later
        drawn = bucket.draw(tokens)
        back = rates.refund(requested=drawn, actual=used)
        bucket.draw(-back, -back)
        assert 0 <= back <= drawn
        assert bucket.tat >= bucket.now
        assert bucket.free <= untouched.free


@given(quotas, st.integers(1, 60), st.data())
def test_a_refund_at_once_leaves_what_paying_the_actual_price_leaves(
    of: Quota, requested: int, data: Any
) -> None:
    one, other = Bucket(of), Bucket(of)
    drawn = one.draw(requested)
    actual = data.draw(st.integers(0, drawn))

    one.draw(actual - drawn, actual - drawn)
    other.draw(0, actual)

    assert one.free == other.free


@given(st.integers(-5, 500), st.integers(-5, 500))
def test_a_refund_never_exceeds_what_was_spent(requested: int, actual: int) -> None:
    back = rates.refund(requested=requested, actual=actual)

    assert 0 <= back <= max(requested, 0)
    assert back == 0 or back + actual <= requested


@given(quotas, st.lists(st.integers(1, 20), max_size=20), st.randoms())
def test_the_order_of_draws_that_all_fit_makes_no_difference(of: Quota, prices: Any, order: Any) -> None:
    one, other = Bucket(of), Bucket(of)
    fitting: list[int] = []
    for price in prices:
        if sum(fitting) + price <= of.burst:
            fitting.append(price)
    shuffled = order.sample(fitting, len(fitting))

    assert [one.draw(price) for price in fitting] == fitting
    assert [other.draw(price) for price in shuffled] == shuffled

    assert one.tat == other.tat


@given(quotas, st.integers(0, 10**9), st.integers(1, 300))
def test_whoever_waits_as_long_as_told_gets_it_and_not_a_moment_sooner(
    of: Quota, debt: int, price: int
) -> None:
    bucket = Bucket(of)
    bucket.tat = bucket.now + debt
    wanted = min(price, of.burst)
    told = rates.wait(of, debt, price)

    bucket.now += told - 1
    if told:
        assert bucket.free < wanted or debt > of.span
    bucket.now = bucket.now + 1 if debt <= of.span else bucket.tat
    assert bucket.draw(wanted) == wanted


def test_ten_a_minute_are_ten_at_once_and_one_every_six_seconds() -> None:
    bucket = Bucket(TEN)

    at_once = [bucket.draw(1) for _ in range(11)]
    bucket.now += 6_000_000
    later = [bucket.draw(1) for _ in range(2)]

    assert at_once == [1] * 10 + [0]
    assert later == [1, 0]


def test_a_price_above_the_burst_waits_as_long_as_the_burst() -> None:
    assert rates.wait(TEN, 0, 11) == 0
    assert rates.wait(TEN, TEN.span, 11) == TEN.span


def test_what_a_full_bucket_gets_back_is_lost() -> None:
    bucket = Bucket(TEN)

    bucket.draw(-3, -3)

    assert (bucket.tat, bucket.free) == (bucket.now, 10)
