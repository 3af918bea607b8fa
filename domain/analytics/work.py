"""The stores of analytics."""

from typing import Protocol

from domain.analytics.activity_log import ActivityLog
from domain.analytics.dashboards import Dashboards
from domain.analytics.explorations import Explorations
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

    @property
    def explorations(self) -> Explorations:
        """What learners did in topics, chats and threads, by day."""

    @property
    def activity_log(self) -> ActivityLog:
        """What learners did in topics, chats and threads, act by act."""
