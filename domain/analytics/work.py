"""The stores of analytics."""

from typing import Protocol

from domain.analytics.dashboards import Dashboards
from domain.analytics.learner_analytics import LearnerAnalytics
from domain.unit_of_work import UnitOfWork


class AnalyticsWork(UnitOfWork, Protocol):
    """The stores that verbs of analytics reach."""

    @property
    def analytics(self) -> LearnerAnalytics:
        """Daily roll-ups of graded attempts."""

    @property
    def dashboards(self) -> Dashboards:
        """Dashboards, each read at once."""
