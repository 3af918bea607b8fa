"""The stores of the quality of questions."""

from typing import Protocol

from domain.assessment.work import AssessmentWork
from domain.authoring.work import AuthoringWork
from domain.mail.work import MailWork
from domain.quality.item_projection import ItemProjection
from domain.quality.question_quality import QuestionQualities
from domain.quality.question_reports import QuestionReports
from domain.quality.regrade_store import Regrades


class QualityWork(MailWork, AssessmentWork, AuthoringWork, Protocol):
    """The stores that verbs of quality reach."""

    @property
    def question_reports(self) -> QuestionReports:
        """Reports on questions."""

    @property
    def question_qualities(self) -> QuestionQualities:
        """What is known about questions, for authors and moderators."""

    @property
    def items(self) -> ItemProjection:
        """Item statistics."""

    @property
    def regrades(self) -> Regrades:
        """Attempts that are graded again."""
