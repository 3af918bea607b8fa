"""XP of reviews."""

import pytest

from domain.gamification.xp import XpReason
from domain.ids import UserId
from domain.spaced_review.review_awards import award_for
from tests.builders.reviews import an_entry


@pytest.mark.parametrize(("earned", "amount"), [(0, 2), (98, 2), (99, 1), (100, 0), (140, 0)])
def test_a_review_earns_two_xp_until_the_cap_of_the_date(earned: int, amount: int) -> None:
    entry = an_entry()

    award = award_for(UserId("user_1"), entry, earned=earned, at=entry.reviewed_at)

    assert (award.reason, award.amount, award.source_id) == (
        XpReason.REVIEW,
        amount,
        "reviewcard_1:2026-03-02",
    )
    assert ("CAPPED" in award.explanation) is (amount < 2)
