"""Builders of XP."""

import itertools
from datetime import UTC, date, datetime
from typing import Any

from domain.gamification.xp import Award, XpReason
from domain.ids import UserId

_numbers = itertools.count(1)
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def an_award(user_id: str, **values: Any) -> Award:
    return Award(
        **{
            "user_id": UserId(user_id),
            "reason": XpReason.QUIZ,
            "source_type": "attempt",
            "source_id": f"attempt {next(_numbers)}",
            "amount": 10,
            "occurred_at": NOON,
            "local_date": date(2026, 3, 2),
            "explanation": "Ten XP for a test.",
        }
        | values
    )
