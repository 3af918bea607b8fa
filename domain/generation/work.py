"""The stores of generation."""

from typing import Protocol

from domain.ai.calls import AiWork
from domain.assessment.work import AssessmentWork
from domain.authoring.work import AuthoringWork
from domain.generation.generations import Generations
from domain.generation.ratings import Ratings
from domain.mail.work import MailWork


class GenerationWork(MailWork, AssessmentWork, AuthoringWork, AiWork, Protocol):
    """The stores that verbs of generation reach."""

    @property
    def generations(self) -> Generations:
        """What users had generated."""

    @property
    def ratings(self) -> Ratings:
        """What users think of generated content."""
