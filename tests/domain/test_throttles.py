"""Throttles: who shares a count, and what the refusal says."""

from datetime import timedelta

import pytest

from domain import throttles
from domain.throttles import Limit, TooManyAttemptsError
from tests.builders.proving import NOON
from tests.fakes.proving import FakeThrottles

ONE = Limit(name="a test", most=1, window=timedelta(minutes=15))
SECRET = b"the secret of a test"


async def attempt(store: FakeThrottles, address: str | None, limit: Limit = ONE) -> None:
    await throttles.attempt_from(store, limit, address, secret=SECRET, now=NOON)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("192.0.2.7", "::ffff:192.0.2.7"),
        ("2001:db8::1", "2001:db8:0:0:ffff::2"),
    ],
)
async def test_one_caller_shares_one_count(first: str, second: str) -> None:
    store = FakeThrottles()
    await attempt(store, first)

    with pytest.raises(TooManyAttemptsError) as refused:
        await attempt(store, second)

    assert refused.value.retry_at == NOON + timedelta(minutes=15)
    assert "15 minutes" in refused.value.message


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("192.0.2.7", "192.0.2.8"),
        ("::ffff:192.0.2.7", "::ffff:192.0.2.8"),
        ("2001:db8::1", "2001:db8:0:1::1"),
    ],
)
async def test_two_callers_do_not(first: str, second: str) -> None:
    store = FakeThrottles()

    await attempt(store, first)
    await attempt(store, second)

    assert len(store.tries) == 2


async def test_two_acts_do_not_share_a_count() -> None:
    store = FakeThrottles()

    await attempt(store, "192.0.2.7")
    await attempt(store, "192.0.2.7", Limit(name="another", most=1, window=ONE.window))

    assert len(store.tries) == 2


async def test_nobody_is_counted_where_the_address_is_not_known() -> None:
    store = FakeThrottles()

    for _ in range(3):
        await attempt(store, None)

    assert store.tries == {}


async def test_the_subject_is_not_to_be_read_from_the_key() -> None:
    store = FakeThrottles()

    await attempt(store, "192.0.2.7")

    assert all("192" not in key and len(key) == 64 for key in store.tries)
