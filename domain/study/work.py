"""The stores of study mode."""

from typing import Protocol

from domain.assessment.work import AssessmentWork
from domain.study.study_sessions import StudySessions


class StudyWork(AssessmentWork, Protocol):
    """The stores that verbs of study mode reach."""

    @property
    def study_sessions(self) -> StudySessions:
        """Study sessions with their slots and answers."""
