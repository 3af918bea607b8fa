"""The stores of assessment."""

from typing import Protocol

from domain.analytics.work import AnalyticsWork
from domain.assessment.attempts import Attempts
from domain.assessment.partitions.slot_partitions import SlotPartitions
from domain.assessment.submissions import Submissions
from domain.assessment.time_allowances import TimeAllowances
from domain.learning.work import LearningWork


class AssessmentWork(LearningWork, AnalyticsWork, Protocol):
    """The stores that verbs of assessment reach."""

    @property
    def attempts(self) -> Attempts:
        """Attempts at quizzes and their slots."""

    @property
    def submissions(self) -> Submissions:
        """Submissions of attempts."""

    @property
    def slot_partitions(self) -> SlotPartitions:
        """The partitions of the table of slots."""

    @property
    def time_allowances(self) -> TimeAllowances:
        """The learners who have more time than others."""
