"""Suspensions: until when they hold, and what their user is told."""

from datetime import UTC, datetime, timedelta

import pytest

from domain import suspensions
from domain.suspensions import AccountSuspendedError, Suspension

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
TOMORROW = NOON + timedelta(days=1)


def test_one_with_an_end_holds_before_it_and_not_at_it() -> None:
    suspension = Suspension(since=NOON, until=TOMORROW, reason="Spam.")

    assert suspensions.holds(suspension, now=TOMORROW - timedelta(microseconds=1))
    assert not suspensions.holds(suspension, now=TOMORROW)
    assert not suspensions.holds(None, now=NOON)


@pytest.mark.parametrize(
    ("until", "told"),
    [
        (None, "This account is suspended: Spam. Write to the support if that is wrong."),
        (
            TOMORROW,
            "This account is suspended until 2026-03-03 12:00 UTC: Spam. Write to the support if that is wrong.",
        ),
    ],
)
def test_the_user_is_told_until_when_and_why(until: datetime | None, told: str) -> None:
    with pytest.raises(AccountSuspendedError) as refusal:
        suspensions.refuse(Suspension(since=NOON, until=until, reason="Spam."), now=NOON)

    assert refusal.value.message == told


def test_nobody_is_refused_without_a_suspension_that_holds() -> None:
    suspensions.refuse(None, now=NOON)
    suspensions.refuse(Suspension(since=NOON, until=NOON, reason="Spam."), now=NOON)
