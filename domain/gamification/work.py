"""The stores of gamification."""

from typing import Protocol

from domain.accounts.work import AccountsWork
from domain.gamification.leaderboard_projection import Projection
from domain.gamification.leaderboards import Boards
from domain.gamification.streaks import Streaks
from domain.gamification.xp import Xp


class GamificationWork(AccountsWork, Protocol):
    """The stores that verbs of gamification reach."""

    @property
    def xp(self) -> Xp:
        """The ledger of XP."""

    @property
    def streaks(self) -> Streaks:
        """The activities of every learner by local date."""

    @property
    def boards(self) -> Boards:
        """Leaderboards, for reading."""

    @property
    def boards_projection(self) -> Projection:
        """Leaderboards, for adding ledger entries."""
