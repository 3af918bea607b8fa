"""Suspensions: when they are in force, and the message to the user."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.accounts import suspensions
from domain.accounts.suspensions import AccountSuspendedError, Suspension

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
TOMORROW = NOON + timedelta(days=1)


def test_a_suspension_is_in_force_before_its_end_and_not_at_it() -> None:
    suspension = Suspension(since=NOON, until=TOMORROW, reason="Spam.")

    assert suspensions.is_in_force(suspension, now=TOMORROW - timedelta(microseconds=1))
    assert not suspensions.is_in_force(suspension, now=TOMORROW)
    assert not suspensions.is_in_force(None, now=NOON)


@pytest.mark.parametrize(
    ("until", "message"),
    [
        (None, "This account is suspended: Spam. Contact support if this is a mistake."),
        (
            TOMORROW,
            "This account is suspended until 2026-03-03 12:00 UTC: Spam. Contact support if this is a mistake.",
        ),
    ],
)
def test_the_refusal_says_until_when_and_why(until: datetime | None, message: str) -> None:
    with pytest.raises(AccountSuspendedError) as refusal:
        suspensions.refuse(Suspension(since=NOON, until=until, reason="Spam."), now=NOON)

    assert refusal.value.message == message


def test_no_user_is_refused_without_a_suspension_in_force() -> None:
    suspensions.refuse(None, now=NOON)
    suspensions.refuse(Suspension(since=NOON, until=NOON, reason="Spam."), now=NOON)
