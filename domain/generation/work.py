"""The stores of generation."""

from typing import Protocol

from domain.assessment.work import AssessmentWork
from domain.authoring.work import AuthoringWork
from domain.chats.work import ChatsWork
from domain.generation.generations import Generations
from domain.generation.ratings import Ratings
from domain.mail.work import MailWork


class GenerationWork(ChatsWork, MailWork, AssessmentWork, AuthoringWork, Protocol):
    """The stores that verbs of generation reach."""

    @property
    def generations(self) -> Generations:
        """What users had generated."""

    @property
    def ratings(self) -> Ratings:
        """What users think of generated content."""
