"""Attempt limits: which clients share a count, and the refusal."""

from datetime import timedelta

import pytest

from domain.authentication import attempt_limits
from domain.authentication.attempt_limits import AttemptLimit, TooManyAttemptsError
from tests.builders.credentials import NOON
from tests.fakes.attempt_limits import FakeAttemptLimits

ONE = AttemptLimit(name="a test", most=1, window=timedelta(minutes=15))
SECRET = b"the secret of a test"


async def attempt(store: FakeAttemptLimits, address: str | None, limit: AttemptLimit = ONE) -> None:
    await attempt_limits.count_from(store, limit, address, secret=SECRET, now=NOON)


@pytest.mark.parametrize(
    ("first", "second"),
    [("192.0.2.7", "192.0.2.7"), ("192.0.2.7", "::ffff:192.0.2.7"), ("2001:db8::1", "2001:db8:0:0:ffff::2")],
)
async def test_addresses_of_one_network_share_a_count(first: str, second: str) -> None:
    store = FakeAttemptLimits()
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
async def test_addresses_of_two_networks_do_not_share_a_count(first: str, second: str) -> None:
    store = FakeAttemptLimits()

    await attempt(store, first)
    await attempt(store, second)

    assert len(store.attempts) == 2


async def test_two_acts_do_not_share_a_count() -> None:
    store = FakeAttemptLimits()

    await attempt(store, "192.0.2.7")
    await attempt(store, "192.0.2.7", AttemptLimit(name="another", most=1, window=ONE.window))

    assert len(store.attempts) == 2


async def test_an_unknown_address_is_not_counted() -> None:
    store = FakeAttemptLimits()

    for _ in range(3):
        await attempt(store, None)

    assert store.attempts == {}


async def test_the_key_does_not_reveal_the_subject() -> None:
    store = FakeAttemptLimits()

    await attempt(store, "192.0.2.7")

    assert all("192" not in key and len(key) == 64 for key in store.attempts)
