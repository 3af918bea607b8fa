"""Histograms of response times: percentiles within 1.6 %, whatever the times."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.quality import response_times
from domain.quality.response_times import bucket_of, middle_of, percentile

MS = timedelta(milliseconds=1)
times = st.integers(0, 3_600_000).map(lambda ms: ms * MS)


@given(times)
def test_the_middle_of_a_bucket_is_near_its_times(time: timedelta) -> None:
    assert abs(middle_of(bucket_of(time)) - time) <= 0.016 * time


@given(times, times)
def test_a_longer_time_is_in_no_lower_bucket(one: timedelta, other: timedelta) -> None:
    short, long = sorted((one, other))

    assert bucket_of(short) <= bucket_of(long)


@given(st.lists(times, min_size=1), st.sampled_from([5, 50, 75, 95, 100]))
def test_a_percentile_is_near_the_nearest_rank(taken: list[timedelta], percent: int) -> None:
    exact = sorted(taken)[-(-len(taken) * percent // 100) - 1]

    found = percentile(response_times.counted(map(bucket_of, taken)), percent)

    assert found is not None
    assert abs(found - exact) <= 0.016 * exact


def test_times_that_no_clock_should_give_have_a_bucket() -> None:
    assert bucket_of(timedelta(days=3)) == bucket_of(timedelta(hours=1))
    assert bucket_of(timedelta(seconds=-5)) == 0
    assert percentile({}, 50) is None
