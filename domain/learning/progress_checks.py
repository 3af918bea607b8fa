"""Progress checks: learners with a daily target or a measured goal who did something that may have reached it.

What learners do notes a check in the statement that awards its XP. A loop in each process takes the checks.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from domain.ids import UserId
from domain.signals import Signal


class ProgressChecks(Protocol):
    """The learners whose targets and goals are to be looked at."""

    async def note(self, user_id: UserId) -> None:
        """Note a check of a learner."""

    async def note_target(self, user_id: UserId) -> None:
        """Note a check of a learner who has a daily target, of no other one."""

    async def waiting(self, *, now: datetime, limit: int) -> Sequence[UserId]:
        """Return learners with a check that is due, the one noted first in front."""

    async def take(self, user_id: UserId) -> bool:
        """Remove the checks of a learner; return False if another process has taken them."""

    async def postpone(self, user_id: UserId, *, until: datetime) -> None:
        """Let the checks of a learner wait."""


def progress_signal(user_id: UserId) -> Signal:
    """Return the signal that a learner's targets or goals have moved."""
    return Signal(topic=f"progress:{user_id}", body=user_id)
